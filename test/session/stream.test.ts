import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replaceEnv } from "../../src/env.ts";
import type { DataFrame } from "../../src/session/dataframe.ts";
import { DeltaTable } from "../../src/session/delta-table.ts";
import * as F from "../../src/session/functions.ts";
import { openSession, type TestSession } from "./session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
  await session.spark.range(3).write.saveAsTable("t");
});
afterAll(() => session[Symbol.asyncDispose]());

const stream = (): DataFrame => session.spark.readStream.table("t");
const checkpoint = (name: string): string => join(session.folder, "checkpoint", name);

/** Rows one millisecond's worth of event time apart per batch of one row. */
const events = (advanceMs: number): DataFrame =>
  session.spark.readStream
    .format("rate-micro-batch")
    .option("rowsPerBatch", 1)
    .option("advanceMillisPerBatch", advanceMs)
    .load();

/** Resolves when the condition holds; the test's own timeout is its bound. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

/** What the environment's voices said while `work` ran. */
async function heard(work: () => Promise<void>): Promise<{ out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const restore = replaceEnv({
    print: (line) => void out.push(line),
    warn: (line) => void err.push(line),
  });
  try {
    await work();
  } finally {
    restore();
  }
  return { out, err };
}

describe("StreamingQuery", () => {
  test("tells who it is and what it did", async () => {
    const query = await stream()
      .writeStream.format("noop")
      .queryName("teller")
      .trigger({ processingTime: "0 seconds" })
      .start();
    expect(query.id).toMatch(/^[0-9a-f-]{36}$/);
    expect([query.name, query.isActive, query.exception]).toEqual(["teller", true, undefined]);
    expect(query.lastProgress).toBeNull();
    await query.processAllAvailable();
    expect(query.status).toEqual({
      message: "Waiting for data to arrive",
      isDataAvailable: false,
      isTriggerActive: false,
    });
    expect(query.recentProgress).toHaveLength(1);
    expect(query.lastProgress).toMatchObject({
      id: query.id,
      runId: query.runId,
      name: "teller",
      batchId: 0,
      numInputRows: 3,
      sink: { description: expect.stringContaining("oop") },
    });
    expect(await query.explain()).not.toBe("");
    expect(await query.awaitTermination(10)).toBe(false);
    await query.stop();
    await query.stop();
    expect(await query.awaitTermination()).toBe(true);
    expect([query.isActive, query.status.message]).toEqual([false, "Stopped"]);
  });

  test("await using stops it; a wait can be aborted without harm to it", async () => {
    let outside: { readonly isActive: boolean };
    {
      await using query = await stream().writeStream.format("noop").start();
      outside = query;
      const waiting = query.awaitTermination(undefined, { signal: AbortSignal.timeout(10) });
      await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
      expect(query.isActive).toBe(true);
    }
    expect(outside.isActive).toBe(false);
  });

  test("a failure nobody awaits is one line on stderr; whoever asks later gets it with its cause", async () => {
    const { err } = await heard(async () => {
      const query = await stream()
        .writeStream.foreachBatch(() => {
          throw new RangeError("no room\nat all");
        })
        .start();
      await until(() => !query.isActive);
      expect(query.exception).toMatchObject({ code: "STREAM_FAILED" });
      const { cause } = query.exception!;
      expect(cause).toMatchObject({ code: "FOREACH_BATCH_USER_FUNCTION_ERROR" });
      expect((cause as Error).cause).toBeInstanceOf(RangeError);
      await expect(query.awaitTermination()).rejects.toThrow(
        new RegExp(
          `Query \\[id = ${query.id}, runId = ${query.runId}\\] terminated with exception`,
        ),
      );
      await expect(query.processAllAvailable()).rejects.toThrow(/STREAM_FAILED/);
    });
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(/^\[STREAM_FAILED\] Query .* Reason: no room at all. It is the cause/);
  });

  test("a failure that is awaited is no line", async () => {
    const { err } = await heard(async () => {
      const failing = stream().writeStream.foreach(() => Promise.reject(new Error("never")));
      const query = await failing.start();
      await expect(query.awaitTermination()).rejects.toThrow(/never/);
    });
    expect(err).toEqual([]);
  });
});

