import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSession, type TestSession } from "./session.ts";

let session: TestSession;
let lines: string;
beforeAll(async () => {
  session = await openSession();
  lines = join(session.folder, "lines");
  await mkdir(lines);
  await writeFile(join(lines, "a.json"), '{"id":1,"name":"x"}\n');
  await session.spark.range(3).write.saveAsTable("t");
});
afterAll(() => session[Symbol.asyncDispose]());

describe("readStream", () => {
  test("file sources need a schema, unless inference is asked for", async () => {
    const { spark } = session;
    for (const format of ["json", "csv", "parquet"] as const) {
      await expect(spark.readStream[format](lines).schema()).rejects.toThrow(
        /STREAMING_SCHEMA_NOT_SET.*Schema must be specified/,
      );
    }
    spark.conf.set("spark.sql.streaming.schemaInference", true);
    expect(await spark.readStream.json(lines).columns()).toEqual(["id", "name"]);
    spark.conf.unset("spark.sql.streaming.schemaInference");
    const given = spark.readStream.schema("id INT, name STRING").json(lines);
    expect((await given.schema()).fields.map(({ type }) => type.type)).toEqual([
      "integer",
      "string",
    ]);
    expect(await given.isStreaming()).toBe(true);
  });

  test("sources with a schema of their own take none", async () => {
    const { spark, folder } = session;
    const read = () => spark.readStream.schema("a INT");
    const path = join(folder, "warehouse", "main", "default", "t");
    const frames = [
      read().format("delta").load(path),
      read().table("t"),
      read().format("rate").load(),
      read().format("rate-micro-batch").option("rowsPerBatch", 1).load(),
      read().format("socket").option("host", "localhost").option("port", 1).load(),
    ];
    for (const frame of frames) {
      await expect(frame.schema()).rejects.toThrow(/USER_SPECIFIED_SCHEMA_NOT_ALLOWED/);
    }
  });

  test("text has one string column", async () => {
    const { spark } = session;
    expect(await spark.readStream.text(lines).columns()).toEqual(["value"]);
    expect(await spark.readStream.schema("line STRING").text(lines).columns()).toEqual(["line"]);
    for (const schema of ["a STRING, b STRING", "a INT"]) {
      await expect(spark.readStream.schema(schema).text(lines).schema()).rejects.toThrow(
        /only a single column/,
      );
    }
  });

  test("option keys are without case, the last one counts, values become text", async () => {
    const { spark } = session;
    const read = spark.readStream
      .format("rate-micro-batch")
      .option("ROWSPERBATCH", "nonsense")
      .options({ rowsPerBatch: 2, numPartitions: 1n });
    expect(await read.load().columns()).toEqual(["timestamp", "value"]);
    const wrong = spark.readStream.format("rate-micro-batch").option("RowsPerBatch", "nonsense");
    await expect(wrong.load().schema()).rejects.toThrow(/rowsPerBatch/);
  });

  test("a path is a parameter or the option, not both, and must be given", async () => {
    const { spark } = session;
    const read = () => spark.readStream.schema("id INT").format("json");
    expect(await read().option("PATH", lines).load().columns()).toEqual(["id"]);
    expect(() => read().option("path", lines).load(lines)).toThrow(
      /There is a 'path' option set and load\(\) is called with a path parameter/,
    );
    expect(() => spark.read.option("path", lines).json(lines)).toThrow(/'path' option/);
    await expect(read().load().schema()).rejects.toThrow(/MISSING_OPTION.*path/);
  });

  test("table() takes one to three parts, quoted or not; a view of a stream is a stream", async () => {
    const { spark } = session;
    for (const name of ["t", "default.t", "main.default.T", "`main`.`default`.`t`"]) {
      expect(await spark.readStream.table(name).columns()).toEqual(["id"]);
    }
    await expect(spark.readStream.table("absent").schema()).rejects.toThrow(
      /TABLE_OR_VIEW_NOT_FOUND.*`absent`/,
    );
    const even = spark.readStream.table("t").filter("id % 2 = 0");
    await even.createOrReplaceTempView("even");
    expect(await spark.table("even").isStreaming()).toBe(true);
    expect(await (await spark.sql("SELECT id + 1 AS up FROM even")).isStreaming()).toBe(true);
  });

  test("the format is the session's default; what is unknown or not built is named", async () => {
    const { spark, folder } = session;
    const path = join(folder, "warehouse", "main", "default", "t");
    expect(await spark.readStream.load(path).columns()).toEqual(["id"]);
    await expect(spark.readStream.format("zork").load(path).schema()).rejects.toThrow(
      /DATA_SOURCE_NOT_FOUND.*zork/,
    );
    await expect(spark.readStream.format("hudi").load().schema()).rejects.toThrow(
      /DATA_SOURCE_NOT_BUILT.*hudi/,
    );
  });

  test("what only a batch can do is refused on a stream, and the other way round", async () => {
    const { spark } = session;
    const stream = spark.readStream.table("t");
    const calls = [
      () => stream.collect(),
      () => stream.count(),
      () => stream.show(),
      () => stream.toArrow(),
      () => stream.write.saveAsTable("x"),
      () => stream.write.save(join(session.folder, "x")),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toThrow(/CALL_ON_STREAMING_DATASET_UNSUPPORTED/);
    }
    await expect(spark.range(1).writeStream.format("noop").start()).rejects.toThrow(
      /WRITE_STREAM_NOT_ALLOWED/,
    );
  });
});

