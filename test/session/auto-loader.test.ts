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
