import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { call, cast, literal } from "../../src/analysis/expression.ts";
import type { TypedExpression } from "../../src/analysis/typed.ts";
import type { Add } from "../../src/log/action.ts";
import { statisticsText } from "../../src/log/statistics.ts";
import {
  boolean,
  type DataType,
  field,
  integer,
  long,
  type StructField,
  string,
  struct,
} from "../../src/schema/type.ts";
import { allMatch, mayMatch, type PrunedTable } from "../../src/table/prune.ts";

type Cell = number | null;
interface Line {
  readonly p: Cell;
  readonly x: Cell;
}

function tableOf(partitions: readonly string[], ...fields: readonly StructField[]): PrunedTable {
  const metadata = { id: "t", format: { provider: "parquet", options: {} }, schemaString: "" };
  return {
    schema: struct(fields),
    metadata: { ...metadata, partitionColumns: partitions, configuration: {} },
  };
}

const table = tableOf(["p"], field("p", integer), field("x", integer));
const column = (name: string): TypedExpression => ({
  kind: "reference",
  id: 1,
  name,
  type: integer,
  nullable: true,
});

/** A file of rows that share `p`, with true statistics of `x`. */
function fileOf(p: Cell, xs: readonly Cell[]): Add {
  const values = xs.filter((x): x is number => x !== null).sort((a, b) => a - b);
  const leaf = {
    path: ["x"],
    nullCount: xs.length - values.length,
    ...(values.length === 0 ? {} : { min: values[0] as number, max: values.at(-1) as number }),
  };
  return {
    path: "f",
    partitionValues: { p: p === null ? null : String(p) },
    size: 1,
    modificationTime: 0,
    dataChange: true,
    stats: statisticsText({
      rows: xs.length,
      leaves: [leaf],
      indexed: () => true,
      configuration: {},
    }),
  };
}

type Truth = boolean | null;
interface Condition {
  readonly expression: TypedExpression;
  readonly of: (line: Line) => Truth;
}

const small = fc.integer({ min: -3, max: 3 });
const cell = fc.option(small, { nil: null, freq: 4 });
const operators: Record<string, (a: number, b: number) => boolean> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

const leaf: fc.Arbitrary<Condition> = fc
  .record({
    name: fc.constantFrom("p", "x"),
    operator: fc.constantFrom(...Object.keys(operators), "<=>", "isnull", "in", "widened"),
    value: cell,
    more: small,
  })
  .map(({ name, operator, value, more }): Condition => {
    const get = (line: Line): Cell => line[name as "p" | "x"];
    if (operator === "isnull") {
      return {
        expression: call("isnull", [column(name)], { type: boolean }),
        of: (line) => get(line) === null,
      };
    }
    const given = literal(value, integer);
    if (operator === "<=>") {
      return {
        expression: call("<=>", [column(name), given], { type: boolean }),
        of: (line) => get(line) === value,
      };
    }
    if (operator === "in") {
      const of = (line: Line): Truth => {
        const found = get(line);
        if (found === null) return null;
        return found === value || found === more ? true : value === null ? null : false;
      };
      return {
        expression: call("in", [column(name), given, literal(more, integer)], { type: boolean }),
        of,
      };
    }
    const wide = operator === "widened";
    const compare = operators[wide ? "=" : operator]!;
    const operands = wide
      ? [cast(column(name), long), literal(value === null ? null : BigInt(value), long)]
      : [column(name), given];
    const of = (line: Line): Truth => {
      const found = get(line);
      return found === null || value === null ? null : compare(found, value);
    };
    return { expression: call(wide ? "=" : operator, operands, { type: boolean }), of };
  });

