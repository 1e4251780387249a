import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { SparkSession } from "../../src/index.ts";
import { startFaults } from "./server/fault.ts";
import { adminOf, bucketOf, s3Conf, s3Subject } from "./storage/s3-subject.ts";

const server = inject("s3");
const endpoint = "endpoint" in server ? server.endpoint : "";

type Faulty = Awaited<ReturnType<typeof startFaults>>;

let local: string;
let proxy: Faulty;

beforeAll(async () => {
  local = await mkdtemp(join(tmpdir(), "millrace-cost-"));
  proxy = await startFaults(endpoint);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await rm(local, { recursive: true, force: true });
});

async function session(
  name: string,
  at = proxy.endpoint,
  folder?: string,
): Promise<{ spark: SparkSession; folder: string }> {
  folder ??= `s3://${await bucketOf(endpoint)}/${name}-${Date.now()}`;
  let builder = SparkSession.builder()
    .config("millrace.engine.threads", "2")
    .config("millrace.cache.dir", join(local, name))
    .config("spark.sql.warehouse.dir", `${folder}/warehouse`);
  for (const [key, value] of Object.entries(s3Conf(at))) {
    builder = builder.config(key, value);
  }
  return { spark: await builder.create(), folder };
}

const everyMs = 500;
const idleMs = 4_000;

