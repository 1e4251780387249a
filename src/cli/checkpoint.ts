import { exportCheckpoint, importFiles, reportLogs } from "../connector/file/checkpoint.ts";
import type { NewEntry } from "../connector/file/source-log.ts";
import { canonicalUri } from "../connector/file/uri.ts";
import { SparkSession } from "../session/spark-session.ts";
import { cacheOptions, openCache } from "../storage/cache/cache.ts";
import { openStores } from "../storage/registry.ts";
import { openStaging } from "../storage/staging.ts";
import type { Location } from "../storage/store.ts";
import { inspectCheckpoint } from "../stream/inspect.ts";
import { readArguments } from "./argument.ts";
import { type Io, UsageError } from "./io.ts";

/** A place of a command, and a folder for files in the making. */
interface Places {
  locate(path: string): Promise<Location>;
  readonly staging: string;
  readonly conf: Readonly<Record<string, string>>;
}

/** `millrace checkpoint inspect | export | import`: what it did, as JSON. */
export async function checkpointCommand(argv: readonly string[], io: Io): Promise<void> {
  const { positionals, conf } = readArguments(argv, []);
  const [verb, folder, other, ...rest] = positionals;
  const usage = verb === undefined ? undefined : usages[verb];
  const wanted = verb === "inspect" ? 2 : 3;
  if (folder === undefined || rest.length > 0 || !usage || positionals.length !== wanted) {
    throw new UsageError(`Call it as: ${usage ?? Object.values(usages).join("\n         or: ")}`);
  }
  await using staging = await openStaging();
  await using cache = openCache(cacheOptions(conf));
  const stores = openStores({ staging, cache, workingDirectory: process.cwd(), options: conf });
  const places = { locate: stores.locate, staging: staging.path, conf };
  io.out(JSON.stringify(await run(verb!, [folder, other ?? ""], places), null, 2));
}

const usages: Readonly<Record<string, string>> = {
  inspect: "millrace checkpoint inspect <dir>",
  export: "millrace checkpoint export <dir> <new-dir>",
  import: "millrace checkpoint import <dir> <file>",
};

/** What is to be known after an import. */
const importedNext =
  "Let a batch run here before Spark goes on with this checkpoint: it would read these files again";

async function run(
  verb: string,
  [folder, other]: readonly [string, string],
  places: Places,
): Promise<object> {
  const checkpoint = await places.locate(folder);
  if (verb === "import") {
    const files = await importFiles(checkpoint, places.staging, exportedFiles(other, places.conf));
    return { location: checkpoint.store.uri(checkpoint.path), imported: files, next: importedNext };
  }
  const report = await inspectCheckpoint(checkpoint);
  if (verb === "inspect") return { ...report, files: await reportLogs(checkpoint) };
  const target = await places.locate(other);
  const files = await exportCheckpoint(checkpoint, target, places.staging);
  return { location: target.store.uri(target.path), files };
}

/** The files of an export of `cloud_files_state`: Parquet, CSV with a header, or JSON lines. */
async function* exportedFiles(
  path: string,
  conf: Readonly<Record<string, string>>,
): AsyncGenerator<NewEntry> {
  const builder = SparkSession.builder();
  for (const [key, value] of Object.entries(conf)) builder.config(key, value);
  await using spark = await builder.create();
  const format = /\.(csv|json|ndjson|jsonl)(\.\w+)?$/i.exec(path)?.[1]?.toLowerCase();
  const kind = format === undefined ? "parquet" : format === "csv" ? "csv" : "json";
  const read = spark.read.format(kind).option("header", "true").load(path);
  const names = (await read.columns()).map((name) => name.toLowerCase());
  const has = (name: string): boolean => names.includes(name);
  if (!has("path")) throw new UsageError(`${path} has no column path: ${names.join(", ")}`);
  const ms = (name: string): string =>
    has(name) ? `unix_millis(CAST(${name} AS TIMESTAMP))` : "CAST(NULL AS BIGINT)";
  const rows = read.selectExpr(
    "CAST(path AS STRING) AS path",
    has("size") ? "CAST(size AS BIGINT) AS size" : "CAST(NULL AS BIGINT) AS size",
    `${ms("create_time")} AS created`,
    `${ms("discovery_time")} AS discovered`,
  );
  for await (const row of rows) yield entryOf(row as unknown as ExportedRow);
}

interface ExportedRow {
  readonly path: string;
  readonly size: bigint | null;
  readonly created: bigint | null;
  readonly discovered: bigint | null;
}

function entryOf({ path, size, created, discovered }: ExportedRow): NewEntry {
  return {
    path: canonicalUri(path),
    timestamp: Number(created ?? 0n),
    ...(size === null ? {} : { size: Number(size) }),
    ...(discovered === null ? {} : { discoveryTime: Number(discovered) }),
  };
}
