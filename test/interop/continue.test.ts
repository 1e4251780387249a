import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataFrame } from "../../src/index.ts";
import { rowTexts, sorted } from "./canonical.ts";
import { openPlace, type Place } from "./session.ts";
import { noSpark, type SparkStream, theSpark } from "./system.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

/** A query that runs here and in Spark by turns, with one checkpoint. */
interface Shared {
  readonly sink: string;
  readonly checkpoint: string;
  /**
   * Runs it here: to the end of what there is, or until it has had so many batches with rows;
   * the ids of the batches that are committed since.
   */
  here(batches?: number): Promise<readonly number[]>;
  /** The same in Spark. */
  inSpark(batches?: number): Promise<readonly number[]>;
}

function share(
  folder: string,
  query: { ours: () => DataFrame; spark: Pick<SparkStream, "source" | "distinct"> },
): Shared {
  const [sink, checkpoint] = [join(folder, "sink"), join(folder, "checkpoint")];
  const newBatches = async (run: () => Promise<unknown>): Promise<number[]> => {
    const before = await batches(join(checkpoint, "commits")).catch((): number[] => []);
    await run();
    return (await batches(join(checkpoint, "commits"))).filter((batch) => !before.includes(batch));
  };
  return {
    sink,
    checkpoint,
    here: (count) =>
      newBatches(async () => {
        const writer = query.ours().writeStream.option("checkpointLocation", checkpoint);
        if (count === undefined) {
          await (await writer.trigger({ availableNow: true }).start(sink)).awaitTermination();
          return;
        }
        const run = await writer.trigger({ processingTime: 100 }).start(sink);
        const withRows = () => run.recentProgress.filter((one) => one.numInputRows > 0);
        while (run.isActive && withRows().length < count) await setTimeout(20);
        await run.stop();
      }),
    inSpark: (count) => {
      const how = count === undefined ? {} : { batches: count };
      return newBatches(() => theSpark.stream({ ...query.spark, ...how, sink, checkpoint }));
    },
  };
}

async function batches(path: string): Promise<number[]> {
  const names = (await readdir(path)).filter((name) => /^\d+$/.test(name));
  return names.map(Number).sort((a, b) => a - b);
}

/** The offsets and commits have every batch to `last`; the sink has each once, of one query. */
async function checkWhole(query: Shared, last: number): Promise<void> {
  const all = Array.from({ length: last + 1 }, (_, batch) => batch);
  expect(await batches(join(query.checkpoint, "offsets"))).toEqual(all);
  expect(await batches(join(query.checkpoint, "commits"))).toEqual(all);
  const { id } = JSON.parse(await readFile(join(query.checkpoint, "metadata"), "utf8")) as {
    id: string;
  };
  const log = join(query.sink, "_delta_log");
  const commits = (await readdir(log)).filter((name) => /^\d+\.json$/.test(name)).sort();
  const transactions: unknown[] = [];
  for (const commit of commits) {
    for (const line of (await readFile(join(log, commit), "utf8")).trim().split("\n")) {
      const { txn } = JSON.parse(line) as { txn?: { appId: string; version: number } };
      if (txn) transactions.push([txn.appId, txn.version]);
    }
  }
  expect(transactions).toEqual(all.map((batch) => [id, batch]));
}

/** Both systems read these rows in the sink. */
async function checkRows(query: Shared, rows: readonly string[]): Promise<void> {
  expect(rowTexts(await place.read(query.sink))).toEqual([...rows].sort());
  expect(sorted((await theSpark.read(query.sink)).rows)).toEqual([...rows].sort());
}

/** As after a crash between the sink's commit and the checkpoint's. */
async function forgetCommit(query: Shared, batch: number): Promise<void> {
  await rm(join(query.checkpoint, "commits", String(batch)));
  await rm(join(query.checkpoint, "commits", `.${batch}.crc`), { force: true });
}

