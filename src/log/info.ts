import { readFileSync } from "node:fs";
import { env } from "../env.ts";
import type { Json } from "../schema/type.ts";
import type { CommitInfo } from "./action.ts";

/** What a commit says of itself. */
export interface Operation {
  /** Spark's name: `WRITE`, `STREAMING UPDATE`. */
  readonly name: string;
  /** Values as Spark holds them; text stays text, anything else is written as JSON text. */
  readonly parameters: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly userMetadata?: string;
}

export interface InfoRequest {
  readonly operation: Operation;
  /** -1: the commit creates the table. */
  readonly readVersion: number;
  readonly isBlindAppend: boolean;
}

/** The commitInfo of a commit, keys in Spark's order, with a fresh txnId. */
export function commitInfo(request: InfoRequest): CommitInfo {
  const { operation, readVersion, isBlindAppend } = request;
  const metrics = Object.entries(operation.metrics);
  return {
    timestamp: env.now(),
    operation: operation.name,
    operationParameters: Object.fromEntries(
      Object.entries(operation.parameters).map(([name, value]) => [name, parameterText(value)]),
    ),
    ...(readVersion < 0 ? {} : { readVersion }),
    isolationLevel: "Serializable",
    isBlindAppend,
    operationMetrics: Object.fromEntries(metrics.map(([name, value]) => [name, String(value)])),
    ...(operation.userMetadata === undefined ? {} : { userMetadata: operation.userMetadata }),
    engineInfo: engineInfo(),
    txnId: env.uuid(),
  };
}

function parameterText(value: Json): Json {
  return value === null || typeof value !== "object" ? value : JSON.stringify(value);
}

let engine: string | undefined;

/** `Millrace/<version>`, from the package's own manifest. */
function engineInfo(): string {
  engine ??= `Millrace/${packageVersion()}`;
  return engine;
}

function packageVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
