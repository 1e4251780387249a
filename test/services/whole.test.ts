import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { SparkSession } from "../../src/index.ts";
import { bucketOf, s3Conf } from "./storage/s3-subject.ts";

const server = inject("s3");
const endpoint = "endpoint" in server ? server.endpoint : "";

let local: string;
let caches = 0;

beforeAll(async () => {
  local = await mkdtemp(join(tmpdir(), "millrace-whole-"));
});
afterAll(() => rm(local, { recursive: true, force: true }));

/** A session that has nothing of what another one fetched. */
async function cold(folder: string): Promise<SparkSession> {
  let builder = SparkSession.builder()
    .config("millrace.engine.threads", "2")
    .config("millrace.cache.dir", join(local, `cache-${++caches}`))
    .config("spark.sql.warehouse.dir", `${folder}/warehouse`);
  for (const [key, value] of Object.entries(s3Conf(endpoint))) builder = builder.config(key, value);
  return await builder.create();
}

const folderOf = async (name: string): Promise<string> =>
  `s3://${await bucketOf(endpoint)}/${name}-${Date.now()}`;

describe.skipIf("missing" in server)("with every part in S3", () => {
  test("a stateful stream goes on in another session, by the state it finds there", async () => {
    const folder = await folderOf("state");
    const run = async (spark: SparkSession): Promise<void> => {
      const query = await spark.readStream
        .table("events")
        .withWatermark("ts", "10 minutes")
        .groupBy("name")
        .count()
        .writeStream.outputMode("complete")
        .option("checkpointLocation", `${folder}/checkpoint`)
        .trigger({ availableNow: true })
        .toTable("counts");
      await query.awaitTermination();
      const unique = await spark.readStream
        .table("events")
        .withWatermark("ts", "10 minutes")
        .dropDuplicatesWithinWatermark(["id"])
        .writeStream.option("checkpointLocation", `${folder}/unique-checkpoint`)
        .trigger({ availableNow: true })
        .toTable("uniques");
      await unique.awaitTermination();
    };
    for (let round = 0; round < 4; round++) {
      await using spark = await cold(folder);
      if (round === 0)
        await spark.sql("CREATE TABLE events (id BIGINT, name STRING, ts TIMESTAMP)");
      // Ids 0 to 9 come again in every round, within the watermark.
      await spark.sql(`INSERT INTO events SELECT id, CONCAT('n', id % 3), TIMESTAMP'2024-01-01 00:0${round}:00'
        FROM range(${round === 0 ? 0 : round * 10}, ${round * 10 + 10})
        UNION ALL SELECT id, 'again', TIMESTAMP'2024-01-01 00:0${round}:01' FROM range(10)`);
      await run(spark);
    }
    await using spark = await cold(folder);
    const counts = await spark.table("counts").orderBy("name").collect();
    expect(counts.map((row) => [row["name"], row["count"]])).toEqual([
      ["again", 40n],
      ["n0", 14n],
      ["n1", 13n],
      ["n2", 13n],
    ]);
    expect(await spark.table("uniques").count()).toBe(40);
    expect(await spark.table("uniques").select("id").distinct().count()).toBe(40);
  });

  test("a table with nested columns and a checkpoint is read from nothing", async () => {
    const folder = await folderOf("nested");
    {
      await using spark = await cold(folder);
      await spark.sql(`CREATE TABLE t (id BIGINT, s STRUCT<a: INT, b: STRING>, p INT)
        PARTITIONED BY (p) TBLPROPERTIES ('delta.checkpointInterval' = '5')`);
      for (let round = 0; round < 6; round++) {
        await spark.sql(`INSERT INTO t SELECT id, named_struct('a', CAST(id AS INT), 'b', 'x'),
          CAST(id % 2 AS INT) FROM range(${round * 10}, ${round * 10 + 10})`);
      }
    }
    await using spark = await cold(folder);
    expect(await spark.table("t").count()).toBe(60);
    const sql = "SELECT id, s.a AS a, p FROM t WHERE s.a IN (4, 14) ORDER BY id";
    const rows = await (await spark.sql(sql)).collect();
    expect(rows.map((row) => [row["id"], row["a"], row["p"]])).toEqual([
      [4n, 4, 0],
      [14n, 14, 0],
    ]);
    expect(await spark.table("t").filter("p = 1").count()).toBe(30);
  });
});