describe.skipIf(noSpark)("a query that runs here and in Spark by turns", () => {
  const row = (id: number): string => JSON.stringify({ id, text: `t${id}` });

  test("files to delta", async () => {
    const folder = place.path("files");
    const landing = join(folder, "in put %20 ü");
    await mkdir(landing, { recursive: true });
    const land = async (name: string, ...ids: readonly number[]): Promise<void> => {
      const lines = ids.map((id) => `${JSON.stringify({ id, text: `t${id}`, more: 1 })}\n`);
      await writeFile(join(landing, name), lines.join(""));
    };
    const schema = "id LONG, text STRING";
    const query = share(folder, {
      ours: () => {
        const reader = place.spark.readStream.schema(schema).option("maxFilesPerTrigger", 1);
        return reader.json(landing);
      },
      spark: {
        source: { format: "json", path: landing, schema, options: { maxFilesPerTrigger: "1" } },
      },
    });

    await land("a.json", 1, 2);
    await land("b c.json", 3);
    expect(await query.here()).toEqual([0, 1]);
    await land("d%41+é.json", 4);
    await land("e.json", 5, 6);
    expect(await query.inSpark()).toEqual([2, 3]);
    await checkRows(query, [1, 2, 3, 4, 5, 6].map(row));
    await land("f.json", 7);
    expect(await query.here()).toEqual([4]);
    expect(await query.inSpark()).toEqual([]);

    // Every tenth batch the log of seen files is compacted: first by Spark, then here.
    for (let id = 8; id <= 11; id++) await land(`${id}.json`, id);
    expect(await query.here()).toEqual([5, 6, 7, 8]);
    for (const id of [12, 13]) await land(`${id}.json`, id);
    expect(await query.inSpark()).toEqual([9, 10]);
    for (let id = 14; id <= 22; id++) await land(`${id}.json`, id);
    expect(await query.here()).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19]);
    for (const id of [23, 24]) await land(`${id}.json`, id);
    expect(await query.inSpark()).toEqual([20, 21]);
    expect(await readdir(join(query.checkpoint, "sources", "0"))).toEqual(
      expect.arrayContaining(["9.compact", "19.compact"]),
    );
    for (const id of [25, 26]) await land(`${id}.json`, id);
    expect(await query.here()).toEqual([22, 23]);

    await forgetCommit(query, 23);
    expect(await query.inSpark()).toEqual([23]);
    await land("after.json", 27);
    expect(await query.inSpark()).toEqual([24]);
    await forgetCommit(query, 24);
    expect(await query.here()).toEqual([24]);
    await checkWhole(query, 24);
    await checkRows(
      query,
      Array.from({ length: 27 }, (_, index) => row(index + 1)),
    );
  });

  test("a batch that was planned here and did not reach the sink is run in Spark", async () => {
    const folder = place.path("planned");
    const landing = join(folder, "landing");
    await mkdir(landing, { recursive: true });
    await writeFile(join(landing, "1.json"), `{"id":1,"text":"t1"}\n`);
    const ours = (): DataFrame =>
      place.spark.readStream.schema("id LONG, text STRING").json(landing);
    const source = { format: "json", path: landing, schema: "id LONG, text STRING" };
    const query = share(folder, { ours, spark: { source } });
    const failing = await ours()
      .writeStream.foreachBatch(() => {
        throw new Error("a sink that fails");
      })
      .option("checkpointLocation", query.checkpoint)
      .trigger({ availableNow: true })
      .start();
    await expect(failing.awaitTermination()).rejects.toThrow("a sink that fails");
    expect(await batches(join(query.checkpoint, "offsets"))).toEqual([0]);
    await writeFile(join(landing, "2.json"), `{"id":2,"text":"t2"}\n`);
    expect(await query.inSpark()).toEqual([0, 1]);
    await checkWhole(query, 1);
    await checkRows(query, [1, 2].map(row));
    expect((await theSpark.read(query.sink, { versionAsOf: "0" })).rows).toHaveLength(1);
  });

  test("Auto Loader's checkpoint goes on in Spark, which refuses it beyond the log's bound", async () => {
    const folder = place.path("loader");
    const landing = join(folder, "landing");
    await mkdir(landing, { recursive: true });
    const land = (id: number) =>
      writeFile(join(landing, `${id}.json`), `{"id":${id},"text":"t${id}"}\n`);
    const query = share(folder, {
      ours: () => {
        const reader = place.spark.readStream.format("cloudFiles");
        return reader
          .option("cloudFiles.format", "json")
          .option("cloudFiles.maxFilesPerTrigger", 1)
          .schema("id LONG, text STRING")
          .load(landing);
      },
      spark: { source: { format: "json", path: landing, schema: "id LONG, text STRING" } },
    });
    for (const id of [1, 2]) await land(id);
    expect(await query.here()).toEqual([0, 1]);
    await land(3);
    expect(await query.inSpark()).toEqual([2]);
    await land(4);
    expect(await query.here()).toEqual([3]);
    await checkRows(query, [1, 2, 3, 4].map(row));

    // As its entries are once their files are in the index.
    const entry = join(query.checkpoint, "sources", "0", "3");
    const text = await readFile(entry, "utf8");
    await writeFile(entry, text.replace("v1\n", "v1000\n"));
    await land(5);
    await expect(query.inSpark()).rejects.toThrow(/v1000|version/i);
    await writeFile(entry, text);
    expect(await query.inSpark()).toEqual([4]);
    await checkRows(query, [1, 2, 3, 4, 5].map(row));
  });

  test("Spark refuses a query with state of ours, which then goes on here", async () => {
    const folder = place.path("state");
    const source = join(folder, "source");
    const add = (from: number, to: number): Promise<void> =>
      place.spark
        .range(from, to)
        .selectExpr("id % 7 AS id", "concat('t', id % 7) AS text")
        .write.format("delta")
        .mode("append")
        .save(source);
    const query = share(folder, {
      ours: () => place.spark.readStream.format("delta").load(source).dropDuplicates(["id"]),
      spark: { source: { format: "delta", path: source }, distinct: ["id"] },
    });
    await add(0, 5);
    expect(await query.here()).toEqual([0]);
    await add(3, 6);
    await expect(query.inSpark()).rejects.toThrow(/millrace1/);
    await add(0, 14);
    const run = await query.here();
    await checkWhole(query, run.at(-1)!);
    await checkRows(query, [0, 1, 2, 3, 4, 5, 6].map(row));
  });

  test("delta to delta", async () => {
    const folder = place.path("delta");
    const source = join(folder, "source");
    const addOurs = (from: number, to: number): Promise<void> =>
      place.spark
        .range(from, to)
        .selectExpr("id", "concat('t', id) AS text")
        .write.format("delta")
        .mode("append")
        .save(source);
    const addSparks = (from: number, to: number): Promise<unknown> =>
      theSpark.python(
        `spark.range(*given[1:]).selectExpr("id", "concat('t', id) AS text")
  .write.format("delta").mode("append").save(given[0])`.replaceAll("\n  ", ""),
        [source, from, to],
      );
    const query = share(folder, {
      ours: () => {
        const reader = place.spark.readStream.format("delta").option("maxFilesPerTrigger", 1);
        return reader.load(source);
      },
      spark: { source: { format: "delta", path: source, options: { maxFilesPerTrigger: "1" } } },
    });

    // Spark takes over in the middle of the first snapshot, and then we of Spark's commits.
    for (const from of [0, 3, 6, 9]) await addOurs(from, from + 3);
    const first = await query.here(1);
    expect(first.length).toBeLessThan(4);
    await addSparks(12, 14);
    const second = await query.inSpark();
    expect(second[0]).toBe(first.length);
    await addOurs(14, 15);
    await addSparks(15, 16);
    const third = await query.here();
    expect(third).toEqual([1, 2].map((after) => second.at(-1)! + after));
    await addSparks(16, 18);
    await addOurs(18, 20);
    const fourth = await query.inSpark();
    expect(fourth[0]).toBe(third.at(-1)! + 1);

    await forgetCommit(query, fourth.at(-1)!);
    await addOurs(20, 21);
    const last = await query.here();
    expect(last).toEqual([fourth.at(-1), fourth.at(-1)! + 1]);
    await forgetCommit(query, last.at(-1)!);
    expect(await query.inSpark()).toEqual([last.at(-1)]);
    await checkWhole(query, last.at(-1)!);
    await checkRows(
      query,
      Array.from({ length: 21 }, (_, id) => row(id)),
    );
  });

  test("rate: the values go on, by one clock", async () => {
    const folder = place.path("rate");
    await mkdir(folder);
    const options = { rowsPerSecond: "10" };
    const query = share(folder, {
      ours: () => place.spark.readStream.format("rate").options(options).load(),
      spark: { source: { format: "rate", options } },
    });
    const first = await query.here(2);
    const second = await query.inSpark(2);
    expect(second[0]).toBe(first.at(-1)! + 1);
    const third = await query.here(2);
    expect(third[0]).toBe(second.at(-1)! + 1);
    await checkWhole(query, third.at(-1)!);
    const rows = (await theSpark.read(query.sink)).rows as { timestamp: string; value: number }[];
    rows.sort((left, right) => left.value - right.value);
    const startMs = Date.parse(rows[0]!.timestamp);
    expect(rows.map(({ value }) => value)).toEqual(rows.map((_, index) => index));
    expect(rows.map(({ timestamp }) => Date.parse(timestamp) - startMs)).toEqual(
      rows.map((_, index) => index * 100),
    );
  });
});