describe("foreachBatch", () => {
  test("the frame is read as often as wanted, is written once, and is a view for SQL", async () => {
    const { spark } = session;
    const seen: unknown[] = [];
    const run = async (name: string) => {
      const query = await stream()
        .writeStream.foreachBatch(async (batch, batchId) => {
          await batch.createOrReplaceTempView("batch");
          const [sum] = await (await spark.sql("SELECT sum(id) AS sum FROM batch")).collect();
          seen.push([batchId, await batch.count(), await batch.filter("id > 0").count(), sum]);
          await batch.write
            .mode("append")
            .option("txnAppId", "job")
            .option("txnVersion", batchId)
            .saveAsTable("sums");
        })
        .option("checkpointLocation", checkpoint(name))
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
    };
    await run("first");
    await run("second");
    expect(seen).toEqual([
      [0, 3, 2, { sum: 3n }],
      [0, 3, 2, { sum: 3n }],
    ]);
    expect(await spark.table("sums").count()).toBe(3);
  });

  test("what failed comes again with the same id, then the next", async () => {
    const ids: number[] = [];
    const start = (fail: boolean) =>
      stream()
        .writeStream.foreachBatch((_, batchId) => {
          ids.push(batchId);
          if (fail) throw new Error("not yet");
        })
        .option("checkpointLocation", checkpoint("retry"))
        .trigger({ availableNow: true })
        .start();
    await expect((await start(true)).awaitTermination()).rejects.toThrow(/not yet/);
    await (await start(false)).awaitTermination();
    await (await start(false)).awaitTermination();
    expect(ids).toEqual([0, 0]);
  });

  test("a query is stopped from within its own batch; to wait there is refused", async () => {
    const refused: unknown[] = [];
    const query = await stream()
      .writeStream.foreachBatch(async () => {
        await query.awaitTermination().catch((thrown) => refused.push(thrown));
        await query.processAllAvailable().catch((thrown) => refused.push(thrown));
        await query.stop();
      })
      .start();
    expect(await query.awaitTermination()).toBe(true);
    expect(refused).toHaveLength(2);
    expect(refused).toMatchObject([
      { code: "STREAMING_QUERY_AWAITS_ITSELF" },
      { code: "STREAMING_QUERY_AWAITS_ITSELF" },
    ]);
  });

  test("a frame kept past its batch says so when it is used", async () => {
    const frames: DataFrame[] = [];
    const query = await stream()
      .writeStream.foreachBatch((batch) => void frames.push(batch))
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    await expect(frames[0]!.count()).rejects.toThrow(/CACHED_RESULT_RELEASED/);
  });
});

test("foreach: open, each row, close; open may decline", async () => {
  const calls: unknown[] = [];
  const run = async (wanted: boolean) => {
    const query = await stream()
      .writeStream.foreach({
        open: (partition, epoch) => calls.push(["open", partition, epoch]) > 0 && wanted,
        process: (row) => void calls.push(row["id"]),
        close: (failure) => void calls.push(["close", failure]),
      })
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
  };
  await run(true);
  expect(calls).toEqual([["open", 0, 0], 0n, 1n, 2n, ["close", undefined]]);
  calls.length = 0;
  await run(false);
  expect(calls).toEqual([
    ["open", 0, 0],
    ["close", undefined],
  ]);
});

test("console prints what Spark prints, byte for byte", async () => {
  const { out } = await heard(async () => {
    const query = await stream()
      .writeStream.format("console")
      .option("numRows", 2)
      .trigger({ once: true })
      .start();
    await query.awaitTermination();
  });
  const rule = "-------------------------------------------";
  expect(`${out.join("\n")}\n`).toBe(
    `${rule}\nBatch: 0\n${rule}\n+---+\n| id|\n+---+\n|  0|\n|  1|\n+---+\nonly showing top 2 rows\n\n`,
  );
});

