import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";
import { DeltaTable, SparkSession } from "../../../src/index.ts";
import { createRandom } from "../../random.ts";
import { type Attempt, replayed } from "./plan.ts";
import type { WriterTask } from "./writer.ts";

/** Writers against one table, while a stream of its changes runs into another. */
export interface Race {
  /** Where the tables and the checkpoint lie. */
  readonly folder: string;
  /** The configuration of every process, and of the stream. */
  readonly conf: Readonly<Record<string, string>>;
  /** The configuration of who looks at the end, past all trouble. */
  readonly calm: Readonly<Record<string, string>>;
  readonly writers: number;
  /** Of all writers together. */
  readonly commits: number;
  readonly seed: number;
}

const run = promisify(execFile);

async function session(conf: Race["conf"]): Promise<SparkSession> {
  let builder = SparkSession.builder();
  for (const [name, value] of Object.entries(conf)) builder = builder.config(name, value);
  return await builder.create();
}

/** Runs it; throws unless each committed row is once in the table and in the stream. */
export async function race(given: Race): Promise<{ readonly attempts: readonly Attempt[] }> {
  const { folder, calm } = given;
  const [table, feed, checkpoint] = ["table", "feed", "checkpoint"].map(
    (one) => `${folder}/${one}`,
  );
  await using watcher = await session(calm);
  await watcher.sql(
    `CREATE TABLE delta.\`${table}\` (id BIGINT, part STRING) USING delta PARTITIONED BY (part) ` +
      "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')",
  );
  let writing = true;
  const stream = follow(
    given,
    { table: table!, feed: feed!, checkpoint: checkpoint! },
    () => writing,
  );
  const all = Promise.all(
    Array.from({ length: given.writers }, (_, writer) => write(given, table!, writer)),
  ).finally(() => {
    writing = false;
  });
  const [said] = await Promise.all([all, stream]);
  const attempts = said.flat();
  const committed = new Map(
    attempts.filter((one) => one.outcome === "committed").map((one) => [one.name, one]),
  );
  const history = await DeltaTable.forPath(watcher, table!).history().collect();
  const versions = history.map((row) => Number(row["version"])).reverse();
  expect(versions).toEqual(Array.from({ length: given.commits + 1 }, (_, version) => version));
  const acts = history
    .filter((row) => row["userMetadata"] !== null)
    .map((row) => ({
      version: Number(row["version"]),
      act: committed.get(String(row["userMetadata"]))!,
    }))
    .reverse();
  expect(acts.map(({ act }) => act?.name).sort()).toEqual([...committed.keys()].sort());
  const expected = replayed(acts);
  const rows = await watcher.read.format("delta").load(table!).collect();
  expect(lines(rows, ["id", "part"])).toEqual(lines(expected.rows, ["id", "part"]));
  const changes = await watcher.read.format("delta").load(feed!).collect();
  const columns = ["version", "type", "id", "part"];
  expect(lines(changes, columns)).toEqual(lines(expected.changes, columns));
  return { attempts };
}

function lines(rows: readonly object[], columns: readonly string[]): string[] {
  return rows.map((row) => columns.map((name) => String(Reflect.get(row, name))).join(" ")).sort();
}

async function write(
  { conf, seed, writers, commits }: Race,
  table: string,
  writer: number,
): Promise<Attempt[]> {
  const share = Math.floor(commits / writers) + (writer < commits % writers ? 1 : 0);
  const task: WriterTask = { table, conf, writer, seed: seed * 31 + writer, commits: share };
  const script = fileURLToPath(new URL("writer.ts", import.meta.url));
  const register = fileURLToPath(new URL("../register.mjs", import.meta.url));
  const args = ["--import", "tsx", "--import", register, script, JSON.stringify(task)];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 64 << 20 });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Attempt);
}

/** Runs the stream, stopped and begun again now and then, to the end of the table. */
async function follow(
  { conf, seed }: Race,
  { table, feed, checkpoint }: { table: string; feed: string; checkpoint: string },
  writing: () => boolean,
): Promise<void> {
  const random = createRandom(seed);
  await using spark = await session(conf);
  const writer = () =>
    spark.readStream
      .format("delta")
      .option("readChangeFeed", true)
      .option("startingVersion", 0)
      .load(table)
      .selectExpr("id", "part", "_change_type AS type", "_commit_version AS version")
      .writeStream.format("delta")
      .option("checkpointLocation", checkpoint);
  while (writing()) {
    const query = await writer().trigger({ processingTime: "0 seconds" }).start(feed);
    const until = performance.now() + 500 + random.below(3_000);
    while (writing() && performance.now() < until && query.isActive) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await query.stop();
    if (query.exception !== undefined) throw query.exception;
  }
  const last = await writer().trigger({ availableNow: true }).start(feed);
  await last.awaitTermination();
}
