import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkpointCommand } from "../../../src/cli/checkpoint.ts";
import { UsageError } from "../../../src/cli/io.ts";
import { SparkSession } from "../../../src/index.ts";

let folder: string;
let spark: SparkSession;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-state-"));
  await mkdir(join(folder, "in"));
  spark = await SparkSession.builder()
    .config("spark.sql.warehouse.dir", join(folder, "warehouse"))
    .create();
});
afterEach(async () => {
  await spark.stop();
  await rm(folder, { recursive: true });
});

async function land(name: string, seconds: number): Promise<void> {
  const path = join(folder, "in", name);
  await writeFile(path, `{"id":${seconds}}\n`);
  await utimes(path, seconds, seconds);
}

/** Reads what has landed into the table `t`. */
async function ingest(checkpoint: string, table = "t"): Promise<void> {
  const query = await spark.readStream
    .format("cloudFiles")
    .option("cloudFiles.format", "json")
    .schema("id LONG")
    .load(join(folder, "in"))
    .writeStream.option("checkpointLocation", checkpoint)
    .trigger({ availableNow: true })
    .toTable(table);
  await query.awaitTermination();
}

async function command(...argv: readonly string[]): Promise<Record<string, unknown>> {
  const lines: string[] = [];
  await checkpointCommand(argv, { out: (line: string) => lines.push(line) } as never);
  return JSON.parse(lines.join("\n")) as Record<string, unknown>;
}

const rowsOf = async (text: string) => (await spark.sql(text)).collect();
const ids = async (table: string) =>
  (await rowsOf(`SELECT id FROM ${table} ORDER BY id`)).map((row) => row["id"]);

test("the files of a stream are a table: what is known of each", async () => {
  await land("a b.json", 100);
  await land("c.json", 200);
  const checkpoint = join(folder, "checkpoint");
  await ingest(checkpoint);
  await land("d.json", 300);
  const state = `cloud_files_state('${checkpoint}')`;
  const frame = await spark.sql(`SELECT * FROM ${state} ORDER BY path`);
  expect(await frame.columns()).toEqual(
    (
      "path size create_time discovery_time processed_time commit_time archive_time archive_mode " +
      "move_location source_id flow_name ingestion_state"
    ).split(" "),
  );
  const rows = await frame.collect();
  expect(rows.map((row) => [row["path"], row["size"], String(row["source_id"])])).toEqual([
    [`file://${folder}/in/a%20b.json`, 11n, "0"],
    [`file://${folder}/in/c.json`, 11n, "0"],
  ]);
  const known =
    await rowsOf(`SELECT unix_millis(create_time) c, commit_time >= discovery_time AS later,
        discovery_time > create_time AS found, archive_time FROM ${state} s ORDER BY path`);
  expect(known[0]).toMatchObject({ c: 100_000n, later: true, found: true, archive_time: null });
  expect(await rowsOf(`SELECT count(*) n FROM ${state}`)).toMatchObject([{ n: 2n }]);
  await expect(
    rowsOf(`SELECT * FROM cloud_files_state('${folder}/nowhere')`),
  ).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
});

test("by the name of the table, where its checkpoint lies below it", async () => {
  await land("a.json", 100);
  const place = join(folder, "warehouse", "main", "default", "t");
  await ingest(join(place, "_checkpoints", "t"));
  const rows = await rowsOf("SELECT path FROM cloud_files_state(TABLE(t))");
  expect(rows.map((row) => row["path"])).toEqual([`file://${folder}/in/a.json`]);
  await ingest(join(folder, "elsewhere"), "u");
  await expect(rowsOf("SELECT * FROM cloud_files_state(TABLE(u))")).rejects.toMatchObject({
    code: "CLOUD_FILES_STATE_NO_CHECKPOINT",
  });
});

test("an export of another system's state is imported: those files are not read again", async () => {
  await land("a b.json", 100);
  await land("c.json", 200);
  await ingest(join(folder, "first"), "first");
  const state = `cloud_files_state('${join(folder, "first")}')`;
  for (const format of ["parquet", "csv", "json"]) {
    const path = join(folder, `export.${format}`);
    await (await spark.sql(`SELECT * FROM ${state}`)).write
      .format(format)
      .option("header", true)
      .save(path);
    const [name] = (await readdir(path)).filter((one) => one.endsWith(`.${format}`));
    const checkpoint = join(folder, `moved-${format}`);
    const file = join(path, name!);
    expect(await command("import", checkpoint, file)).toMatchObject({
      imported: 2,
      next: expect.stringContaining("before Spark"),
    });
    await land(`${format}.json`, 300);
    await ingest(checkpoint, format);
    expect((await ids(format)).every((id) => id === 300n)).toBe(true);
    await expect(command("import", checkpoint, file)).rejects.toMatchObject({
      code: "SOURCE_LOG_NOT_EMPTY",
    });
    const kept =
      await rowsOf(`SELECT size, unix_millis(create_time) c FROM cloud_files_state('${checkpoint}')
        WHERE path LIKE '%/c.json'`);
    expect(kept).toMatchObject([{ size: 11n, c: 200_000n }]);
  }
});

test("a copy for Spark has all files in Spark's layout, and goes on", async () => {
  for (let at = 0; at < 3; at++) await land(`${at}.json`, 100 + at);
  const checkpoint = join(folder, "checkpoint");
  await ingest(checkpoint);
  const copy = join(folder, "copy");
  expect(await command("export", checkpoint, copy)).toMatchObject({ files: 3 });
  const text = await readFile(join(copy, "sources", "0", "0"), "utf8");
  expect(text).toBe(
    [
      "v1",
      ...[0, 1, 2].map((at) => {
        const path = `file://${folder}/in/${at}.json`;
        return JSON.stringify({ path, timestamp: (100 + at) * 1000, batchId: 0 });
      }),
    ].join("\n"),
  );
  await land("new.json", 500);
  await ingest(copy);
  expect(await ids("t")).toEqual([100n, 101n, 102n, 500n]);
  expect(await command("inspect", copy)).toMatchObject({
    files: [{ source: 0, files: 4, layout: "spark" }],
  });
  await expect(command("export", checkpoint, copy)).rejects.toMatchObject({
    code: "CHECKPOINT_EXISTS",
  });
  await expect(command("export", checkpoint)).rejects.toThrow(UsageError);
});
