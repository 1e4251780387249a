import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DataFrame, StreamingQuery } from "../../src/index.ts";
import { openProcess } from "../sim/machine.ts";
import { openSession, type TestSession } from "./session.ts";

let session: TestSession;
beforeEach(async () => {
  session = await openSession({ "millrace.engine.threads": "1" });
});
afterEach(() => session[Symbol.asyncDispose]());

const at = (...names: string[]): string => join(session.folder, ...names);
const tableAt = (name: string, ...names: string[]): string =>
  at("warehouse", "main", "default", name, ...names);
const commitAt = (name: string, version: number): string =>
  tableAt(name, "_delta_log", `${String(version).padStart(20, "0")}.json`);

/** The data file that a commit adds. */
function addedBy(name: string, version: number): string {
  const path = /"add":\{"path":"([^"]+)"/.exec(readFileSync(commitAt(name, version), "utf8"))?.[1];
  return tableAt(name, path!);
}

/** A table of ids; more of them are appended. */
async function append(name: string, ...ids: number[]): Promise<void> {
  const frame = session.spark.createDataFrame(
    ids.map((id) => ({ id: BigInt(id) })),
    "id BIGINT",
  );
  await frame.write.mode("append").saveAsTable(name);
}

async function ids(name: string): Promise<number[]> {
  const rows = await session.spark.table(name).orderBy("id").collect();
  return rows.map((row) => Number(row["id"]));
}

/** A path that nothing can be read from or written to, also by root. */
function makeUnreadable(path: string): void {
  symlinkSync(path, path);
}

/** Puts something unreadable in the place of a folder; returns the way back. */
function block(folder: string): () => void {
  renameSync(folder, `${folder}.away`);
  makeUnreadable(folder);
  return () => {
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
  };
}

/** Puts other bytes in the place of a file's; returns the way back. */
function spoil(path: string, bytes: string | Uint8Array): () => void {
  const good = readFileSync(path);
  writeFileSync(path, bytes);
  return () => writeFileSync(path, good);
}

