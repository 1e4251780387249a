import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newColumn, reference } from "../../src/analysis/expression.ts";
import type { TypedRelation } from "../../src/analysis/typed.ts";
import type { Add } from "../../src/log/action.ts";
import { parseSchema } from "../../src/schema/ddl.ts";
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
