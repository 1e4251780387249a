import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataFrame } from "../../src/session/dataframe.ts";
import type { DataStreamWriter } from "../../src/session/stream-writer.ts";
import type { TriggerOptions } from "../../src/session/trigger.ts";
import { openSession, type TestSession } from "./session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
  await session.spark.range(3).write.saveAsTable("t");
});
afterAll(() => session[Symbol.asyncDispose]());

const stream = (): DataFrame => session.spark.readStream.table("t");
const checkpoint = (name: string): string => join(session.folder, "checkpoint", name);

/** Runs what is there, to the end. */
async function once(writer: DataStreamWriter, to?: { table: string }) {
  const ready = writer.trigger({ availableNow: true });
  const query = await (to ? ready.toTable(to.table) : ready.start());
  await query.awaitTermination();
  return query;
}

describe("builder", () => {
  test("output modes are without case; others are refused by name", async () => {
    const writer = stream().groupBy("id").count().writeStream;
    await once(writer.outputMode("COMPLETE").format("MEMORY").queryName("modes"));
    expect(await session.spark.table("modes").count()).toBe(3);
    expect(() => stream().writeStream.outputMode("sometimes")).toThrow(
      /STREAMING_OUTPUT_MODE.INVALID.*sometimes/,
    );
  });

  test.each<[TriggerOptions, RegExp]>([
    [{}, /ONLY_ALLOW_SINGLE_TRIGGER/],
    [{ once: true, availableNow: true }, /ONLY_ALLOW_SINGLE_TRIGGER/],
    [{ processingTime: "-1 second" }, /the interval of trigger should not be negative/],
    [{ processingTime: "soon" }, /INVALID_TRIGGER_INTERVAL.*soon/],
    [{ continuous: "1 second" }, /UNSUPPORTED_TRIGGER.*continuous/],
    [{ realTime: "5 minutes" }, /UNSUPPORTED_TRIGGER.*realTime/],
  ])("trigger %o is refused", (trigger, message) => {
    expect(() => stream().writeStream.trigger(trigger)).toThrow(message);
  });

  test("memory, foreach and foreachBatch have no partitions; memory needs a name", async () => {
    const writers = [
      stream().writeStream.format("memory").queryName("m"),
      stream().writeStream.foreach(() => undefined),
      stream().writeStream.foreachBatch(() => undefined),
    ];
    for (const writer of writers) {
      await expect(writer.partitionBy("id").start()).rejects.toThrow(
        /does not support partitioning/,
      );
    }
    await expect(stream().writeStream.format("memory").start()).rejects.toThrow(
      /queryName must be specified/,
    );
  });

  test("foreachBatch and foreach are nothing without a function", async () => {
    for (const format of ["foreach", "foreachBatch"]) {
      await expect(stream().writeStream.format(format).start()).rejects.toThrow(
        /FOREACH_FUNCTION_MISSING/,
      );
    }
  });

  test("a file sink is refused by its name", async () => {
    const writer = stream().writeStream.format("parquet");
    const started = writer.option("checkpointLocation", checkpoint("p")).start(checkpoint("out"));
    await expect(started).rejects.toThrow(/data source parquet cannot be written as a stream/);
  });
});

