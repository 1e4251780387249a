import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newColumn, reference } from "../../src/analysis/expression.ts";
import type { TypedRelation } from "../../src/analysis/typed.ts";
import type { Add } from "../../src/log/action.ts";
import { parseSchema } from "../../src/schema/ddl.ts";
import { parseValue } from "../../src/schema/text.ts";
import { date, decimal, timestamp } from "../../src/schema/type.ts";
import type { Value } from "../../src/schema/value.ts";
import { mayMatch } from "../../src/table/prune.ts";
import { skippingFilter } from "../../src/table/skip.ts";
import { type Harness, openHarness } from "./harness.ts";
import { asked, conditions, prunedIn, specimens } from "./specimen.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness[Symbol.asyncDispose]());

const fields = parseSchema("file int, partitionValues map<string, string>, stats string");

/** The files that the filter keeps, by their place. */
async function kept(files: readonly Add[], where: string, zone: string): Promise<Set<number>> {
  const output = fields.fields.map(({ name, type }) => newColumn(name, type));
  const [, partitionValues, stats] = output.map(reference);
  const rows = files.map(({ partitionValues, stats }, at): Value[] => {
    return [at, new Map(Object.entries(partitionValues)), stats ?? null];
  });
  const input: TypedRelation = {
    kind: "input",
    input: { kind: "rows", schema: fields, rows },
    output,
  };
  const condition = skippingFilter(asked(where, zone).conditions, prunedIn(zone), {
    partitionValues: partitionValues!,
    stats: stats!,
  });
  const plan: TypedRelation = condition ? { kind: "filter", input, condition } : input;
  const context = { timeZone: "UTC", timestampMs: 0, seed: 1 };
  await using result = await harness.engine.query(plan, context);
  const found = new Set<number>();
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (const file of chunk.columns[0]!) found.add(file as number);
  }
  return found;
}

const zones = fc.constantFrom("UTC", "America/St_Johns", "+05:30");

test("the engine keeps every file that a closer look keeps, and few more", async () => {
  let skipped = 0;
  let found = 0;
  await fc.assert(
    fc.asyncProperty(specimens, conditions, zones, async (files, where, zone) => {
      const adds = files.map(({ add }) => add);
      const engine = await kept(adds, where, zone);
      const given = asked(where, zone).conditions;
      adds.forEach((add, at) => {
        if (mayMatch(add, given, prunedIn(zone))) expect(engine.has(at)).toBe(true);
        else {
          skipped += 1;
          if (!engine.has(at)) found += 1;
        }
      });
    }),
    { numRuns: Number(process.env["RUNS"] ?? 150) },
  );
  expect(found / skipped).toBeGreaterThan(0.7);
}, 60_000);

test("statistics as a struct are compared as what they are", async () => {
  const bounds =
    "STRUCT<i: INT, m: DECIMAL(20,4), s: STRING, t: DATE, z: TIMESTAMP, g: STRUCT<x: INT>>";
  const nulls = "STRUCT<i: BIGINT, s: BIGINT>";
  const schema = parseSchema(
    `partitionValues map<string, string>, stats STRUCT<numRecords: BIGINT, minValues: ${bounds}, maxValues: ${bounds}, nullCount: ${nulls}>`,
  );
  const values = (i: number, s: string, day: string, second: string) => ({
    i,
    m: parseValue(`${i}.5`, decimal(20, 4))!,
    s,
    t: parseValue(day, date)!,
    z: parseValue(`2026-01-01T00:00:${second}.123Z`, timestamp)!,
    g: { x: i },
  });
  const stats = {
    numRecords: 3n,
    minValues: values(1, "b", "2026-01-01", "10"),
    maxValues: values(5, "d", "2026-01-31", "20"),
    nullCount: { i: 0n, s: 3n },
  };
  const output = schema.fields.map(({ name, type }) => newColumn(name, type));
  const [partitionValues, column] = output.map(reference);
  const keeps = async (where: string): Promise<boolean> => {
    const condition = skippingFilter(asked(where, "UTC").conditions, prunedIn("UTC"), {
      partitionValues: partitionValues!,
      stats: column!,
    });
    expect(condition).toBeDefined();
    const rows = [[new Map([["p", "7"]]), stats]];
    const input: TypedRelation = { kind: "input", input: { kind: "rows", schema, rows }, output };
    const plan: TypedRelation = { kind: "filter", input, condition: condition! };
    await using result = await harness.engine.query(plan, {
      timeZone: "UTC",
      timestampMs: 0,
      seed: 1,
    });
    return ((await result.next())?.rows ?? 0) > 0;
  };
  const kept = [
    "i = 5",
    "i IN (0, 3)",
    "m >= 5.5",
    "t = '2026-01-31'",
    "p = 7",
    "g.x < 2",
    "s IS NULL",
  ];
  for (const where of [...kept, "z > TIMESTAMP'2026-01-01 00:00:20.1235'"]) {
    expect([where, await keeps(where)]).toEqual([where, true]);
  }
  const left = [
    "i > 5",
    "i IN (0, 6)",
    "m > 5.6",
    "t < '2026-01-01'",
    "p = 8",
    "g.x > 5",
    "i IS NULL",
  ];
  for (const where of [...left, "z > TIMESTAMP'2026-01-01 00:00:20.124'", "s LIKE 'e%'"]) {
    expect([where, await keeps(where)]).toEqual([where, false]);
  }
});