describe("spark.streams", () => {
  test("active, get, and the names that are taken", async () => {
    const { streams } = session.spark;
    await using one = await stream().writeStream.format("noop").queryName("one").start();
    await using two = await stream().writeStream.format("noop").start();
    expect(streams.active.map(({ id }) => id).sort()).toEqual([one.id, two.id].sort());
    expect(streams.get(one.id)).toBe(one);
    await one.stop();
    expect(streams.get(one.id)).toBeNull();
    await using again = await stream().writeStream.format("noop").queryName("one").start();
    expect(again.name).toBe("one");
  });

  test("awaitAnyTermination, until resetTerminated", async () => {
    const { streams } = session.spark;
    streams.resetTerminated();
    const query = await stream().writeStream.format("noop").start();
    expect(await streams.awaitAnyTermination(10)).toBe(false);
    const any = streams.awaitAnyTermination();
    await query.stop();
    expect(await any).toBe(true);
    expect(await streams.awaitAnyTermination()).toBe(true);
    streams.resetTerminated();
    const aborted = streams.awaitAnyTermination(undefined, { signal: AbortSignal.timeout(10) });
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
  });

  test("listeners hear started before start resolves, progress and terminated", async () => {
    const { streams } = session.spark;
    const events: string[] = [];
    const listener = {
      onQueryStarted: () => void events.push("started"),
      onQueryProgress: () => {
        events.push("progress");
        throw new Error("a listener's own");
      },
      onQueryTerminated: () => void events.push("terminated"),
    };
    streams.addListener(listener);
    expect(streams.listListeners()).toEqual([listener]);
    const query = await stream().writeStream.format("noop").trigger({ availableNow: true }).start();
    expect(events).toEqual(["started"]);
    await query.awaitTermination();
    streams.removeListener(listener);
    expect(events).toEqual(["started", "progress", "terminated"]);
  });

  test("the same checkpoint again stops the run that is there", async () => {
    const start = () =>
      stream().writeStream.option("checkpointLocation", checkpoint("taken")).toTable("taken");
    const first = await start();
    await using second = await start();
    expect([first.isActive, second.isActive, first.id === second.id]).toEqual([false, true, true]);
    session.spark.conf.set("spark.sql.streaming.stopActiveRunOnRestart", false);
    await expect(start()).rejects.toThrow(/STREAMING_QUERY_ID_ACTIVE/);
    session.spark.conf.unset("spark.sql.streaming.stopActiveRunOnRestart");
  });
});

test("disposing the session stops its queries between steps: the next run goes on", async () => {
  await using outer = await openSession();
  const warehouse = join(outer.folder, "warehouse");
  const running = await openSession({ "spark.sql.warehouse.dir": warehouse });
  const rows = () =>
    running.spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 1).load();
  const query = await rows()
    .writeStream.option("checkpointLocation", join(outer.folder, "checkpoint"))
    .toTable("ticks");
  await until(() => query.recentProgress.length > 2);
  await running[Symbol.asyncDispose]();
  expect([query.isActive, query.exception]).toEqual([false, undefined]);
  const values = (await outer.spark.table("ticks").orderBy("value").collect()).map(
    (row) => row["value"],
  );
  expect(values).toEqual(values.map((_, index) => BigInt(index)));
});