test("changes of a table are streamed over restarts as a batch reads them", async () => {
  const { spark, folder } = session;
  const run = async (statement: string) => void (await (await spark.sql(statement)).collect());
  await run("CREATE TABLE fed (id INT) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')");
  await run("INSERT INTO fed VALUES (1), (2)");
  const drain = async () => {
    const query = await spark.readStream
      .option("readChangeFeed", true)
      .option("startingVersion", 0)
      .option("maxFilesPerTrigger", 1)
      .table("fed")
      .filter("_change_type <> 'update_preimage'")
      .writeStream.option("checkpointLocation", join(folder, "fed"))
      .trigger({ availableNow: true })
      .toTable("seen");
    await query.awaitTermination();
  };
  await drain();
  await run("INSERT INTO fed VALUES (3)");
  await run("INSERT OVERWRITE fed VALUES (4)");
  await drain();
  await drain();
  const columns = ["_commit_version", "_change_type", "id", "_commit_timestamp"];
  const rows = async (from: string) =>
    (
      await (
        await spark.sql(`SELECT * FROM ${from}`)
      )
        .select(...columns)
        .orderBy(...columns)
        .collect()
    ).map((row) => Object.values(row).map(String));
  const seen = await rows("seen");
  expect(seen).toEqual(await rows("table_changes('fed', 0)"));
  expect(seen.map((row) => row.slice(0, 3).join(" "))).toEqual([
    "1 insert 1",
    "1 insert 2",
    "2 insert 3",
    "3 delete 1",
    "3 delete 2",
    "3 delete 3",
    "3 insert 4",
  ]);
});

describe("withWatermark", () => {
  const rate = () => session.spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 1);

  test.each([
    ["value", "1 minute", /EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE.*value.*BIGINT/],
    ["absent", "1 minute", /UNRESOLVED_COLUMN.*absent/],
    ["timestamp", "-1 second", /must not be negative/],
    ["timestamp", "soon", /CANNOT_PARSE_INTERVAL.*soon/],
  ])("%s, %s is refused", async (column, delay, message) => {
    const frame = rate().load().withWatermark(column, delay);
    await expect(frame.schema()).rejects.toThrow(message);
  });

  test("a member of a struct is no event time", async () => {
    const frame = rate().load().selectExpr("struct(timestamp) AS s");
    await expect(frame.withWatermark("s.timestamp", "1 minute").schema()).rejects.toThrow(
      /EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN.*s\.timestamp/,
    );
  });
});
