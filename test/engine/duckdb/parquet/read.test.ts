import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, literal } from "../../../../src/analysis/expression.ts";
import type { TypedRelation } from "../../../../src/analysis/typed.ts";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import {
  boolean,
  type DataType,
  date,
  decimal,
  double,
  field,
  float,
  integer,
  long,
  type StructType,
  short,
  struct,
  timestampNtz,
} from "../../../../src/schema/type.ts";
import { CalendarDate, Decimal, LocalTimestamp, type Value } from "../../../../src/schema/value.ts";

const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };

let directory: string;
let engine: Engine;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-test-"));
  engine = openEngine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const output = ({ fields }: StructType) => fields.map((one, at) => ({ ...one, id: at + 1 }));

interface Written {
  readonly type: DataType;
  readonly values: readonly Value[];
}

/** The values of `x`, written as one type and read as another, that fulfil `x operator bound`. */
async function found(
  written: Written,
  type: DataType,
  [operator, bound]: readonly [string, Value],
): Promise<string[]> {
  const there = struct([field("x", written.type)]);
  const rows = written.values.map((value) => [value]);
  const files = await engine.writeParquet(
    { kind: "input", input: { kind: "rows", schema: there, rows }, output: output(there) },
    {
      ...{ directory, schema: there, partitionBy: [], compression: "snappy" },
      statistics: () => true,
    },
    context,
  );
  const schema = struct([field("x", type)]);
  const [column] = output(schema);
  const input: TypedRelation = {
    kind: "input",
    input: {
      ...{ kind: "parquet", schema, widened: ["x"] },
      files: files.map(({ path, size }) => {
        return { path, uri: `file://${path}`, size, modificationTime: 0, partition: {} };
      }),
    },
    output: [column!],
  };
  const reference = { kind: "reference", ...column! } as const;
  const condition = call(operator, [reference, literal(bound, type)], { type: boolean });
  await using result = await engine.query({ kind: "filter", input, condition }, context);
  const values: string[] = [];
  for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
    for (const value of chunk.columns[0]!) values.push(String(value));
  }
  return values.sort();
}

describe("a column that a file has in a narrower type", () => {
  const ints = { type: integer, values: [9, 10, 11, 12] };
  const days = { type: date, values: [new CalendarDate(0), new CalendarDate(1)] };
  const noon = new LocalTimestamp(12n * 3_600_000_000n);
  const cents = {
    type: decimal(6, 2),
    values: [new Decimal(100n, 2), new Decimal(101n, 2)],
  };

  // DuckDB casts the bound to the type of the file, if it is let.
  test.each<[string, Written, DataType, [string, Value], string[]]>([
    ["integers as doubles", ints, double, ["=", 10.5], []],
    ["integers as doubles", ints, double, [">", 10.5], ["11", "12"]],
    ["integers as decimals", ints, decimal(12, 1), [">", new Decimal(105n, 1)], ["11.0", "12.0"]],
    ["integers as longs", ints, long, ["<", 11n], ["10", "9"]],
    ["integers as longs", { ...ints, type: short }, long, [">", 70000n], []],
    ["dates as timestamps", days, timestampNtz, ["=", noon], []],
    ["dates as timestamps", days, timestampNtz, [">", noon], ["1970-01-02T00:00:00.000000"]],
    ["a larger scale", cents, decimal(10, 4), ["<", new Decimal(10001n, 4)], ["1.0000"]],
    ["floats as doubles", { type: float, values: [0.5, Math.fround(0.1)] }, double, ["=", 0.1], []],
  ])("%s is compared as what it is read as", async (_, written, type, condition, expected) => {
    expect(await found(written, type, condition)).toEqual(expected);
  });
});
