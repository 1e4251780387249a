import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  call,
  cast,
  compare,
  literal,
  memberAt,
  newColumn,
  not,
  reference,
} from "../../src/analysis/expression.ts";
import type { TypedExpression } from "../../src/analysis/typed.ts";
import { rewriteAll } from "../../src/analysis/walk.ts";
import { boolean, type DataType, field, integer, long, struct } from "../../src/schema/type.ts";
import type { Value } from "../../src/schema/value.ts";
import { allMatch, mayMatch, pruner } from "../../src/table/prune.ts";
import { type Harness, openHarness } from "./harness.ts";
import { asked, conditions, prunedIn, type Specimen, specimens } from "./specimen.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness[Symbol.asyncDispose]());

const zones = fc.constantFrom("UTC", "America/St_Johns", "Pacific/Apia", "+05:30");

/** The files that have a row for which the condition is true, by the engine. */
async function matching(
  files: readonly Specimen[],
  where: string,
  timeZone: string,
): Promise<ReadonlySet<number>> {
  const { plan } = asked(where, timeZone);
  const bound = rewriteAll(plan, (one) => {
    if (one.kind !== "scan") return one;
    const { fields } = one.dataset.schema;
    const rows = files.flatMap(({ rows }, at) => rows.map((row): Value[] => [...row, at]));
    return {
      kind: "input",
      input: { kind: "rows", schema: struct(fields), rows },
      output: one.output,
    };
  });
  await using result = await harness.engine.query(bound, { timeZone, timestampMs: 0, seed: 1 });
  const found = new Set<number>();
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (const file of chunk.columns[0]!) found.add(file as number);
  }
  return found;
}

describe("pruning against the rows themselves", () => {
  test("no file with a matching row is left out, and most of the others are", async () => {
    let without = 0;
    let skipped = 0;
    await fc.assert(
      fc.asyncProperty(specimens, conditions, zones, async (files, where, zone) => {
        const found = await matching(files, where, zone);
        const failing = await matching(files, `NOT coalesce(${where}, false)`, zone);
        const pruned = prunedIn(zone);
        const given = asked(where, zone).conditions;
        const whole = given.length === 1 ? given[0] : undefined;
        files.forEach(({ add }, at) => {
          const may = mayMatch(add, given, pruned);
          if (found.has(at)) expect(may).toBe(true);
          else without += 1;
          if (!may) skipped += 1;
          if (whole && allMatch(add, whole, pruned)) expect(failing.has(at)).toBe(false);
        });
      }),
      { numRuns: Number(process.env["RUNS"] ?? 150) },
    );
    expect(skipped / without).toBeGreaterThan(0.6);
  }, 60_000);
});

const file = (partitionValues: Record<string, string | null>, stats = "") => ({
  path: "f",
  partitionValues,
  size: 1,
  modificationTime: 0,
  dataChange: true,
  stats,
});

function reason(where: string, add: ReturnType<typeof file>, zone = "UTC"): string | undefined {
  return pruner(asked(where, zone).conditions, prunedIn(zone))(add);
}

test("why a file is left out", () => {
  const add = file(
    { p: "1", q: "b", r: "2026-01-01" },
    '{"numRecords":3,"minValues":{"i":1,"d":1.5},"maxValues":{"i":2,"d":2.5},"nullCount":{"i":1,"s":3}}',
  );
  expect(reason("p = 2", add)).toBe("partition values");
  expect(reason("p = 1 AND q < 'b'", add)).toBe("partition values");
  expect(reason("r > TIMESTAMP'2026-01-01 00:00:00'", add)).toBe("partition values");
  expect(reason("i > 2", add)).toBe("statistics");
  expect(reason("p = 2 OR i > 2", add)).toBe("statistics");
  expect(reason("s IS NOT NULL", add)).toBe("statistics");
  expect(reason("s LIKE 'a%'", add)).toBe("statistics");
  expect(reason("p = 1 AND i = 2", add)).toBe(undefined);
  expect(reason("i = 9", { ...add, stats: "not JSON" })).toBe(undefined);
});