/** Requests by what they are for: `GET .parquet`, `LIST _delta_log`, `PUT offsets`. */
function kinds(from = 0): { counts: Record<string, number>; text: string } {
  const counts: Record<string, number> = {};
  for (const { method, url, status } of proxy.asked.slice(from)) {
    const { pathname, searchParams } = new URL(url, "http://any");
    const lists = searchParams.get("list-type") !== null;
    const path = decodeURIComponent(lists ? (searchParams.get("prefix") ?? "") : pathname);
    const folder = /_delta_log|offsets|commits|state|sources|metadata/.exec(path)?.[0];
    const name = folder ?? /\.[a-z]+$/.exec(path)?.[0] ?? path.split("/").slice(3).join("/");
    const key = `${lists ? "LIST" : method} ${name}${status === 404 ? " absent" : ""}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return { counts, text: JSON.stringify(counts) };
}

/** Waits until the last requests are looks for something new alone: the last batch is over. */
async function settled(kind: RegExp): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const from = proxy.asked.length;
    await setTimeout(3 * everyMs);
    const polls = Object.keys(kinds(from).counts);
    if (polls.length === 1 && kind.test(polls[0]!)) return;
  }
}

const bytesOf = (asked: Faulty["asked"]): number =>
  asked.reduce((sum, { bytes }) => sum + bytes, 0);

/** What a query must read of files: chunks of columns, and footers, in bytes. */
async function neededOf(columns: readonly string[], paths: readonly string[]) {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await using subject = await s3Subject(endpoint);
  const { store } = subject;
  const needed = { chunks: 0, footers: 0, files: 0 };
  for (const name of paths) {
    const bytes = Buffer.from(await store.read(name));
    const path = join(local, `needed-${needed.files}.parquet`);
    await writeFile(path, bytes);
    const sql = `SELECT sum(total_compressed_size)::DOUBLE FROM parquet_metadata('${path}')
      WHERE path_in_schema IN (${columns.map((name) => `'${name}'`).join(", ")})`;
    needed.chunks += Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0]);
    needed.footers += bytes.readUInt32LE(bytes.length - 8) + 8;
    needed.files += 1;
  }
  connection.closeSync();
  instance.closeSync();
  return needed;
}

/** How many triggers may be seen in a time: one at each end, and one that came late to the first. */
const triggers = (waitedMs: number, intervalMs: number): number =>
  Math.ceil(waitedMs / intervalMs) + 2;

describe.skipIf("missing" in server)("what a stream costs on S3", () => {
  test("two of twenty columns: their chunks and the footers, few requests a batch", async () => {
    const { spark, folder } = await session("columns");
    await using _ = spark;
    // What it asks is not counted.
    const { spark: writer } = await session("writer", endpoint, folder);
    await using __ = writer;
    const columns = Array.from(
      { length: 20 },
      (__, at) => `(id * 7919 + ${at}) % 1000003 AS c${at}`,
    );
    const write = (start: number) =>
      writer
        .range(start, start + 100_000)
        .selectExpr(...columns)
        .write.mode("append")
        .saveAsTable("wide");
    await write(0);
    const batches: number[] = [];
    const query = await spark.readStream
      .table("wide")
      .selectExpr("c3", "c11")
      .writeStream.option("checkpointLocation", `${folder}/checkpoint`)
      .trigger({ processingTime: everyMs })
      .foreachBatch(async (frame) => {
        batches.push(await frame.count());
      })
      .start();
    const until = async (count: number): Promise<void> => {
      for (let tries = 0; batches.length < count; tries++) {
        if (query.exception) throw query.exception;
        if (tries > 1_000) throw new Error(`${batches.length} batches; ${kinds().text}`);
        await setTimeout(50);
      }
    };
    await until(1);
    const from = proxy.asked.length;
    for (let round = 1; round <= 3; round++) {
      await write(round * 1_000_000);
      await until(round + 1);
    }
    await settled(/^GET _delta_log absent$/);
    const asked = proxy.asked.slice(from);
    const ofFiles = asked.filter(({ url }) => /[^_]part-[^/]*\.parquet/.test(url));
    const paths = new Set(
      ofFiles.map(({ url }) => decodeURIComponent(/^\/[^/]*([^?]*)/.exec(url)?.[1] ?? "")),
    );
    const needed = await neededOf(["c3", "c11"], [...paths]);
    const read = bytesOf(ofFiles);
    const perBatch = {
      "GET _delta_log": 1,
      "HEAD _delta_log": 1,
      "PUT offsets": 1,
      "PUT commits": 1,
    };
    for (const [kind, count] of Object.entries(perBatch)) {
      expect(kinds(from).counts[kind], kind).toBeLessThanOrEqual(3 * count + 1);
    }
    expect(batches).toEqual([100_000, 100_000, 100_000, 100_000]);
    expect(needed.files).toBe(3);
    expect(read).toBeLessThanOrEqual(1.2 * needed.chunks + needed.footers);
    expect(ofFiles.length).toBeLessThanOrEqual(3 * needed.files);
    const idle = proxy.asked.length;
    const began = performance.now();
    await setTimeout(idleMs);
    const waitedMs = performance.now() - began; // on a loaded machine it is more
    const polls = kinds(idle);
    await query.stop();
    const seen = proxy.asked
      .slice(idle)
      .map(({ method, url, status }) => `${method} ${url} ${status}`);
    expect(Object.keys(polls.counts), seen.join("\n")).toEqual(["GET _delta_log absent"]);
    expect(proxy.asked.length - idle).toBeLessThanOrEqual(triggers(waitedMs, everyMs));
  });

  test("an append, a read and a batch with state: the requests that the documents state", async () => {
    const { spark, folder } = await session("figures");
    await using _ = spark;
    // Each commit gets its checksum before the next statement.
    const during = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
      const from = proxy.asked.length;
      await work();
      return kinds(from).counts;
    };
    const append = { "GET _delta_log absent": 1, "HEAD _delta_log": 2, "PUT _delta_log": 2 };
    const rows = spark.range(0, 100).selectExpr("id", "id % 3 AS k");
    const save = () => rows.write.mode("append").format("delta").save(`${folder}/path`);
    await save();
    await save();
    expect(await during(save)).toEqual({ ...append, "PUT .parquet": 1 });
    await rows.write.saveAsTable("t");
    const insert = () => spark.sql("INSERT INTO t VALUES (1, 2)");
    await insert();
    // Whether the name is a Delta table of the warehouse.
    const named = { ...append, "HEAD _delta_log": 3 };
    expect(await during(insert)).toEqual({ ...named, "PUT .parquet": 1 });

    await spark.sql(
      "CREATE TABLE timed TBLPROPERTIES (delta.enableInCommitTimestamps = true) AS SELECT * FROM t",
    );
    const timed = () => spark.sql("INSERT INTO timed VALUES (1, 2)");
    await timed();
    expect(await during(timed)).toEqual({ ...append, "PUT .parquet": 1 });
    const read = () => spark.read.format("delta").load(`${folder}/path`).count();
    await read();
    expect(await during(read)).toEqual({ "GET _delta_log absent": 1, "HEAD _delta_log": 1 });

    const { spark: writer } = await session("other", endpoint, folder);
    await using __ = writer;
    const query = await spark.readStream
      .table("t")
      .groupBy("k")
      .count()
      .writeStream.outputMode("complete")
      .option("checkpointLocation", `${folder}/checkpoint`)
      .trigger({ processingTime: 1_000 })
      .toTable("counts");
    await query.processAllAvailable();
    const batch = await during(async () => {
      await writer.sql("INSERT INTO t VALUES (1, 2)");
      const before = query.lastProgress?.batchId ?? 0;
      for (let tries = 0; tries < 400 && query.lastProgress?.batchId === before; tries++) {
        await setTimeout(25);
      }
      await query.stop(); // with the checksum, which is written beside the next trigger
    });
    const { "GET _delta_log absent": looks = 0, ...rest } = batch;
    expect(rest).toEqual({
      ...{ "GET _delta_log": 1, "GET .parquet": 1, "HEAD _delta_log": 3 },
      ...{ "PUT offsets": 1, "PUT state": 2, "PUT .parquet": 1, "PUT _delta_log": 2 },
      "PUT commits": 1,
    });
    // One of the batch itself, one of the sink, and those of triggers before and behind it.
    expect(looks).toBeLessThanOrEqual(5);
  });

  test("a query asks for no data file but by GET, for what it reads of it, and once", async () => {
    const { spark: writer, folder } = await session("files", endpoint);
    await using _ = writer;
    const noise = Array.from({ length: 8 }, (__, at) => `(id * 7919 + ${at}) % 1000003 AS c${at}`);
    const frame = writer.range(0, 500_000).selectExpr("id", ...noise);
    await frame.write.format("delta").save(`${folder}/table`);
    await frame.write.format("parquet").save(`${folder}/folder`);
    for (const format of ["delta", "parquet"] as const) {
      const { spark } = await session(`reader-${format}`, proxy.endpoint, folder);
      await using __ = spark;
      const path = `${folder}/${format === "delta" ? "table" : "folder"}`;
      const read = async (condition: string, ...columns: readonly string[]) => {
        const from = proxy.asked.length;
        const rows = spark.read
          .format(format)
          .load(path)
          .where(condition)
          .selectExpr(...columns);
        const sums = await rows.collect();
        const ofFiles = proxy.asked.slice(from).filter(({ url, method }) => {
          return method !== "LIST" && /part-[^/]*\.parquet/.test(url);
        });
        return { sums, ofFiles, bytes: bytesOf(ofFiles) };
      };
      const some = await read("id >= 490000", "sum(c1) AS total", "count(*) AS n");
      expect(some.sums[0]?.n).toBe(10_000n);
      expect(new Set(some.ofFiles.map(({ method }) => method))).toEqual(new Set(["GET"]));
      expect(some.ofFiles.length).toBeLessThanOrEqual(4);
      const again = await read("id >= 490000", "sum(c1) AS total", "count(*) AS n");
      expect(again.ofFiles).toEqual([]);
      expect(again.sums).toEqual(some.sums);
      const all = await read("id >= 0", "sum(c1) AS total", "count(*) AS n");
      expect(all.sums[0]?.n).toBe(500_000n);
      expect(some.bytes).toBeLessThan(all.bytes / 2);
    }
  });

  test("an idle stream without an interval asks at most twice a second", async () => {
    const { spark, folder } = await session("idle");
    await using _ = spark;
    await spark.range(0, 10).write.saveAsTable("t");
    const query = await spark.readStream
      .table("t")
      .writeStream.option("checkpointLocation", `${folder}/checkpoint`)
      .toTable("copy");
    await query.processAllAvailable();
    await settled(/^GET _delta_log absent$/);
    const idle = proxy.asked.length;
    const began = performance.now();
    await setTimeout(idleMs);
    const waitedMs = performance.now() - began;
    const polls = kinds(idle);
    await query.stop();
    expect(Object.keys(polls.counts)).toEqual(["GET _delta_log absent"]);
    expect(proxy.asked.length - idle).toBeLessThanOrEqual(triggers(waitedMs, 500));
  });

  test("files that an earlier run planned are not asked for one by one", async () => {
    const { spark: first, folder } = await session("planned");
    const [, , bucket = "", ...rest] = folder.split("/");
    const admin = await adminOf(endpoint);
    for (let at = 0; at < 120; at++) {
      const Key = `${rest.join("/")}/in/d=${at % 2}/${at}.json`;
      await admin.putObject({ Bucket: bucket, Key, Body: `{"id":${at}}\n` });
    }
    const run = async (spark: SparkSession, each: (rows: number) => void) => {
      const source = spark.readStream.format("cloudFiles").option("cloudFiles.format", "json");
      const query = await source
        .option("cloudFiles.maxFilesPerTrigger", "60")
        .schema("id INT, d INT")
        .load(`${folder}/in`)
        .writeStream.option("checkpointLocation", `${folder}/checkpoint`)
        .trigger({ availableNow: true })
        .foreachBatch(async (frame) => each(await frame.count()))
        .start();
      await query.awaitTermination();
    };
    const stop = () => {
      throw new Error("stopped");
    };
    await expect(run(first, stop)).rejects.toThrow("stopped");
    await first.stop();
    const { spark } = await session("planned-again", proxy.endpoint, folder);
    await using _ = spark;
    const from = proxy.asked.length;
    const batches: number[] = [];
    await run(spark, (rows) => batches.push(rows));
    expect(batches).toEqual([60, 60]);
    const { counts, text } = kinds(from);
    expect(counts["HEAD .json"], text).toBeUndefined();
    const listed = Object.keys(counts).filter((kind) => /^LIST .*\bin\b/.test(kind));
    expect(listed.reduce((sum, kind) => sum + counts[kind]!, 0)).toBeLessThanOrEqual(6);
  });

  test("a folder that nothing came into is listed once a trigger", async () => {
    const { spark, folder } = await session("landing");
    await using _ = spark;
    const frame = spark.range(0, 10).selectExpr("id", "CAST(id AS STRING) AS name");
    await frame.write.format("json").save(`${folder}/landing`);
    const query = await spark.readStream
      .format("cloudFiles")
      .option("cloudFiles.format", "json")
      .option("cloudFiles.schemaLocation", `${folder}/schema`)
      .load(`${folder}/landing`)
      .writeStream.option("checkpointLocation", `${folder}/checkpoint`)
      .trigger({ processingTime: everyMs })
      .toTable("landed");
    for (let tries = 0; tries < 600 && (query.lastProgress?.batchId ?? -1) < 0; tries++) {
      if (query.exception) throw query.exception;
      await setTimeout(50);
    }
    await settled(/^LIST/);
    const idle = proxy.asked.length;
    const began = performance.now();
    await setTimeout(idleMs);
    const waitedMs = performance.now() - began; // on a loaded machine it is more
    const polls = kinds(idle);
    await query.stop();
    expect(Object.keys(polls.counts).every((kind) => kind.startsWith("LIST"))).toBe(true);
    expect(proxy.asked.length - idle).toBeLessThanOrEqual(triggers(waitedMs, everyMs));
    expect(await spark.table("landed").count()).toBe(10);
  });
});
