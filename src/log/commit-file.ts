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
  eachLine(bytes, (text, line) => {
    if (asked === "state" && text.startsWith(infoStart)) return;
    const action = parseAction(text, { path, line });
    if (action !== undefined) actions.push(action);
  });
  return actions;
}

/** The lines of a file of actions that hold something, counted from 1. */
export function eachLine(bytes: Uint8Array, take: (text: string, line: number) => void): void {
  const lines = decoder.decode(bytes).split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const text = lines[at]!;
    if (text !== "" && text.trim() !== "") take(text, at + 1);
  }
}

/** One line of a commit file. Undefined: an action unknown here. */
export function parseAction(
  text: string,
  where: { readonly path: string; readonly line: number },
): Action | undefined {
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
    return { [kind]: checked(kind, body, where) } as unknown as Action;
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
  if (kind !== "commitInfo")
    for (const name in fields) if (fields[name] === null) delete fields[name];
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