describe("a read or write says what is wrong", () => {
  test("with what is no table", async () => {
    const { spark } = session;
    mkdirSync(at("junk"));
    writeFileSync(at("junk", "a.txt"), "hello");
    const delta = (path: string) => spark.read.format("delta").load(path).collect();
    await expect(delta(at("junk"))).rejects.toMatchObject({ code: "DELTA_MISSING_DELTA_TABLE" });
    await expect(delta(at("none"))).rejects.toMatchObject({ code: "DELTA_PATH_DOES_NOT_EXIST" });
    await expect(delta(at("junk", "a.txt", "x"))).rejects.toMatchObject({
      code: "DELTA_PATH_DOES_NOT_EXIST",
    });
    await expect(spark.table("none").collect()).rejects.toMatchObject({
      code: "TABLE_OR_VIEW_NOT_FOUND",
    });
    const stream = spark.readStream.format("delta").load(at("junk"));
    await expect(stream.writeStream.format("noop").start()).rejects.toMatchObject({
      code: "DELTA_SCHEMA_NOT_SET",
    });
  });

  test("with a column that is not there", async () => {
    const { spark } = session;
    await append("t", 1);
    const missing = { code: "UNRESOLVED_COLUMN.WITH_SUGGESTION" };
    await expect(spark.table("t").select("idd").collect()).rejects.toMatchObject(missing);
    await expect(spark.sql("SELECT idd FROM t")).rejects.toMatchObject(missing);
    const stream = spark.readStream.table("t").filter("idd > 1");
    await expect(stream.writeStream.format("noop").start()).rejects.toMatchObject(missing);
    const wider = spark.createDataFrame([{ id: 1n, more: 2 }]);
    await expect(wider.write.mode("append").saveAsTable("t")).rejects.toMatchObject({
      code: "DELTA_METADATA_MISMATCH",
    });
  });

  test("with a type that does not fit", async () => {
    const { spark } = session;
    await append("t", 1);
    const frame = spark.table("t");
    await expect(frame.selectExpr("array(1) + id").collect()).rejects.toMatchObject({
      code: "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
    });
    await expect(frame.filter("id").collect()).rejects.toMatchObject({
      code: "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
    });
    await expect(frame.selectExpr("CAST('x' || id AS INT)").collect()).rejects.toMatchObject({
      code: "CAST_INVALID_INPUT",
    });
    const other = spark.createDataFrame([{ id: [1n] }]);
    await expect(other.write.mode("append").saveAsTable("t")).rejects.toMatchObject({
      code: "DELTA_INCOMPATIBLE_WRITE_TYPE",
    });
  });

  test.each([
    ["that is cut short", '{"commitInfo":{"timest', "it is not JSON"],
    ["of zeros", "\0\0\0\0", "it is not JSON"],
    ["of an array", "[]", "it is not a JSON object"],
    ["with an add without a path", '{"add":{"size":1}}', "add has no path"],
    ["with a path that is a number", '{"add":{"path":5}}', "path is not a string"],
  ])("with a commit %s", async (_, text, reason) => {
    await append("t", 1);
    await append("t", 2);
    const mend = spoil(commitAt("t", 1), text);
    const corrupt = { code: "DELTA_LOG_CORRUPT", parameters: { reason, line: "1" } };
    {
      await using other = await openProcess(session.folder);
      await expect(other.table("t").collect()).rejects.toMatchObject(corrupt);
      const write = other.createDataFrame([{ id: 3n }]).write.mode("append");
      await expect(write.saveAsTable("t")).rejects.toMatchObject(corrupt);
      mend();
      expect(await other.table("t").count()).toBe(2);
    }
    expect(readdirSync(tableAt("t", "_delta_log"))).not.toContain("00000000000000000002.json");
  });

  test.each([0, 3, 20, -1, -9])("with a data file cut at %i bytes", async (length) => {
    await append("t", 1);
    const file = addedBy("t", 0);
    const mend = spoil(file, readFileSync(file).subarray(0, length));
    await expect(session.spark.table("t").collect()).rejects.toMatchObject({
      code: "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
      message: expect.stringContaining(file),
    });
    mend();
    expect(await ids("t")).toEqual([1]);
  });

  test("with a format, an option or a value that there is not", async () => {
    const { spark } = session;
    await append("t", 1);
    mkdirSync(at("in"));
    await expect(spark.read.format("delat").load(at("in")).schema()).rejects.toMatchObject({
      code: "DATA_SOURCE_NOT_FOUND",
    });
    const cloudFiles = spark.readStream.format("cloudFiles").option("cloudFiles.format", "json");
    const misspelt = cloudFiles.option("cloudFiles.schemaLocatoin", at("s")).load(at("in"));
    await expect(misspelt.schema()).rejects.toMatchObject({
      code: "CF_UNKNOWN_OPTION_KEYS_ERROR",
    });
    const many = spark.readStream.option("maxFilesPerTrigger", "many").table("t");
    await expect(many.writeStream.format("noop").start()).rejects.toMatchObject({
      code: "DELTA_ILLEGAL_OPTION",
    });
    const sloppy = spark.read.option("mode", "SLOPPY").schema("id INT").json(at("in"));
    writeFileSync(at("in", "a.json"), "{}");
    await expect(sloppy.collect()).rejects.toMatchObject({ code: "INVALID_TEXT_OPTION" });
  });

  test("with a folder that cannot be read or written", async () => {
    const { spark } = session;
    await append("t", 1);
    writeFileSync(at("file"), "");
    makeUnreadable(at("loop"));
    const unreadable = { code: "STORAGE_READ_FAILED", kind: "unavailable" };
    await expect(spark.read.schema("id INT").json(at("loop")).collect()).rejects.toMatchObject(
      unreadable,
    );
    await expect(spark.read.format("delta").load(at("loop")).collect()).rejects.toMatchObject(
      unreadable,
    );
    const through = spark.table("t").write.format("delta");
    await expect(through.save(at("file", "t"))).rejects.toMatchObject({
      code: "STORAGE_WRITE_FAILED",
    });
    await expect(start(spark.readStream.table("t"), at("loop"))).rejects.toMatchObject(unreadable);
    await expect(
      start(spark.readStream.table("t"), at("file", "checkpoint")),
    ).rejects.toMatchObject({ code: "STORAGE_WRITE_FAILED" });
  });
});

/** A query into the table `out` that goes on until it fails or is stopped. */
function start(frame: DataFrame, checkpoint = at("checkpoint")): Promise<StreamingQuery> {
  return frame.writeStream
    .option("checkpointLocation", checkpoint)
    .trigger({ processingTime: "20 milliseconds" })
    .toTable("out");
}

interface Case {
  readonly frame: () => DataFrame;
  /** What is in `out` before anything goes wrong. */
  readonly before: readonly number[];
  /** Makes it go wrong; returns the way back. */
  readonly break: () => Promise<() => unknown> | (() => unknown);
  readonly code: string;
  /** Where it is not the same: what a start before the cause is gone fails with. */
  readonly atStart?: string;
  /** What is in `out` once the cause is gone. */
  readonly after: readonly number[];
}

/** A table of ids from 1 to 3 with one more column. */
function names(column: string): Promise<void> {
  const frame = session.spark.createDataFrame([1n, 2n, 3n].map((id) => ({ id, [column]: "x" })));
  return frame.write.mode("overwrite").option("overwriteSchema", true).saveAsTable("names");
}

