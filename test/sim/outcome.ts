import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SparkSession } from "../../src/index.ts";
import { type TableName, tables } from "./pipeline.ts";

/** What a table holds and how it came to: equal for every run over the same files. */
export interface TableOutcome {
  /** Each row as text, sorted: a multiset. */
  readonly rows: readonly string[];
  /** Of each version from 0 on: the operation, and the batches in it. */
  readonly commits: readonly string[];
  /** The last batch planned, and the last committed. */
  readonly batches: readonly string[];
  /** Of the schema location: the versions. */
  readonly schemas: readonly string[];
}

export type Outcome = Readonly<Record<TableName, TableOutcome>>;

/** Reads all of it; throws where versions, files or checkpoints do not fit each other. */
export async function outcomeOf(spark: SparkSession, folder: string): Promise<Outcome> {
  const outcomes: [TableName, TableOutcome][] = [];
  for (const table of tables) {
    const rows = await spark.table(table).collect();
    outcomes.push([
      table,
      {
        rows: rows.map(print).sort(),
        commits: commitsOf(folder, table),
        batches: batchesOf(folder, table),
        schemas: table === "bronze" ? numbers(join(folder, "schema", "_schemas")) : [],
      },
    ]);
  }
  return Object.fromEntries(outcomes) as Outcome;
}

function print(row: unknown): string {
  return JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
}

interface CommitLine {
  readonly commitInfo?: { readonly operation: string };
  readonly txn?: { readonly appId: string; readonly version: number };
  readonly add?: { readonly path: string; readonly size: number };
}

/** Checkpoints are whole, and the one that is pointed at is there. */
function checkCheckpoints(log: string): void {
  const names = readdirSync(log).filter((name) => name.endsWith(".checkpoint.parquet"));
  for (const name of names) {
    if (readFileSync(join(log, name)).subarray(-4).toString() === "PAR1") continue;
    throw new Error(`${name} of ${log} is cut short`);
  }
  const pointer = join(log, "_last_checkpoint");
  if (!existsSync(pointer)) return;
  const { version } = JSON.parse(readFileSync(pointer, "utf8")) as { version: number };
  if (names.some((name) => Number.parseInt(name, 10) === version)) return;
  throw new Error(`${pointer} points at version ${version}, which has no checkpoint`);
}

function commitsOf(folder: string, table: TableName): string[] {
  const place = join(folder, "warehouse", "main", "default", table);
  const log = join(place, "_delta_log");
  checkCheckpoints(log);
  const names = readdirSync(log).filter((name) => /^\d{20}\.json$/.test(name));
  const { id } = JSON.parse(readFileSync(join(folder, "checkpoint", table, "metadata"), "utf8"));
  return names.sort().map((name, version) => {
    if (Number.parseInt(name, 10) !== version) throw new Error(`${table} lacks version ${version}`);
    const text = readFileSync(join(log, name), "utf8");
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as CommitLine);
    for (const { add } of lines) if (add) checkFile(join(place, decodeURI(add.path)), add.size);
    const batches = lines.flatMap(({ txn }) => (txn ? [txn] : []));
    const strange = batches.find((txn) => txn.appId !== id);
    if (strange) throw new Error(`${table} has a batch of ${strange.appId}, not of ${id}`);
    const [operation] = lines.flatMap(({ commitInfo }) => commitInfo?.operation ?? []);
    return [operation, ...batches.map((txn) => txn.version)].join(" ");
  });
}

function checkFile(path: string, size: number): void {
  if (!existsSync(path)) throw new Error(`${path} is in the log and not on the disk`);
  const found = statSync(path).size;
  if (found !== size) throw new Error(`${path} has ${found} bytes, the log says ${size}`);
}

/** The last of each log; old ones may be purged by now, or not yet. */
function batchesOf(folder: string, table: TableName): string[] {
  return ["offsets", "commits"].map((log) => {
    const ids = numbers(join(folder, "checkpoint", table, log)).map(Number);
    const first = ids[0] ?? 0;
    const gap = ids.find((id, index) => id !== first + index);
    if (gap !== undefined) throw new Error(`the ${log} of ${table} have a gap before ${gap}`);
    return `${log} to ${ids.at(-1)}`;
  });
}

/** The files of a numbered log; what a dead process left in the making is no part of it. */
function numbers(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .sort((left, right) => Number(left) - Number(right));
}
