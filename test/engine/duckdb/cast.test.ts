import { afterAll, expect, test } from "vitest";
import type { TypedExpression, TypedRelation } from "../../../src/analysis/typed.ts";
import { openEngine } from "../../../src/engine/duckdb/engine.ts";
import { isError } from "../../../src/error/error.ts";
import type { DataType } from "../../../src/schema/type.ts";
import * as types from "../../../src/schema/type.ts";
import {
  CalendarDate,
  Decimal,
  Interval,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../../src/schema/value.ts";

const engine = openEngine();
afterAll(() => engine[Symbol.asyncDispose]());

interface Cell {
  readonly value: Value;
  readonly from: DataType;
  readonly to: DataType;
  readonly mode: "ansi" | "legacy" | "try";
}

/** The cast's result, or the code it fails with. A column, not a literal, so nothing is folded. */
async function outcome({ value, from, to, mode }: Cell): Promise<Value> {
  const schema = types.struct([types.field("x", from)]);
  const column = { id: 1, name: "x", type: from, nullable: true, metadata: {} };
  const input: TypedExpression = { kind: "reference", ...column };
  const plan: TypedRelation = {
    kind: "project",
    input: { kind: "input", input: { kind: "rows", schema, rows: [[value]] }, output: [column] },
    columns: [
      {
        column: { ...column, id: 2, type: to },
        expression: { kind: "cast", input, type: to, nullable: true, mode },
      },
    ],
  };
  try {
    const context = { timeZone: "America/Los_Angeles", timestampMs: 0, seed: 0 };
    await using result = await engine.query(plan, context);
    return (await result.next())?.columns[0]?.[0] ?? null;
  } catch (thrown) {
    if (isError(thrown)) return thrown.code;
    throw thrown;
  }
}

const { string, integer, long, byte, double, float, boolean, date, timestamp, timestampNtz } =
  types;
const malformed = "CAST_INVALID_INPUT";
const tooBig = "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION";
const d = (unscaled: bigint, scale: number): Decimal => new Decimal(unscaled, scale);

/** Value, its type, the target, then the outcome in ANSI mode and of `try_cast`. */
const cases: readonly (readonly [Value, DataType, DataType, Value, Value])[] = [
  [" 12 ", string, integer, 12, 12],
  ["+7", string, integer, 7, 7],
  ["12.9", string, integer, malformed, null],
  ["0x1F", string, integer, malformed, null],
  ["1_000", string, integer, malformed, null],
  ["1e3", string, integer, malformed, null],
  ["2147483648", string, integer, malformed, null],
  ["", string, double, malformed, null],
  ["1.5d", string, double, 1.5, 1.5],
  ["-Infinity", string, double, -Infinity, -Infinity],
  ["1e400", string, double, Infinity, Infinity],
  ["nan", string, double, Number.NaN, Number.NaN],
  ["1.005", string, types.decimal(5, 2), d(101n, 2), d(101n, 2)],
  ["-1.005", string, types.decimal(5, 2), d(-101n, 2), d(-101n, 2)],
  ["12345", string, types.decimal(5, 2), tooBig, null],
  ["1e2", string, types.decimal(5, 2), d(10000n, 2), d(10000n, 2)],
  [" Yes ", string, boolean, true, true],
  ["2", string, boolean, malformed, null],
  ["2024", string, date, new CalendarDate(19723), new CalendarDate(19723)],
  ["2024-2-3", string, date, new CalendarDate(19756), new CalendarDate(19756)],
  ["2024-02-30", string, date, malformed, null],
  [
    "2024-01-01 00:00:00",
    string,
    timestamp,
    new Timestamp(1704096000000000n),
    new Timestamp(1704096000000000n),
  ],
  [
    "2024-01-01T00:00:00Z",
    string,
    timestamp,
    new Timestamp(1704067200000000n),
    new Timestamp(1704067200000000n),
  ],
  [
    "2024-01-01 00:00:00",
    string,
    timestampNtz,
    new LocalTimestamp(1704067200000000n),
    new LocalTimestamp(1704067200000000n),
  ],
  [2.9, double, integer, 2, 2],
  [-2.9, double, integer, -2, -2],
  [1e10, double, integer, "CAST_OVERFLOW", null],
  [Number.NaN, double, long, "CAST_OVERFLOW", null],
  [300, integer, byte, "CAST_OVERFLOW", null],
  [1.5, double, timestamp, new Timestamp(1500000n), new Timestamp(1500000n)],
  [Infinity, double, timestamp, malformed, null],
  [Number.NaN, float, timestamp, malformed, null],
  [d(1250n, 2), types.decimal(10, 2), integer, 12, 12],
  [d(125n, 2), types.decimal(10, 2), types.decimal(10, 1), d(13n, 1), d(13n, 1)],
  [d(-125n, 2), types.decimal(10, 2), types.decimal(10, 1), d(-13n, 1), d(-13n, 1)],
  [2.675, double, types.decimal(5, 2), d(268n, 2), d(268n, 2)],
  [1e7, double, string, "1.0E7", "1.0E7"],
  [123456.5, double, string, "123456.5", "123456.5"],
  [1e-5, double, string, "1.0E-5", "1.0E-5"],
  [-0, double, string, "-0.0", "-0.0"],
  [Math.fround(0.1), float, string, "0.1", "0.1"],
  [true, boolean, string, "true", "true"],
  [d(-5n, 3), types.decimal(5, 3), string, "-0.005", "-0.005"],
  [
    new Timestamp(1704067200500000n),
    timestamp,
    string,
    "2023-12-31 16:00:00.5",
    "2023-12-31 16:00:00.5",
  ],
  [
    new Timestamp(1704067200500000n),
    timestamp,
    date,
    new CalendarDate(19722),
    new CalendarDate(19722),
  ],
  [new Timestamp(-1n), timestamp, long, -1n, -1n],
  [new CalendarDate(0), date, timestamp, new Timestamp(28800000000n), new Timestamp(28800000000n)],
  [[1, null], types.array(integer), string, "[1, null]", "[1, null]"],
  [new Map([["a", 1]]), types.map(string, integer), string, "{a -> 1}", "{a -> 1}"],
  [["1", "x"], types.array(string), types.array(integer), malformed, [1, null]],
];

test.each(cases)("%s of %j as %j", async (value, from, to, ansi, tried) => {
  expect(await outcome({ value, from, to, mode: "ansi" })).toEqual(ansi);
  expect(await outcome({ value, from, to, mode: "try" })).toEqual(tried);
  expect(await outcome({ value: null, from, to, mode: "ansi" })).toBeNull();
});

const hour = 3_600_000_000n;

test.each<[Value, DataType, DataType, Value]>([
  [new Interval(24, 0, 0n), types.yearMonth("year", "year"), byte, 2],
  [new Interval(-122, 0, 0n), types.yearMonth(), types.short, -122],
  [new Interval(1536, 0, 0n), types.yearMonth("year", "year"), byte, "CAST_OVERFLOW"],
  [new Interval(0, 0, -10_123_456n), types.dayTime("second", "second"), byte, -10],
  [new Interval(0, 0, 10_005_000n), types.dayTime(), types.decimal(4, 2), new Decimal(1001n, 2)],
  [-10n, long, types.dayTime("second", "second"), new Interval(0, 0, -10_000_000n)],
  [2147483647, integer, types.yearMonth("year", "year"), "CAST_OVERFLOW"],
  [new Decimal(10654321n, 6), types.decimal(8, 6), types.yearMonth(), new Interval(11, 0, 0n)],
  [
    new Decimal(80654321n, 6),
    types.decimal(8, 6),
    types.dayTime("hour", "minute"),
    new Interval(0, 0, 4_839_259_260n),
  ],
  ["3-1", string, types.yearMonth(), new Interval(37, 0, 0n)],
  [
    "interval '-1 02' day to hour",
    string,
    types.dayTime("day", "hour"),
    new Interval(0, 0, -26n * hour),
  ],
  ["1 02", string, types.dayTime(), "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE"],
  ["3-12", string, types.yearMonth(), "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING"],
  ["2 days 3 hours", string, types.calendarInterval, new Interval(0, 2, 10_800_000_000n)],
  ["abc", string, types.calendarInterval, null],
  [
    new Interval(0, 0, 50n * hour),
    types.dayTime(),
    types.dayTime("day", "day"),
    new Interval(0, 0, 48n * hour),
  ],
  [
    new Interval(0, 0, 26n * hour),
    types.dayTime("day", "hour"),
    string,
    "INTERVAL '1 02' DAY TO HOUR",
  ],
  [
    new Interval(14, -3, 1_500_000n),
    types.calendarInterval,
    string,
    "1 years 2 months -3 days 1.5 seconds",
  ],
])("%s of %o as %o is %s", async (value, from, to, expected) => {
  expect(await outcome({ value, from, to, mode: "ansi" })).toEqual(expected);
});

test("outside ANSI numbers wrap and fractions of texts are cut", async () => {
  const cast = (value: Value, from: DataType, to: DataType): Promise<Value> =>
    outcome({ value, from, to, mode: "legacy" });
  expect(await cast(300, integer, byte)).toBe(44);
  expect(await cast(-129, integer, byte)).toBe(127);
  expect(await cast(1e10, double, integer)).toBe(2147483647);
  expect(await cast("12.9", string, integer)).toBe(12);
  expect(await cast("x", string, integer)).toBeNull();
});