/** The query fails with the code, goes on failing when started too early, and resumes in the end. */
async function resumes(given: Case): Promise<void> {
  const first = await start(given.frame());
  await first.processAllAvailable();
  expect(await ids("out")).toEqual(given.before);
  const ended = first.awaitTermination(20_000);
  const failure = expect(ended).rejects.toMatchObject({
    code: "STREAM_FAILED",
    cause: { code: given.code },
  });
  const mend = await given.break();
  await failure;
  expect(first.exception?.message).toContain(given.code);
  const early = start(given.frame()).then((query) => query.awaitTermination(20_000));
  const thrown = await early.catch((caught: unknown) => caught);
  const codes = [thrown, (thrown as Error).cause].map((one) => (one as { code?: string })?.code);
  expect(codes).toContain(given.atStart ?? given.code);
  await mend();
  const again = await start(given.frame());
  await again.processAllAvailable();
  await again.stop();
  expect(await ids("out")).toEqual(given.after);
}

describe("a running query fails by name, and resumes once the cause is gone", () => {
  test("a commit of its source that is damaged", async () => {
    await append("t", 1);
    await append("more", 1);
    await append("more", 2);
    const frame = () => session.spark.readStream.table("t");
    await resumes({
      frame,
      before: [1],
      break: () => {
        writeFileSync(commitAt("t", 1), readFileSync(commitAt("more", 1)).subarray(0, 100));
        return async () => {
          rmSync(commitAt("t", 1));
          await append("t", 2);
        };
      },
      code: "DELTA_LOG_CORRUPT",
      after: [1, 2],
    });
  });

  test("a data file of its source that is cut short", async () => {
    await append("t", 1);
    await append("more", 1);
    await append("more", 2);
    const file = addedBy("more", 1);
    const there = file.replace("/more/", "/t/");
    await resumes({
      frame: () => session.spark.readStream.table("t"),
      before: [1],
      break: () => {
        writeFileSync(there, readFileSync(file).subarray(0, 100));
        writeFileSync(commitAt("t", 1), readFileSync(commitAt("more", 1)));
        return () => writeFileSync(there, readFileSync(file));
      },
      code: "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
      after: [1, 2],
    });
  });

  test("a file among its input that is no Parquet", async () => {
    await append("t", 1);
    mkdirSync(at("in"));
    const good = readFileSync(addedBy("t", 0));
    writeFileSync(at("in", "a.parquet"), good);
    await resumes({
      frame: () => session.spark.readStream.schema("id BIGINT").parquet(at("in")),
      before: [1],
      break: () => {
        writeFileSync(at("in", "b.parquet"), good.subarray(0, -5));
        return () => writeFileSync(at("in", "b.parquet"), good);
      },
      code: "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
      after: [1, 1],
    });
  });

  test("a value of another type than the query casts it to", async () => {
    mkdirSync(at("in"));
    writeFileSync(at("in", "a.json"), '{"id":"1"}\n');
    const json = () => session.spark.readStream.schema("id STRING").json(at("in"));
    await resumes({
      frame: () => json().selectExpr("CAST(id AS BIGINT) AS id"),
      before: [1],
      break: () => {
        writeFileSync(at("in", "b.json"), '{"id":"two"}\n');
        return () => writeFileSync(at("in", "b.json"), '{"id":"2"}\n');
      },
      code: "CAST_INVALID_INPUT",
      after: [1, 2],
    });
  });

  test("a target whose column has another type by now", async () => {
    await append("t", 1);
    const replace = async (column: string) => {
      const frame = session.spark.table("out").selectExpr(column);
      await frame.write.mode("overwrite").option("overwriteSchema", true).saveAsTable("out");
    };
    await resumes({
      frame: () => session.spark.readStream.table("t"),
      before: [1],
      break: async () => {
        await replace("array(id) AS id");
        await append("t", 2);
        return () => replace("id[0] AS id");
      },
      code: "DELTA_INCOMPATIBLE_WRITE_TYPE",
      after: [1, 2],
    });
  });

  test("a table it joins that has lost a column", async () => {
    const { spark } = session;
    await append("t", 1);
    await names("name");
    const frame = () =>
      spark.readStream.table("t").join(spark.table("names"), "id").select("id", "name");
    await resumes({
      frame,
      before: [1],
      break: async () => {
        await names("other");
        await append("t", 2);
        return () => names("name");
      },
      code: "DELTA_SCHEMA_CHANGE_SINCE_ANALYSIS",
      atStart: "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      after: [1, 2],
    });
  });

  test("a table it joins that is no table any more", async () => {
    const { spark } = session;
    await append("t", 1);
    await names("name");
    await resumes({
      frame: () => spark.readStream.table("t").join(spark.table("names"), "id").select("id"),
      before: [1],
      break: async () => {
        renameSync(tableAt("names", "_delta_log"), at("away"));
        await append("t", 2);
        return () => renameSync(at("away"), tableAt("names", "_delta_log"));
      },
      code: "DELTA_TABLE_NOT_FOUND",
      atStart: "TABLE_OR_VIEW_NOT_FOUND",
      after: [1, 2],
    });
  });

  test("a folder that cannot be read", async () => {
    mkdirSync(at("in"));
    writeFileSync(at("in", "a.json"), '{"id":1}\n');
    await resumes({
      frame: () => session.spark.readStream.schema("id BIGINT").json(at("in")),
      before: [1],
      break: () => {
        writeFileSync(at("in", "b.json"), '{"id":2}\n');
        return block(at("in"));
      },
      code: "STORAGE_READ_FAILED",
      after: [1, 2],
    });
  });

  test("a checkpoint that cannot be written", async () => {
    await append("t", 1);
    await resumes({
      frame: () => session.spark.readStream.table("t"),
      before: [1],
      break: async () => {
        const mend = block(at("checkpoint", "offsets"));
        await append("t", 2);
        return mend;
      },
      code: "STORAGE_WRITE_FAILED",
      atStart: "STORAGE_READ_FAILED",
      after: [1, 2],
    });
  });
});

