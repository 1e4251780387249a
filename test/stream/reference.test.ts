import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DataFrame, functions as F, SparkSession } from "../../src/index.ts";
import { sorted } from "../interop/canonical.ts";
import { sharedPath, sharedReason } from "../shared.ts";
import { codes, fingerprint, numbered, offsetLines, Reference } from "./reference.ts";

const streams = sharedPath("ref/streams");
if (!streams) console.log(`skipped: ${sharedReason("ref/streams")}`);

let spark: SparkSession;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-reference-"));
  const warehouse = join(folder, "warehouse");
  spark = await SparkSession.builder()
    .config("spark.sql.warehouse.dir", warehouse)
    .config("spark.sql.session.timeZone", "UTC")
    .create();
});
afterAll(async () => {
  await spark.stop();
  await rm(folder, { recursive: true, force: true });
});

function copyOf(name: string): Promise<Reference> {
  return Reference.copy(spark, join(streams!, name), join(folder, name));
}

async function checkContinued(copy: Reference, run: readonly { batchId: number }[]): Promise<void> {
  const { progressBefore, progressAfter, expectedFinalRows } = copy.expected;
  expect(await copy.rows()).toEqual(sorted(expectedFinalRows));
  const last = progressAfter.at(-1)!.batchId;
  const all = Array.from({ length: last + 1 }, (_, batch) => batch);
  expect(await numbered(join(copy.checkpoint, "offsets"))).toEqual(all);
  expect(await numbered(join(copy.checkpoint, "commits"))).toEqual(all);
  for (const batch of [...progressBefore, ...progressAfter]) {
    const lines = await offsetLines(join(copy.checkpoint, "offsets", String(batch.batchId)));
    const ends = batch.sources.map((source) => JSON.parse(source.endOffset) as unknown);
    expect(lines, `offsets of batch ${batch.batchId}`).toEqual(ends);
  }
  expect(run.map(({ batchId }) => batchId)).toEqual(all.slice(-run.length));
  expect(await copy.committed()).toBe(last);
}

describe.skipIf(!streams)("a query that Spark stopped continues here", () => {
  test.for(["files_to_delta", "files_to_delta_crash_before_sink"])("%s", async (name) => {
    const copy = await copyOf(name);
    expect(await copy.rows()).toEqual(sorted(copy.expected.rowsAtStop));
    await copy.arrive();
    const run = await copy.continue(copy.json().select("id", "k", "ts"));
    await checkContinued(copy, run);
    expect(run.map((batch) => batch.numInputRows)).toEqual([20, 20, 20, 20]);
  });

  test("delta_to_delta", async () => {
    const copy = await copyOf("delta_to_delta");
    await checkContinued(
      copy,
      await copy.continue(copy.delta().selectExpr("id", "k", "x*2 as x2")),
    );
  });

  test("delta_to_delta_crash_after_sink: what the sink has is not written again", async () => {
    const copy = await copyOf("delta_to_delta_crash_after_sink");
    const versions = (await readdir(join(copy.sink, "_delta_log"))).filter((f) =>
      f.endsWith(".json"),
    );
    await checkContinued(
      copy,
      await copy.continue(copy.delta().selectExpr("id", "k", "x*2 as x2")),
    );
    const after = (await readdir(join(copy.sink, "_delta_log"))).filter((f) => f.endsWith(".json"));
    expect(after.length - versions.length).toBe(copy.expected.progressAfter.length);
  });

  test("rate_to_delta: values go on from where its clock began", async () => {
    const copy = await copyOf("rate_to_delta");
    const startMs = Number(
      (await readFile(join(copy.checkpoint, "sources/0/0"), "utf8")).split("\n")[1],
    );
    const frame = spark.readStream.format("rate").option("rowsPerSecond", 5).load();
    const run = await copy.continue(frame);
    expect(run[0]?.batchId).toBe(1);
    // Five rows for each second since Spark stopped: too many to look at one by one.
    const [seen] = await spark.read
      .format("delta")
      .load(copy.sink)
      .selectExpr(
        "count(*) AS n",
        "count(DISTINCT value) AS values",
        "max(value) + 1 AS next",
        `count_if(timestamp <> timestamp_millis(${startMs} + value * 200)) AS wrong`,
      )
      .collect();
    expect(seen?.["n"]).toBeGreaterThan(0n);
    expect(seen).toMatchObject({ values: seen?.["n"], next: seen?.["n"], wrong: 0n });
  });
});

describe.skipIf(!streams)("a query that Spark stopped and that cannot continue here", () => {
  const aggregate = (frame: DataFrame): DataFrame =>
    frame
      .withWatermark("ts", "2 minutes")
      .groupBy(F.window("ts", "5 minutes"), "k")
      .agg(F.count("*").as("n"), F.avg("x").as("ax"), F.min("x").as("mn"), F.max("id").as("mx"))
      .selectExpr("window.start AS ws", "window.end AS we", "k", "n", "ax", "mn", "mx");
  const files = (copy: Reference): DataFrame => aggregate(copy.json());
  const refused: readonly [string, (copy: Reference) => DataFrame, string][] = [
    ["agg_append", files, "STATE_STORE_PROVIDER_NOT_SUPPORTED"],
    ["agg_append_crash_before_sink", files, "STATE_STORE_PROVIDER_NOT_SUPPORTED"],
    ["agg_append_rocksdb", files, "STATE_STORE_PROVIDER_NOT_SUPPORTED"],
    ["agg_append_rocksdb_changelog", files, "STATE_STORE_PROVIDER_NOT_SUPPORTED"],
    ["agg_complete", (copy) => aggregate(copy.delta()), "STATE_STORE_PROVIDER_NOT_SUPPORTED"],
    [
      "dedup",
      (copy) => copy.delta().selectExpr("id % 37 AS k2", "k").dropDuplicates(["k2"]),
      "STATE_STORE_PROVIDER_NOT_SUPPORTED",
    ],
    [
      "dedup_wm",
      (copy) =>
        copy
          .json()
          .selectExpr("id % 37 AS k2", "ts")
          .withWatermark("ts", "2 minutes")
          .dropDuplicates(["k2", "ts"]),
      "STATE_STORE_PROVIDER_NOT_SUPPORTED",
    ],
    ["join_inner", joined, "STREAMING_OPERATION_NOT_BUILT"],
    [
      "session_agg",
      (copy) =>
        copy
          .json()
          .withWatermark("ts", "2 minutes")
          .groupBy(F.expr("session_window(ts, '1 minute')"), F.col("k"))
          .count(),
      "UNSUPPORTED_FUNCTION",
    ],
  ];

  function joined(copy: Reference): DataFrame {
    const left = copy.delta().select("id", "ts").withWatermark("ts", "2 minutes");
    const right = copy
      .delta()
      .filter("id % 2 = 0")
      .selectExpr("id AS bid", "ts + INTERVAL 30 SECONDS AS bts")
      .withWatermark("bts", "3 minutes");
    const near = F.expr("id = bid AND bts BETWEEN ts AND ts + INTERVAL 1 MINUTE");
    return left.join(right, near);
  }

  test.for(refused)(
    "%s is refused by name, and its checkpoint left alone",
    async ([name, frame, code]) => {
      const copy = await copyOf(name);
      if (copy.expected.progressBefore[0]!.sources[0]!.endOffset.includes("logOffset"))
        await copy.arrive();
      const before = await fingerprint(copy.path);
      const thrown: unknown = await copy.continue(frame(copy)).catch((reason: unknown) => reason);
      expect(codes(thrown)).toContain(code);
      expect(await fingerprint(copy.path)).toBe(before);
    },
  );
});
