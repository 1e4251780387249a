import { commitInfoOf } from "../log/commit-file.ts";
import type { Commit } from "../log/log.ts";
import {
  boolean,
  type DataType,
  field,
  type Json,
  long,
  map,
  type StructType,
  string,
  struct,
  timestamp,
} from "../schema/type.ts";
import { type Row, Timestamp, type Value } from "../schema/value.ts";
import type { DeltaTable } from "./table.ts";

function fields(types: Readonly<Record<string, DataType>>): StructType {
  return struct(Object.entries(types).map(([name, type]) => field(name, type)));
}

/** The columns of DESCRIBE HISTORY, as Spark has them. */
export const historySchema: StructType = fields({
  version: long,
  timestamp,
  userId: string,
  userName: string,
  operation: string,
  operationParameters: map(string, string),
  job: fields({
    jobId: string,
    jobName: string,
    jobRunId: string,
    runId: string,
    jobOwnerId: string,
    triggerType: string,
  }),
  notebook: fields({ notebookId: string }),
  clusterId: string,
  readVersion: long,
  isolationLevel: string,
  isBlindAppend: boolean,
  operationMetrics: map(string, string),
  userMetadata: string,
  engineInfo: string,
});

/** The rows of DESCRIBE HISTORY, newest first. */
export async function tableHistory(table: DeltaTable, limit?: number): Promise<readonly Row[]> {
  const commits = await table.log.history(limit);
  return [...commits].reverse().map(historyRow);
}

function historyRow(commit: Commit): Row {
  const info = commitInfoOf(commit.actions);
  const text = (value: Json | undefined): Value => (typeof value === "string" ? value : null);
  return {
    version: BigInt(commit.version),
    timestamp: new Timestamp(BigInt(Math.trunc(commit.timestamp)) * 1000n),
    userId: text(info?.userId),
    userName: text(info?.userName),
    operation: text(info?.operation),
    operationParameters: texts(info?.operationParameters),
    job: structOf(info?.["job"], [
      "jobId",
      "jobName",
      "jobRunId",
      "runId",
      "jobOwnerId",
      "triggerType",
    ]),
    notebook: structOf(info?.["notebook"], ["notebookId"]),
    clusterId: text(info?.["clusterId"]),
    readVersion: typeof info?.readVersion === "number" ? BigInt(info.readVersion) : null,
    isolationLevel: text(info?.isolationLevel),
    isBlindAppend: typeof info?.isBlindAppend === "boolean" ? info.isBlindAppend : null,
    operationMetrics: texts(info?.operationMetrics),
    userMetadata: text(info?.userMetadata),
    engineInfo: text(info?.engineInfo),
  };
}

/** Writers put anything there; what is no text shows as its JSON. */
function texts(values: { readonly [key: string]: Json } | undefined): Value {
  if (values === undefined || values === null) return null;
  return new Map(
    Object.entries(values).map(([name, value]): [string, Value] => {
      if (value === null) return [name, null];
      return [name, typeof value === "string" ? value : JSON.stringify(value)];
    }),
  );
}

function structOf(value: Json | undefined, names: readonly string[]): Value {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const given = value as { readonly [key: string]: Json };
  return Object.fromEntries(
    names.map((name) => [name, typeof given[name] === "string" ? given[name] : null]),
  );
}
