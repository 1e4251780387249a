import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { columnsPart, tailPart } from "../../../../src/engine/duckdb/orc/part.ts";
import { field, long, string, struct } from "../../../../src/schema/type.ts";
import { SparkSession } from "../../../../src/session/spark-session.ts";
import type { Part } from "../../../../src/storage/part.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-orc-part-"));
let spark: SparkSession;
let path: string;
beforeAll(async () => {
  const warehouse = join(folder, "warehouse");
  spark = await SparkSession.builder().config("spark.sql.warehouse.dir", warehouse).create();
  const text = `SELECT id, concat('text ', id) AS name, named_struct('x', id * 2, 'y', id) AS pair,
    concat('long and never read ', id * 1000003) AS other FROM range(40000)`;
  const frame = await spark.sql(text);
  await frame.write.option("orc.stripe.size", "1000000").orc(join(folder, "all"));
  path = join(folder, "all", readdirSync(join(folder, "all")).find((one) => one.endsWith(".orc"))!);
});
afterAll(async () => {
  await spark.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A copy of the file with zeros for all that is neither asked for nor looked at. */
async function partOf(part: Part): Promise<{ readonly copy: string; readonly bytes: number }> {
  const whole = readFileSync(path);
  const sparse = Buffer.alloc(whole.length);
  let bytes = 0;
  const keep = (start: number, end: number): void => {
    whole.copy(sparse, start, start, end);
    bytes += end - start;
  };
  const read = async (start: number, length: number): Promise<Uint8Array> => {
    keep(start, start + length);
    return whole.subarray(start, start + length);
  };
  const ranges = await part({ size: whole.length, read });
  for (const { start, end } of ranges ?? [{ start: 0, end: whole.length }]) keep(start, end);
  const copy = join(folder, `part-${bytes}.orc`);
  writeFileSync(copy, sparse);
  return { copy, bytes };
}

test("the streams of the wanted columns are enough", async () => {
  const schema = struct([field("NAME", string), field("pair", struct([field("y", long)]))]);
  const { copy, bytes } = await partOf(columnsPart({ schema, stored: schema }));
  expect(bytes).toBeLessThan(statSync(path).size * 0.8);
  const read = (file: string) => spark.read.schema(schema).orc(file).collect();
  const rows = await read(copy);
  expect(rows).toHaveLength(40_000);
  expect(rows).toEqual(await read(path));
});

test("the tail is enough for the schema", async () => {
  const { copy, bytes } = await partOf(tailPart);
  expect(bytes).toBeLessThan(40_000);
  expect(await spark.read.orc(copy).schema()).toEqual(await spark.read.orc(path).schema());
});

test("a file that is none is read whole, and told so", async () => {
  const broken = async (size: number) =>
    columnsPart({ schema: struct([]), stored: struct([]) })({
      size,
      read: async (_, length) => new Uint8Array(length).fill(7),
    });
  expect(await broken(100)).toBeUndefined();
  expect(await broken(100_000)).toBeUndefined();
});
