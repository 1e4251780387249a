import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MillraceError } from "../../../../src/error/error.ts";
import { SparkSession } from "../../../../src/session/spark-session.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-orc-rows-"));
let spark: SparkSession;
beforeAll(async () => {
  const warehouse = join(folder, "warehouse");
  spark = await SparkSession.builder().config("spark.sql.warehouse.dir", warehouse).create();
});
afterAll(async () => {
  await spark.stop();
  await rm(folder, { recursive: true, force: true });
});

const query = `SELECT id, id * id % 7919 AS hashed, id % 3 = 0 AS bool, CAST(id AS DECIMAL(30, 3)) AS d,
  CASE WHEN id % 5 = 0 THEN NULL ELSE concat('entry ', id % 10) END AS repeated,
  concat('a text that is like no other: ', id) AS alone, array(id, NULL, id + 1) AS list,
  array(array(id)) AS lists, map(concat('k', id), named_struct('x', id)) AS entries,
  TIMESTAMP '2020-01-01 00:00:00' + make_interval(0, 0, 0, CAST(id AS INT)) AS at FROM range(1500)`;

/** Numbers below 1 that the seed alone tells. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The bytes with some of them changed, taken away or put in; half the time near the end. */
function mutated(bytes: Buffer, next: () => number): Buffer {
  let out = Buffer.from(bytes);
  for (let left = 1 + Math.floor(next() * 6); left > 0; left--) {
    const reach = next() < 0.5 ? out.length : Math.min(out.length, 500);
    const at = out.length - 1 - Math.floor(next() * reach);
    const kind = next();
    if (kind < 0.6) out[at] = Math.floor(next() * 256);
    else if (kind < 0.75) out.fill(255, at, Math.min(out.length, at + 6));
    else if (kind < 0.85) out = out.subarray(0, at + 1);
    else out = Buffer.concat([out.subarray(0, at), Buffer.from([255, 127, 3]), out.subarray(at)]);
  }
  return out;
}

test.each(["none", "zlib", "zstd", "snappy"])(
  "damaged bytes are told by name: %s",
  async (codec) => {
    const path = join(folder, codec);
    await (await spark.sql(query)).write.option("compression", codec).orc(path);
    const name = readdirSync(path).find((one) => one.endsWith(".orc"))!;
    const whole = readFileSync(join(path, name));
    const schema = await spark.read.orc(path).schema();
    const copy = join(folder, `${codec}.orc`);
    const next = random(codec.length);
    const codes = new Set<string>();
    for (let round = 0; round < 50; round++) {
      writeFileSync(copy, mutated(whole, next));
      try {
        // What became of a value is not known: only that there are not more of them.
        const rows = await spark.read.schema(schema).orc(copy).collect();
        expect(rows.length).toBeLessThanOrEqual(1500);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(MillraceError);
        codes.add((thrown as MillraceError).code);
      }
    }
    const known = /^(FAILED_READ_FILE|UNSUPPORTED_FEATURE\.ORC|UNSUPPORTED_DATATYPE$)/;
    expect([...codes].filter((code) => !known.test(code))).toEqual([]);
    expect(codes).toContain("FAILED_READ_FILE.NO_HINT");
  },
);
