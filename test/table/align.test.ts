import { expect, test } from "vitest";
import { columnsOf } from "../../src/analysis/expression.ts";
import type { TypedRelation } from "../../src/analysis/typed.ts";
import { openEngine } from "../../src/engine/duckdb/engine.ts";
import { array, field, integer, long, type StructType, struct } from "../../src/schema/type.ts";
import type { Value } from "../../src/schema/value.ts";
import { alignRelation } from "../../src/table/align.ts";

const pair = (first: string, second: string): StructType =>
  struct([field(first, integer), field(second, integer)]);

async function aligned(
  from: StructType,
  row: readonly Value[],
  to: { readonly schema: StructType; readonly match: "name" | "position" },
): Promise<readonly Value[]> {
  const input = { kind: "rows", schema: from, rows: [row] } as const;
  const relation: TypedRelation = { kind: "input", input, output: columnsOf(from) };
  await using engine = openEngine({ threads: 1 });
  const plan = alignRelation({ relation, ...to, table: "t" });
  await using result = await engine.query(plan, { timeZone: "UTC", timestampMs: 0, seed: 0 });
  const chunk = await result.next();
  return chunk?.columns.map((column) => column[0] ?? null) ?? [];
}

test("by position members of structs take the places there are, whatever they are called", async () => {
  const from = struct([field("col1", pair("col1", "col2")), field("col2", array(pair("x", "y")))]);
  const schema = struct([
    field("s", struct([field("a", long), field("b", integer)])),
    field("l", array(pair("c", "d"))),
  ]);
  const row = [{ col1: 1, col2: 2 }, [{ x: 3, y: 4 }]];
  expect(await aligned(from, row, { schema, match: "position" })).toEqual([
    { a: 1n, b: 2 },
    [{ c: 3, d: 4 }],
  ]);
});

test("by position structs of other widths are refused, by name members of other names", async () => {
  const from = struct([field("s", pair("x", "y"))]);
  const row = [{ x: 1, y: 2 }];
  const wide = struct([field("s", struct([field("a", integer)]))]);
  await expect(aligned(from, row, { schema: wide, match: "position" })).rejects.toThrow(/s\.y/);
  const other = struct([field("s", pair("x", "z"))]);
  await expect(aligned(from, row, { schema: other, match: "name" })).rejects.toThrow(/s\.y/);
  expect(
    await aligned(from, row, { schema: struct([field("s", pair("Y", "X"))]), match: "name" }),
  ).toEqual([{ Y: 2, X: 1 }]);
});