function and(left: Truth, right: Truth): Truth {
  if (left === false || right === false) return false;
  return left === null || right === null ? null : true;
}
const not = (truth: Truth): Truth => (truth === null ? null : !truth);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small" },
    leaf,
    tie("condition").map((one) => ({
      expression: call("not", [one.expression], { type: boolean }),
      of: (line: Line) => not(one.of(line)),
    })),
    fc
      .tuple(fc.constantFrom("and", "or"), tie("condition"), tie("condition"))
      .map(([name, a, b]) => ({
        expression: call(name, [a.expression, b.expression], { type: boolean }),
        of: (line: Line) =>
          name === "and" ? and(a.of(line), b.of(line)) : not(and(not(a.of(line)), not(b.of(line)))),
      })),
  ),
}));

describe("pruning against the rows themselves", () => {
  test("no file with a matching row is left out; a whole match is whole", () => {
    fc.assert(
      fc.property(cell, fc.array(cell, { minLength: 1, maxLength: 4 }), condition, (p, xs, one) => {
        const file = fileOf(p, xs);
        const truths = xs.map((x) => one.of({ p, x }));
        if (truths.includes(true)) expect(mayMatch(file, [one.expression], table)).toBe(true);
        if (allMatch(file, one.expression, table)) {
          expect(truths.every((truth) => truth === true)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("it does leave files out", () => {
    const file = fileOf(1, [1, 2, null]);
    const says = (name: string, operator: string, value: number): boolean => {
      return mayMatch(
        file,
        [call(operator, [column(name), literal(value, integer)], { type: boolean })],
        table,
      );
    };
    expect([says("x", ">", 2), says("x", "=", 0), says("p", "=", 2), says("p", "=", 1)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    const isnull = call("isnull", [column("p")], { type: boolean });
    expect(mayMatch(file, [isnull], table)).toBe(false);
    expect(
      mayMatch(
        { ...file, stats: "not JSON" },
        [call("=", [column("x"), literal(9, integer)], { type: boolean })],
        table,
      ),
    ).toBe(true);
  });

  test("a string partition is compared by its text", () => {
    const text = { kind: "reference", id: 1, name: "s", type: string, nullable: true } as const;
    const file = { ...fileOf(1, [1]), partitionValues: { s: "b" } };
    const is = (value: string) =>
      mayMatch(
        file,
        [call("=", [text, literal(value, string)], { type: boolean })],
        tableOf(["s"], field("s", string)),
      );
    expect([is("a"), is("b")]).toEqual([false, true]);
  });

  test("under column mapping, values are looked up by physical names", () => {
    const mapped = (name: string, physical: string, type: DataType, id: number) =>
      field(name, type, true, {
        "delta.columnMapping.id": id,
        "delta.columnMapping.physicalName": physical,
      });
    // `x` was renamed from `y`, and the `y` there is now came later: its statistics are not those.
    const inner = struct([mapped("x", "y", integer, 3), mapped("y", "col-4", integer, 4)]);
    const plain = tableOf(
      ["part"],
      mapped("part", "col-1", integer, 1),
      mapped("s", "t", inner, 2),
    );
    const configuration = { "delta.columnMapping.mode": "name" };
    const renamed = { ...plain, metadata: { ...plain.metadata, configuration } };
    const file: Add = {
      ...fileOf(1, [1]),
      partitionValues: { "col-1": "7" },
      stats: `{"numRecords":2,"minValues":{"t":{"y":5}},"maxValues":{"t":{"y":6}},"nullCount":{"t":{"y":0,"col-4":2}}}`,
    };
    const member = (ordinal: number): TypedExpression => ({
      kind: "field",
      input: { kind: "reference", id: 2, name: "s", type: inner, nullable: true },
      ordinal,
      type: integer,
      nullable: true,
    });
    const is = (left: TypedExpression, value: number) =>
      mayMatch(file, [call("=", [left, literal(value, integer)], { type: boolean })], renamed);
    expect([is(column("part"), 7), is(column("part"), 8)]).toEqual([true, false]);
    expect([is(member(0), 5), is(member(0), 4), is(member(1), 5)]).toEqual([true, false, false]);
  });
});
