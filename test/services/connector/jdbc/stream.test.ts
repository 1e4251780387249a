import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { SparkSession } from "../../../../src/index.ts";
import { drivers, type Place } from "./place.ts";

const session = await SparkSession.builder().create();
afterAll(() => session.stop());

for (const [name, find] of Object.entries(drivers)) {
  const found = await find();
  const missing = "missing" in found;
  if (!missing) await found[Symbol.asyncDispose]();

  describe.skipIf(missing).each(["update", "complete"])(`counts in ${name}, in mode %s`, (mode) => {
    test("are those of all rows after each run, a restart between them", async () => {
      await using place = (await find()) as Place;
      const folder = await mkdtemp(join(tmpdir(), "millrace-counted-"));
      const words = join(folder, "words");
      const run = async (added: readonly (string | null)[]): Promise<readonly string[]> => {
        const rows = added.map((word) => ({ word }));
        const frame = session.createDataFrame(rows, "word STRING");
        await frame.write.format("delta").mode("append").save(words);
        const query = await session.readStream
          .format("delta")
          .load(words)
          .groupBy("word")
          .count()
          .writeStream.outputMode(mode)
          .format("jdbc")
          .options({ url: place.url, dbtable: "counts", keyColumns: "word" })
          .option("checkpointLocation", join(folder, "checkpoint"))
          .trigger({ availableNow: true })
          .start();
        await query.awaitTermination();
        const count = place.quote("count");
        const counts = await place.rows(`SELECT word, ${count} FROM counts`);
        return counts.map(([word, times]) => `${word} ${times}`).sort();
      };
      expect(await run(["a", "b", null, "a"])).toEqual(["a 2", "b 1", "null 1"]);
      expect(await run(["b", null, "c"])).toEqual(["a 2", "b 2", "c 1", "null 2"]);
      expect(await run(["c"])).toEqual(["a 2", "b 2", "c 2", "null 2"]);
      await rm(folder, { recursive: true });
    });
  });
}
