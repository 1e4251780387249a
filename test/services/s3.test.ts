import { describe, expect, inject, test } from "vitest";
import { SparkSession } from "../../src/index.ts";
import { adminOf, bucketOf, s3Conf } from "./storage/s3-subject.ts";
import { useWarehouse } from "./warehouse.ts";

const server = inject("s3");
const endpoint = "endpoint" in server ? server.endpoint : "";

async function sessionOn(folder: string, conf = s3Conf(endpoint)): Promise<SparkSession> {
  let builder = SparkSession.builder()
    .config("millrace.engine.threads", "2")
    .config("spark.sql.warehouse.dir", `${folder}/warehouse`);
  for (const [name, value] of Object.entries(conf)) builder = builder.config(name, value);
  return await builder.create();
}

describe.skipIf("missing" in server)("a session on S3", () => {
  const folderOf = async (): Promise<string> =>
    `s3://${await bucketOf(endpoint)}/session-${Date.now()}`;

  test("tables in the warehouse: made, appended, changed, read at a version, streamed", async () => {
    const folder = await folderOf();
    await useWarehouse(folder, () => sessionOn(folder));
  });

  test("files that land in S3 go through Auto Loader once", async () => {
    const folder = await folderOf();
    const [, , bucket, ...rest] = folder.split("/");
    const admin = await adminOf(endpoint);
    const land = (name: string, text: string) =>
      admin.putObject({ Bucket: bucket!, Key: `${rest.join("/")}/landing/${name}`, Body: text });
    await using spark = await sessionOn(folder);
    const load = async () => {
      const query = await spark.readStream
        .format("cloudFiles")
        .option("cloudFiles.format", "json")
        .option("cloudFiles.schemaLocation", `${folder}/schema`)
        .load(`${folder}/landing`)
        .writeStream.option("checkpointLocation", `${folder}/checkpoint`)
        .trigger({ availableNow: true })
        .toTable("landed");
      await query.awaitTermination();
    };
    await land("1.json", '{"id": 1}\n{"id": 2}');
    await land("deep/2.json", '{"id": 3}');
    await load();
    await land("3.json", '{"id": 4}');
    await load();
    await load();
    const rows = await spark.table("landed").orderBy("id").collect();
    expect(rows.map((row) => Number(row["id"]))).toEqual([1, 2, 3, 4]);
  });

  test("files are written and read in other formats", async () => {
    const folder = await folderOf();
    await using spark = await sessionOn(folder);
    const frame = spark.createDataFrame([
      { id: 1n, name: "a" },
      { id: 2n, name: "b" },
    ]);
    for (const format of ["parquet", "csv", "json"]) {
      await frame.write.format(format).option("header", true).save(`${folder}/${format}`);
      const back = spark.read.format(format).schema("id BIGINT, name STRING");
      const rows = await back.option("header", true).load(`${folder}/${format}`).collect();
      expect(rows.map((row) => row["name"]).sort()).toEqual(["a", "b"]);
    }
  });

  test("a bucket that is not there, and options that are set later", async () => {
    await using spark = await sessionOn("s3a://store/none", {});
    for (const [name, value] of Object.entries(s3Conf(endpoint))) {
      spark.conf.set(`spark.hadoop.${name}`, value);
    }
    await expect(spark.read.parquet("s3a://no-such-bucket/x").collect()).rejects.toMatchObject({
      code: "STORAGE_CONTAINER_NOT_FOUND",
    });
  });
});
