import type { SparkSession } from "../../src/index.ts";
import { type FileStatus, join, type Location } from "../../src/storage/store.ts";
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
  /** The files that landed and still are somewhere: where they landed, or where they are moved. */
  readonly files: readonly string[];
}

export type Outcome = Readonly<Record<TableName, TableOutcome>>;

/**
 * Reads all of it, past any session; throws where versions, files or checkpoints do not fit each
 * other.
 */
export async function outcomeOf(spark: SparkSession, folder: Location): Promise<Outcome> {
  const outcomes: [TableName, TableOutcome][] = [];
  for (const table of tables) {
    const rows = await spark.table(table).collect();
    outcomes.push([
      table,
      {
        rows: rows.map(print).sort(),
        commits: await commitsOf(folder, table),
        batches: await batchesOf(folder, table),
        schemas: table === "bronze" ? await numbers(join(folder, "schema", "_schemas")) : [],
        files: table === "bronze" ? await landed(folder) : [],
      },
    ]);
  }
  return Object.fromEntries(outcomes) as Outcome;
}

async function landed(folder: Location): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const place of ["landing", "archive"]) {
    const { store, path } = join(folder, place);
    for await (const file of store.list(`${path}/`)) names.add(file.path.slice(path.length + 1));
  }
  return [...names].sort();
}

function print(row: unknown): string {
  return JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
}

interface CommitLine {
  readonly commitInfo?: { readonly operation: string };
  readonly txn?: { readonly appId: string; readonly version: number };
  readonly add?: { readonly path: string; readonly size: number };
}

/** The files of a folder, by their names, sorted. */
async function filesOf({ store, path }: Location): Promise<ReadonlyMap<string, FileStatus>> {
  const files = new Map<string, FileStatus>();
  for await (const file of store.list(`${path}/`))
    files.set(file.path.slice(path.length + 1), file);
  return files;
}

async function textOf({ store, path }: Location): Promise<string> {
  return Buffer.from(await store.read(path)).toString();
}

/** Checkpoints are whole, and the one that is pointed at is there. */
async function checkCheckpoints(log: Location, all: readonly string[]): Promise<void> {
  const names = all.filter((name) => name.endsWith(".checkpoint.parquet"));
  for (const name of names) {
    const { store, path } = join(log, name);
    if (
      Buffer.from(await store.read(path))
        .subarray(-4)
        .toString() === "PAR1"
    )
      continue;
    throw new Error(`${path} is cut short`);
  }
  if (!all.includes("_last_checkpoint")) return;
  const { version } = JSON.parse(await textOf(join(log, "_last_checkpoint"))) as {
    readonly version: number;
  };
  if (names.some((name) => Number.parseInt(name, 10) === version)) return;
  throw new Error(`${log.path} points at version ${version}, which has no checkpoint`);
}

async function commitsOf(folder: Location, table: TableName): Promise<string[]> {
  const place = join(folder, "warehouse", "main", "default", table);
  const log = join(place, "_delta_log");
  const all = [...(await filesOf(log)).keys()];
  await checkCheckpoints(log, all);
  const { id } = JSON.parse(await textOf(join(folder, "checkpoint", table, "metadata")));
  const commits: string[] = [];
  for (const [version, name] of all.filter((one) => /^\d{20}\.json$/.test(one)).entries()) {
    if (Number.parseInt(name, 10) !== version) throw new Error(`${table} lacks version ${version}`);
    const lines = (await textOf(join(log, name)))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as CommitLine);
    for (const { add } of lines) {
      if (add) await checkFile(join(place, decodeURI(add.path)), add.size);
    }
    const batches = lines.flatMap(({ txn }) => (txn ? [txn] : []));
    const strange = batches.find((txn) => txn.appId !== id);
    if (strange) throw new Error(`${table} has a batch of ${strange.appId}, not of ${id}`);
    const [operation] = lines.flatMap(({ commitInfo }) => commitInfo?.operation ?? []);
    commits.push([operation, ...batches.map((txn) => txn.version)].join(" "));
  }
  return commits;
}

async function checkFile({ store, path }: Location, size: number): Promise<void> {
  const found = await store.stat(path);
  if (!found) throw new Error(`${path} is in the log and not in the store`);
  if (found.size !== size) throw new Error(`${path} has ${found.size} bytes, the log says ${size}`);
}

/** The last of each log; old ones may be purged by now, or not yet. */
async function batchesOf(folder: Location, table: TableName): Promise<string[]> {
  const lasts: string[] = [];
  for (const log of ["offsets", "commits"]) {
    const ids = (await numbers(join(folder, "checkpoint", table, log))).map(Number);
    const first = ids[0] ?? 0;
    const gap = ids.find((id, index) => id !== first + index);
    if (gap !== undefined) throw new Error(`the ${log} of ${table} have a gap before ${gap}`);
    lasts.push(`${log} to ${ids.at(-1)}`);
  }
  return lasts;
}

/** The files of a numbered log; what a dead process left in the making is no part of it. */
async function numbers(folder: Location): Promise<string[]> {
  return [...(await filesOf(folder)).keys()]
    .filter((name) => /^\d+$/.test(name))
    .sort((left, right) => Number(left) - Number(right));
}
