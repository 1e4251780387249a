import { error } from "../error/error.ts";
import type { Action, CommitInfo } from "./action.ts";
import { type ActionKind, actionKinds, misfitOf } from "./shape.ts";

/** Of a table made without a schema: Spark leaves it out until the first write. */
const noSchema = '{"type":"struct","fields":[]}';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** How every writer begins the line of a commitInfo. */
const infoStart = '{"commitInfo":';

/**
 * The actions of a commit file (PROTOCOL.md#delta-log-entries). Unknown actions are left out;
 * a line that is no action is DELTA_LOG_CORRUPT with its number. `state`: only what makes the
 * state of the table is asked for, so that what a commit says of itself need not be parsed.
 */
export function parseCommit(bytes: Uint8Array, path: string, asked?: "state"): Action[] {
  const actions: Action[] = [];
  const text = decoder.decode(bytes);
  for (let start = 0, line = 1; start < text.length; line += 1) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const isAsked = asked !== "state" || !text.startsWith(infoStart, start);
    const action = isAsked ? parseAction(text.slice(start, end), { path, line }) : undefined;
    if (action !== undefined) actions.push(action);
    start = end + 1;
  }
  return actions;
}

/** The lines of a file of actions that hold something, counted from 1. */
export function linesOf(bytes: Uint8Array): { readonly text: string; readonly line: number }[] {
  return decoder
    .decode(bytes)
    .split("\n")
    .map((text, at) => ({ text, line: at + 1 }))
    .filter(({ text }) => text.trim() !== "");
}

/** One line of a commit file. Undefined: an action unknown here, or nothing. */
export function parseAction(
  text: string,
  where: { readonly path: string; readonly line: number },
): Action | undefined {
  if (text.trim() === "") return undefined;
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw error("DELTA_LOG_CORRUPT", { ...where, reason: "it is not JSON" }, cause);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw error("DELTA_LOG_CORRUPT", { ...where, reason: "it is not a JSON object" });
  }
  return checkedAction(parsed, where);
}

/** An action that was read, its fields looked at. Undefined: an action unknown here. */
export function checkedAction(
  parsed: Readonly<Record<string, unknown>>,
  where: { readonly path: string; readonly line: number },
): Action | undefined {
  for (const kind of actionKinds) {
    const body = parsed[kind];
    if (body === undefined || body === null) continue;
    const sound = checked(kind, body, where);
    const isAlone = Object.keys(parsed).length === 1;
    return (isAlone ? parsed : { [kind]: sound }) as unknown as Action;
  }
  return undefined;
}

function checked(
  kind: ActionKind,
  body: unknown,
  where: { readonly path: string; readonly line: number },
): unknown {
  if (typeof body !== "object" || body === null) {
    throw error("DELTA_LOG_CORRUPT", { ...where, reason: `${kind} is not an object` });
  }
  const fields = body as Record<string, unknown>;
  const reason = misfitOf(kind, fields);
  if (reason !== undefined) throw error("DELTA_LOG_CORRUPT", { ...where, reason });
  if (kind === "add" || kind === "cdc") fields["partitionValues"] ??= {};
  if (kind === "metaData") {
    fields["schemaString"] ??= noSchema;
    fields["partitionColumns"] ??= [];
    fields["configuration"] ??= {};
    fields["format"] ??= { provider: "parquet", options: {} };
  }
  return fields;
}

/** The text of a commit file: commitInfo first, as in-commit timestamps demand. */
export function printCommit(info: CommitInfo, actions: readonly Action[]): Uint8Array {
  const lines = [{ commitInfo: info }, ...actions].map((action) => JSON.stringify(action));
  return encoder.encode(`${lines.join("\n")}\n`);
}

/** The commitInfo among a commit's actions. */
export function commitInfoOf(actions: readonly Action[]): CommitInfo | undefined {
  for (const action of actions) if ("commitInfo" in action) return action.commitInfo;
  return undefined;
}
