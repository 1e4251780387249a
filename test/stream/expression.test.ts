import { randomInt } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isError } from "../../src/error/error.ts";
import type { DataFrame } from "../../src/session/dataframe.ts";
import { createRandom } from "../random.ts";
import { openSession, type TestSession } from "../session/session.ts";
import { expressionOf, rowsOf } from "../sql/arbitrary.ts";

const seed = Number(process.env["MILLRACE_SEED"] ?? randomInt(2 ** 31));
const chance = createRandom(seed);
const tables = 4;
const count = 240;

/** Expressions of one query: each is a column of it. */
const together = 20;

/** Queries of one expression that fails. */
const failures = 6;

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
  for (let index = 0; index < tables; index++) {
    const rows = await session.spark.sql(rowsOf(chance, index % 2 === 0));
    await rows.write.saveAsTable(`r${index}`);
  }
});
afterAll(() => session[Symbol.asyncDispose]());

const codeOf = (thrown: unknown): string => {
  if (!isError(thrown)) throw thrown;
  return thrown.code === "STREAM_FAILED" ? codeOf(thrown.cause) : thrown.code;
};

let queries = 0;

/** The rows a stream over a table brings to its sink. */
async function streamed(table: string, columns: readonly string[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  const query = await session.spark.readStream
    .table(table)
    .selectExpr(...columns)
    .writeStream.foreachBatch(async (batch: DataFrame) => {
      seen.push(...(await batch.collect()));
    })
    .option("checkpointLocation", join(session.folder, `checkpoint-${queries++}`))
    .trigger({ availableNow: true })
    .start();
  await query.awaitTermination();
  return seen;
}

const batch = (table: string, columns: readonly string[]): Promise<unknown[]> =>
  session.spark.read
    .table(table)
    .selectExpr(...columns)
    .collect();

describe(`random expressions in a stream mean what they mean in a batch (MILLRACE_SEED=${seed})`, () => {
  const failing: { table: string; text: string; code: string }[] = [];

  test.each(Array.from({ length: tables }, (_, index) => `r${index}`))("over %s", async (table) => {
    const sound: string[] = [];
    for (let index = 0; index < count / tables; index++) {
      const text = expressionOf(chance, 3);
      try {
        await batch(table, [text]);
        sound.push(text);
      } catch (thrown) {
        failing.push({ table, text, code: codeOf(thrown) });
      }
    }
    expect(sound.length).toBeGreaterThan(together);
    for (let start = 0; start < sound.length; start += together) {
      const columns = sound
        .slice(start, start + together)
        .map((text, index) => `${text} AS c${index}`);
      expect(await streamed(table, columns), columns.join(",\n")).toEqual(
        await batch(table, columns),
      );
    }
  });

  test("what fails in a batch fails so in a stream", async () => {
    expect(failing.length).toBeGreaterThan(failures);
    for (const { table, text, code } of failing.slice(0, failures)) {
      const found = await streamed(table, [text]).then(() => "rows", codeOf);
      expect(found, text).toBe(code);
    }
  });
});