describe("a checkpoint", () => {
  test("of another query is refused, and the query it belongs to goes on", async () => {
    const { spark } = session;
    await append("t", 1);
    await append("u", 7);
    mkdirSync(at("in"));
    writeFileSync(at("in", "a.json"), '{"id":8}\n');
    const own = await start(spark.readStream.table("t"));
    await own.processAllAvailable();
    await own.stop();
    const fails = async (frame: DataFrame, code: string) => {
      const ended = start(frame).then((query) => query.awaitTermination(20_000));
      const thrown = await ended.catch((caught: unknown) => caught);
      const codes = [thrown, (thrown as Error).cause].map(
        (one) => (one as { code?: string })?.code,
      );
      expect(codes).toContain(code);
    };
    const other = spark.readStream.table("u");
    await fails(other, "DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE");
    await fails(spark.readStream.schema("id BIGINT").json(at("in")), "INVALID_SOURCE_OFFSET");
    await fails(other.union(spark.readStream.table("t")), "STREAMING_CHECKPOINT_SOURCES_CHANGED");
    await fails(
      other.dropDuplicates(["id"]),
      "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA",
    );
    const later = await start(spark.readStream.table("t"));
    await append("t", 2);
    await later.processAllAvailable();
    await later.stop();
    expect(await ids("out")).toEqual([1, 2]);
  });

  test("in use by another process stops one of the two, and loses nothing", async () => {
    await append("t", 1);
    const mine = await start(session.spark.readStream.table("t"));
    await mine.processAllAvailable();
    await using other = await openProcess(session.folder);
    const theirs = await start(other.readStream.table("t"));
    const ends = [mine, theirs].map((query) =>
      query.awaitTermination(20_000).then(
        () => undefined,
        (thrown: Error) => thrown.cause,
      ),
    );
    await append("t", 2);
    const lost = await Promise.race(ends);
    expect(lost).toMatchObject({ code: "CONCURRENT_STREAM_LOG_UPDATE" });
    const winner = mine.isActive ? mine : theirs;
    await append("t", 3);
    await winner.processAllAvailable();
    await winner.stop();
    expect(await ids("out")).toEqual([1, 2, 3]);
  });

  test.each([
    ["metadata", "STREAMING_CHECKPOINT_MALFORMED"],
    ["offsets/0", "STREAMING_CHECKPOINT_MALFORMED"],
    ["commits/0", "STREAMING_CHECKPOINT_MALFORMED"],
  ])("with a damaged %s is refused until it is whole again", async (file, code) => {
    const { spark } = session;
    await append("t", 1);
    const first = await start(spark.readStream.table("t"));
    await first.processAllAvailable();
    await first.stop();
    const mend = spoil(at("checkpoint", file), "v1\n{");
    const ended = start(spark.readStream.table("t")).then((query) => query.awaitTermination());
    await expect(ended).rejects.toMatchObject({ code });
    mend();
    await append("t", 2);
    const again = await start(spark.readStream.table("t"));
    await again.processAllAvailable();
    await again.stop();
    expect(await ids("out")).toEqual([1, 2]);
  });

  test("with a misspelt option is not begun, and begins once it is corrected", async () => {
    const { spark } = session;
    await append("t", 1);
    const wrong = spark.readStream.option("maxFilesPerTrigger", "one").table("t");
    await expect(start(wrong)).rejects.toMatchObject({ code: "DELTA_ILLEGAL_OPTION" });
    const right = await start(spark.readStream.option("maxFilesPerTrigger", "1").table("t"));
    await right.processAllAvailable();
    await right.stop();
    expect(await ids("out")).toEqual([1]);
  });
});
