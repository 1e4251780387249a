import { afterAll, beforeAll, expect, test } from "vitest";
import { isError } from "../../src/error/error.ts";
import { formatDataType } from "../../src/schema/ddl.ts";
import { createRandom } from "../random.ts";
import { expressionOf, rowsOf } from "../sql/arbitrary.ts";
import { rowTexts, sorted } from "./canonical.ts";
import { openPlace, type Place } from "./session.ts";
import { type Attempt, noSpark, theSpark } from "./system.ts";

/** Always the same unless asked otherwise: one in some thousands shows what is not equal yet. */
const seed = Number(process.env["MILLRACE_SEED"] ?? 1);
const count = Number(process.env["MILLRACE_EXPRESSIONS"] ?? 400);

/** Expressions asked of Spark at once. */
const together = 200;
const views = 10;

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

/**
 * Conditions of values, not of types. Beside a null Spark may raise one and this engine not, as
 * Spark itself does or not by what its optimizer has folded; few, and told.
 */
const ofValues = new Set(
  `ARITHMETIC_OVERFLOW BINARY_ARITHMETIC_OVERFLOW CANNOT_PARSE_TIMESTAMP CAST_INVALID_INPUT
    CAST_OVERFLOW DATETIME_FIELD_OUT_OF_BOUNDS DATETIME_OVERFLOW DIVIDE_BY_ZERO
    INTERVAL_ARITHMETIC_OVERFLOW INVALID_ARRAY_INDEX INVALID_ARRAY_INDEX_IN_ELEMENT_AT
    NUMERIC_VALUE_OUT_OF_RANGE REMAINDER_BY_ZERO`.split(/\s+/),
);

/** The part of expressions that may lack a condition of a value: some 1 in 1,000 do. */
const unraisedMax = 0.01;

type Mine =
  | { readonly type: string; readonly rows: readonly string[] }
  | { readonly error: string };

/** What this engine says to a query: rows, or a condition it refuses it with. */
async function ours(text: string): Promise<Mine> {
  try {
    const frame = await place.spark.sql(text);
    const type = formatDataType(await frame.schema());
    return { type, rows: rowTexts(await frame.collect()) };
  } catch (thrown) {
    if (isError(thrown)) return { error: thrown.code };
    throw new Error(`${text}: ${String(thrown)}`, { cause: thrown });
  }
}

function isUnraised(mine: Mine, spark: Attempt): boolean {
  return !("error" in mine) && "error" in spark && ofValues.has(spark.error.split(".")[0] ?? "");
}

/** How two answers differ; an error of ours differs from nothing: it is told. */
function difference(mine: Mine, spark: Attempt): string | undefined {
  if ("error" in mine || "lost" in spark) return undefined;
  if ("error" in spark) return `Spark refuses it: ${spark.error}; here ${mine.rows[0]}`;
  if (mine.type !== spark.type) return `Spark's type ${spark.type}; here ${mine.type}`;
  const [here, there] = [mine.rows.join(" "), sorted(spark.rows).join(" ")];
  return here === there ? undefined : `Spark ${there}; here ${here}`;
}

test.skipIf(noSpark)(
  `${count} random expressions mean what they mean to Spark (MILLRACE_SEED=${seed})`,
  async () => {
    const chance = createRandom(seed);
    for (let index = 0; index < views; index++) {
      const rows = rowsOf(chance, index % 2 === 0);
      const view = `CREATE OR REPLACE TEMPORARY VIEW r${index} AS ${rows}`;
      await theSpark.sql(view);
      await place.spark.sql(view);
    }
    const texts = Array.from({ length: count }, () => {
      return `SELECT ${expressionOf(chance, 3)} FROM r${chance.below(views)}`;
    });
    const differences: string[] = [];
    const unraised: string[] = [];
    const refused = new Map<string, number>();
    for (let start = 0; start < count; start += together) {
      const some = texts.slice(start, start + together);
      const answers = await theSpark.each(some);
      for (const [index, text] of some.entries()) {
        const [mine, spark] = [await ours(text), answers[index]!];
        if (isUnraised(mine, spark)) {
          unraised.push(text);
          continue;
        }
        const found = difference(mine, spark);
        if (found !== undefined) differences.push(`${text}\n  ${found}`);
        if ("error" in mine && !("error" in spark)) {
          refused.set(mine.error, (refused.get(mine.error) ?? 0) + 1);
        }
      }
    }
    console.log(`refused here alone: ${JSON.stringify([...refused])}`);
    console.log(`raised by Spark alone: ${JSON.stringify(unraised)}`);
    expect(differences).toEqual([]);
    expect(unraised.length).toBeLessThanOrEqual(Math.max(2, count * unraisedMax));
  },
);