test("a NaN is greater than a maximum that does not count it", () => {
  const add = file({}, '{"numRecords":2,"minValues":{"d":1.5},"maxValues":{"d":2.5}}');
  expect(reason("d > 3", add)).toBe(undefined);
  expect(reason("d = 3", add)).toBe("statistics");
  expect(reason("d BETWEEN 3 AND 4", add)).toBe("statistics");
  expect(reason("d < 1", add)).toBe("statistics");
});

test("a date begins when the session's day does", () => {
  const stats =
    '{"numRecords":1,"minValues":{"z":"2026-01-01T02:00:00.000Z"},"maxValues":{"z":"2026-01-01T03:00:00.000Z"}}';
  const where = "CAST(z AS DATE) = DATE'2026-01-01'";
  expect(reason(where, file({}, stats))).toBe(undefined);
  expect(reason(where, file({}, stats), "America/New_York")).toBe("statistics");
  expect(reason("z < '2026-01-01 05:00:00'", file({}, stats), "-04:00")).toBe(undefined);
  expect(reason("z < '2026-01-01 05:00:00'", file({}, stats), "+04:00")).toBe("statistics");
});

test("under column mapping, values are looked up by physical names", () => {
  const mapped = (name: string, physical: string, type: DataType, id: number) =>
    field(name, type, true, {
      "delta.columnMapping.id": id,
      "delta.columnMapping.physicalName": physical,
    });
  // `x` was renamed from `y`, and the `y` there is now came later: its statistics are not those.
  const inner = struct([mapped("x", "y", integer, 3), mapped("y", "col-4", integer, 4)]);
  const part = mapped("part", "col-1", integer, 1);
  const fields = [part, mapped("s", "t", inner, 2)];
  const table = {
    schema: struct(fields),
    partitions: [part],
    mode: "name",
    timeZone: "UTC",
  } as const;
  const add = file(
    { "col-1": "7" },
    '{"numRecords":2,"minValues":{"t":{"y":5}},"maxValues":{"t":{"y":6}},"nullCount":{"t":{"y":0,"col-4":2}}}',
  );
  const column = (name: string, type: DataType) => reference(newColumn(name, type));
  const is = (left: TypedExpression, value: number) =>
    mayMatch(add, [compare("=", left, literal(value, integer))], table);
  const nested = column("s", inner);
  expect([is(column("part", integer), 7), is(column("part", integer), 8)]).toEqual([true, false]);
  expect([5, 4].map((value) => is(memberAt(nested, 0), value))).toEqual([true, false]);
  expect(is(memberAt(nested, 1), 5)).toBe(false);
});

test("what a column is known to lack rules a file out, also where it is widened, and no more", () => {
  const table = {
    schema: struct([field("x", integer)]),
    partitions: [],
    mode: "none",
    timeZone: "UTC",
  } as const;
  const x = reference(newColumn("x", integer));
  const add = file({}, '{"numRecords":2}');
  const lacks = ([name]: readonly string[], value: Value): boolean =>
    name === "x" && Number(value) !== 5;
  const reason = (condition: TypedExpression) =>
    pruner([condition], table)(add, lacks) === undefined;
  const is = (value: number) => compare("=", x, literal(value, integer));
  expect([reason(is(5)), reason(is(6))]).toEqual([true, false]);
  expect(reason(compare("=", literal(6n, long), cast(x, long)))).toBe(false);
  expect(reason(compare("<=>", x, literal(6, integer)))).toBe(false);
  expect(reason(compare("<=>", x, literal(null, integer)))).toBe(true);
  expect(reason(compare("<", x, literal(6, integer)))).toBe(true);
  // NULL is neither, and what is not equal may be anything.
  expect([reason(not(is(6))), reason(not(is(5)))]).toEqual([true, true]);
  const isIn = (values: readonly number[]) =>
    call("in", [x, ...values.map((value) => literal(value, integer))], { type: boolean });
  expect([reason(isIn([6, 5])), reason(isIn([6, 7]))]).toEqual([true, false]);
});