describe("event time and state", () => {
  const refused: readonly (readonly [string, () => DataFrame, string, RegExp])[] = [
    [
      "append, aggregation without watermark",
      () => stream().groupBy("id").count(),
      "append",
      /Append output mode not supported for streaming aggregations .* without watermark/,
    ],
    ["complete without aggregation", stream, "complete", /no streaming aggregations/],
    [
      "append, distinct",
      () => stream().groupBy().agg(F.countDistinct("id")),
      "update",
      /Distinct aggregations are not supported/,
    ],
    ["sort", () => stream().orderBy("id"), "append", /Sorting is not supported on streaming/],
    ["limit in update", () => stream().limit(1), "update", /Limits are not supported .* in Update/],
    ["limit in append", () => stream().limit(1), "append", /NOT_BUILT.*limit/],
    ["offset", () => stream().offset(1), "append", /Offset is not supported/],
    [
      "union with a batch",
      () => stream().union(session.spark.range(1)),
      "append",
      /Union between streaming and batch/,
    ],
    ["join of two streams", () => stream().join(stream(), "id"), "append", /NOT_BUILT.*join/],
    [
      "full join with a batch",
      () => stream().join(session.spark.range(1), "id", "full"),
      "append",
      /FullOuter joins/,
    ],
    [
      "dropDuplicatesWithinWatermark without one",
      () => stream().dropDuplicatesWithinWatermark(["id"]),
      "append",
      /without watermark/,
    ],
    [
      "a window that is not of time",
      () => stream().selectExpr("row_number() OVER (ORDER BY id) AS n"),
      "append",
      /NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING/,
    ],
    [
      "intersect",
      () => stream().intersect(session.spark.range(1)),
      "append",
      /Intersect between two streaming/,
    ],
    ["except", () => stream().except(session.spark.range(1)), "append", /NOT_BUILT.*except/],
    [
      "except of a stream",
      () => session.spark.range(1).except(stream()),
      "append",
      /Except with a streaming .* on the right/,
    ],
    [
      "monotonically_increasing_id",
      () => stream().selectExpr("monotonically_increasing_id() AS n"),
      "append",
      /monotonically_increasing_id\(\) is not supported/,
    ],
    [
      "session windows",
      () =>
        events(1)
          .withWatermark("timestamp", "1 second")
          .groupBy(F.expr("session_window(timestamp, '1 minute')"))
          .count(),
      "append",
      /session_window/,
    ],
  ];

  test("what a batch may add to a stream: joins, subqueries, a table's history", async () => {
    const { spark } = session;
    await stream().createOrReplaceTempView("ids");
    const history = DeltaTable.forName(spark, "t").history().select("version");
    const frames = [
      stream().join(spark.range(2), "id", "left"),
      spark.range(2).join(stream(), "id", "right"),
      await spark.sql("SELECT id, (SELECT max(id) FROM range(9)) AS top FROM ids"),
      stream().crossJoin(history.limit(1)),
    ];
    for (const [index, frame] of frames.entries()) {
      const writer = frame.writeStream.format("memory").queryName(`joined${index}`);
      await (await writer.trigger({ availableNow: true }).start()).awaitTermination();
      expect(await spark.table(`joined${index}`).count()).toBe(3);
    }
  });

  test.each(refused)("refused: %s", async (_, frame, mode, message) => {
    const writer = frame().writeStream.outputMode(mode).format("noop");
    await expect(writer.start()).rejects.toThrow(message);
  });

  test("windows are put out in append mode once the watermark is past them", async () => {
    const { spark } = session;
    const windows = events(60_000)
      .withWatermark("timestamp", "1 minute")
      .groupBy(F.window("timestamp", "1 minute"))
      .count()
      .select("window.start", "count");
    const query = await windows.writeStream.format("memory").queryName("windows").start();
    await until(() => query.recentProgress.length > 4 || !query.isActive);
    await query.stop();
    expect(query.exception).toBeUndefined();
    const rows = await spark.table("windows").orderBy("start").limit(2).collect();
    expect(rows.map(({ start, count }) => [String(start), count])).toEqual([
      ["1970-01-01T00:00:00.000000Z", 1n],
      ["1970-01-01T00:01:00.000000Z", 1n],
    ]);
    expect(query.lastProgress?.eventTime).toHaveProperty("watermark");
    expect(query.lastProgress?.stateOperators).toHaveLength(1);
  });

  test("update mode gives what changed to memory, console and foreachBatch", async () => {
    const { spark } = session;
    const source = spark.createDataFrame([{ k: "a" }]);
    await source.write.saveAsTable("keys");
    const counts = () => spark.readStream.table("keys").groupBy("k").count();
    const batches: unknown[] = [];
    const memory = counts().writeStream.outputMode("update").format("memory").queryName("changes");
    await using inMemory = await memory.start();
    await using called = await counts()
      .writeStream.outputMode("update")
      .foreachBatch(async (batch) => {
        batches.push(await batch.orderBy("k").collect());
      })
      .start();
    await Promise.all([inMemory.processAllAvailable(), called.processAllAvailable()]);
    await spark.createDataFrame([{ k: "a" }, { k: "b" }]).write.insertInto("keys");
    await Promise.all([inMemory.processAllAvailable(), called.processAllAvailable()]);
    expect(batches).toEqual([
      [{ k: "a", count: 1n }],
      [
        { k: "a", count: 2n },
        { k: "b", count: 1n },
      ],
    ]);
    const all = await spark.table("changes").orderBy("k", "count").collect();
    expect(all).toEqual([
      { k: "a", count: 1n },
      { k: "a", count: 2n },
      { k: "b", count: 1n },
    ]);
    const { out } = await heard(async () => {
      const query = await counts()
        .writeStream.outputMode("update")
        .format("console")
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
    });
    expect(out.join("\n")).toContain("|  a|    2|");
  });

  test("duplicates are dropped over batches and restarts, within a watermark too", async () => {
    const { spark } = session;
    const at = (id: string, seconds: number) => ({ id, at: new Date(seconds * 1000) });
    await spark.createDataFrame([at("a", 0), at("a", 1), at("b", 2)]).write.saveAsTable("seen");
    const run = async (name: string, frame: DataFrame) => {
      const writer = frame.writeStream.option("checkpointLocation", checkpoint(name));
      await (await writer.trigger({ availableNow: true }).toTable(name)).awaitTermination();
      return spark.table(name).count();
    };
    const all = () => spark.readStream.table("seen").dropDuplicates(["id"]);
    const within = () =>
      spark.readStream
        .table("seen")
        .withWatermark("at", "10 seconds")
        .dropDuplicatesWithinWatermark(["id"]);
    expect([await run("ever", all()), await run("recent", within())]).toEqual([2, 2]);
    await spark.createDataFrame([at("b", 3), at("c", 4)]).write.insertInto("seen");
    expect([await run("ever", all()), await run("recent", within())]).toEqual([3, 3]);
  });
});
