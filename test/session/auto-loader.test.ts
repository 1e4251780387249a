import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSession } from "./session.ts";

test.each(["a projection", "a filter", "an aggregate", "each batch"])(
  "a new column under %s: no row of the batch is seen, and the restart has each once",
  async (shape) => {
    await using session = await openSession();
    const { spark, folder } = session;
    const at = (name: string): string => join(folder, name);
    await mkdir(at("in"));
    const seen: string[] = [];
    const run = async (): Promise<void> => {
      let rows = spark.readStream
        .format("cloudFiles")
        .option("cloudFiles.format", "json")
        .option("cloudFiles.schemaLocation", at("schema"))
        .load(at("in"));
      if (shape === "a filter") rows = rows.where("id <> '0'");
      if (shape === "an aggregate") rows = rows.groupBy("id").count();
      const writer = rows.writeStream.option("checkpointLocation", at("cp"));
      const complete = shape === "an aggregate";
      const started =
        shape === "each batch"
          ? writer
              .trigger({ availableNow: true })
              .foreachBatch(async (batch) => {
                for (const row of await batch.collect()) seen.push(String(row["id"]));
              })
              .start()
          : writer
              .trigger({ availableNow: true })
              .option("mergeSchema", "true")
              .outputMode(complete ? "complete" : "append")
              .toTable("t");
      await using query = await started;
      await query.awaitTermination();
    };
    const ids = async (): Promise<string[]> => {
      if (shape === "each batch") return seen.toSorted();
      return (await spark.table("t").collect()).map((row) => String(row["id"])).toSorted();
    };
    await writeFile(at("in/a.json"), '{"id":"1"}\n');
    await run();
    expect(await ids()).toEqual(["1"]);
    await writeFile(at("in/b.json"), '{"id":"2"}\n{"id":"3","more":1}\n');
    await expect(run()).rejects.toMatchObject({
      code: "STREAM_FAILED",
      cause: { code: "UNKNOWN_FIELD_EXCEPTION", parameters: { fields: "more: STRING" } },
    });
    expect(await readdir(at("schema/_schemas"))).toEqual(["0", "1"]);
    expect(await ids()).toEqual(["1"]);
    await run();
    expect(await ids()).toEqual(["1", "2", "3"]);
  },
);

test("progress says how many files wait, and how large they are", async () => {
  await using session = await openSession();
  const { spark, folder } = session;
  const at = (name: string): string => join(folder, name);
  await mkdir(at("in"));
  const files = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from + 1 }, (_, index) =>
        writeFile(at(`in/${from + index}.json`), `{"id":${from + index}}\n`),
      ),
    );
  const start = (trigger: object) =>
    spark.readStream
      .format("cloudFiles")
      .schema("id INT")
      .option("cloudFiles.format", "json")
      .option("cloudFiles.maxFilesPerTrigger", 2)
      .load(at("in"))
      .writeStream.option("checkpointLocation", at("cp"))
      .trigger(trigger)
      .toTable("t");
  const told = (query: Awaited<ReturnType<typeof start>>) =>
    query.recentProgress.map(({ sources }) => sources[0]?.metrics);
  const waiting = (count: number) => ({
    numBytesOutstanding: String(count * '{"id":1}\n'.length),
    numFilesOutstanding: String(count),
  });
  await files(1, 5);
  const first = await start({ availableNow: true });
  await first.awaitTermination();
  expect(told(first)).toEqual([waiting(3), waiting(1), waiting(0)]);
  expect(Object.keys(first.lastProgress!.sources[0]!).at(-1)).toBe("metrics");
  await files(6, 9);
  await using second = await start({ processingTime: "0 seconds" });
  await second.processAllAvailable();
  expect(told(second)).toEqual([waiting(2), waiting(0)]);
});