describe("checkpoint location", () => {
  test("is required where the sink could go on without duplicates", async () => {
    await expect(stream().writeStream.toTable("x")).rejects.toThrow(
      /checkpointLocation must be specified either through option/,
    );
    expect(await session.spark.catalog.tableExists("x")).toBe(false);
  });

  test("the option wins over the session's folder, which is by name or by chance", async () => {
    const { spark } = session;
    const base = checkpoint("base");
    spark.conf.set("spark.sql.streaming.checkpointLocation", base);
    const option = checkpoint("option");
    await once(stream().writeStream.format("noop").option("CheckpointLocation", option));
    await once(stream().writeStream.format("noop").queryName("named"));
    await once(stream().writeStream.format("noop"));
    spark.conf.unset("spark.sql.streaming.checkpointLocation");
    expect(existsSync(join(option, "metadata"))).toBe(true);
    const names = readdirSync(base);
    expect(names).toContain("named");
    expect(names.find((name) => name !== "named")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("a temporary one goes with its query", async () => {
    const system = process.env["TMPDIR"];
    process.env["TMPDIR"] = session.folder;
    await using own = await openSession();
    if (system === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = system;
    const temporary = () =>
      readdirSync(session.folder, { recursive: true }).filter((name) =>
        /checkpoint-[0-9a-f-]{36}$/.test(String(name)),
      );
    const rows = own.spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 1).load();
    const query = await rows.writeStream.format("noop").trigger({ processingTime: 60_000 }).start();
    expect(await query.awaitTermination(10)).toBe(false);
    expect(temporary()).toHaveLength(1);
    await query.stop();
    expect(temporary()).toEqual([]);
  });
});

describe("memory sink", () => {
  test("goes on from a checkpoint in complete mode only", async () => {
    const { spark } = session;
    const append = () =>
      stream()
        .writeStream.format("memory")
        .queryName("rows")
        .option("checkpointLocation", checkpoint("memory"));
    await once(append());
    await expect(append().start()).rejects.toThrow(
      /does not support recovering from checkpoint location\. Delete file:.*memory\/offsets to start over/,
    );
    expect(await spark.table("rows").count()).toBe(3);
    await spark.range(3, 5).write.mode("append").saveAsTable("t2");
    const total = () =>
      spark.readStream
        .table("t2")
        .groupBy()
        .count()
        .writeStream.outputMode("complete")
        .format("memory")
        .queryName("total")
        .option("checkpointLocation", checkpoint("total"));
    await once(total());
    await spark.range(7, 8).write.mode("append").saveAsTable("t2");
    await once(total());
    expect(await spark.table("total").collect()).toEqual([{ count: 3n }]);
  });

  test("a refused query leaves the table of its name alone, and is no table", async () => {
    const { spark } = session;
    const writer = () => stream().writeStream.format("memory").queryName("kept");
    await using query = await writer().start();
    await query.processAllAvailable();
    await expect(writer().start()).rejects.toThrow(
      /Cannot start query with name kept as a query with that name is already active/,
    );
    expect(await spark.table("kept").count()).toBe(3);
    const illegal = stream().groupBy("id").count().writeStream.format("memory");
    await expect(illegal.queryName("illegal").start()).rejects.toThrow(/without watermark/);
    await expect(spark.table("illegal").schema()).rejects.toThrow(/TABLE_OR_VIEW_NOT_FOUND/);
  });
});

describe("toTable", () => {
  const to = (name: string) =>
    stream().writeStream.option("checkpointLocation", checkpoint(`to-${name}`));

  test("makes the table at once, so that the next stream can start on it", async () => {
    const { spark } = session;
    const none = spark.readStream
      .table("t")
      .filter("id < 0")
      .selectExpr("id AS key", "id % 2 AS part");
    await using first = await none.writeStream
      .partitionBy("part")
      .option("checkpointLocation", checkpoint("first"))
      .toTable("made");
    const [field] = (await spark.table("made").schema()).fields;
    expect(field).toMatchObject({ name: "key", nullable: true, type: { type: "long" } });
    await using second = await spark.readStream.table("made").writeStream.format("noop").start();
    await second.processAllAvailable();
    expect([first.isActive, second.isActive]).toEqual([true, true]);
  });

  test("each batch is in the table once, over restarts; the id stays, the run is another", async () => {
    const { spark } = session;
    const one = await once(to("again"), { table: "again" });
    const two = await once(to("again"), { table: "again" });
    expect(two.id).toBe(one.id);
    expect(two.runId).not.toBe(one.runId);
    expect(await spark.table("again").count()).toBe(3);
  });

  test("lies at the option path if it is set, and is no less a table", async () => {
    const { spark, folder } = session;
    const path = join(folder, "elsewhere");
    await once(to("external").option("path", path), { table: "external" });
    expect(existsSync(join(path, "_delta_log"))).toBe(true);
    expect(await spark.table("external").count()).toBe(3);
    await expect(to("external").option("path", path).start(path)).rejects.toThrow(
      /'path' option set and start\(\)/,
    );
  });

  test("another format, a view, an absent schema and update mode are refused", async () => {
    const { spark } = session;
    await expect(to("f").format("parquet").toTable("t")).rejects.toThrow(
      /input source\(parquet\) is different from .* data source provider\(delta\)/,
    );
    await spark.range(1).createOrReplaceTempView("a_view");
    await expect(to("v").toTable("a_view")).rejects.toThrow(/Streaming into views `a_view`/);
    await expect(to("s").toTable("nowhere.x")).rejects.toThrow(/SCHEMA_NOT_FOUND/);
    const counts = stream().groupBy("id").count().writeStream.outputMode("update");
    const updated = counts.option("checkpointLocation", checkpoint("u")).toTable("updated");
    await expect(updated).rejects.toThrow(/DELTA_UNSUPPORTED_OUTPUT_MODE/);
    expect(await spark.catalog.tableExists("updated")).toBe(false);
    const nowhere = to("n").start();
    await expect(nowhere).rejects.toThrow(/no path is given/);
  });
});
