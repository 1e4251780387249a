import fc from "fast-check";
import { expect, test } from "vitest";
import {
  indexedLeaves,
  parseStatistics,
  statisticsText,
  truncateMax,
  truncateMin,
} from "../../src/log/statistics.ts";
import {
  type DataType,
  decimal,
  double,
  field,
  integer,
  long,
  string,
  struct,
  timestamp,
} from "../../src/schema/type.ts";
import { Decimal, Timestamp } from "../../src/schema/value.ts";

const all = (): boolean => true;
const plain = (type: DataType) => ({ type, metadata: {} });

test("text as Spark writes it, exact to the last digit", () => {
  const leaves = [
    { path: ["i"], nullCount: 1, min: -9223372036854775808n, max: 9223372036854775807n },
    {
      path: ["d"],
      nullCount: 0,
      min: new Decimal(-1n, 10),
      max: new Decimal(12345678901234567890n, 10),
    },
    { path: ["s", "t"], nullCount: 0, min: new Timestamp(-1n), max: new Timestamp(1_234_567n) },
    { path: ["b"], nullCount: 2, min: true, max: true },
    { path: ["f"], nullCount: 0, min: Number.NEGATIVE_INFINITY, max: 0.5 },
  ];
  const text = statisticsText({ rows: 3, leaves, indexed: all, configuration: {} });
  expect(text).toBe(
    '{"numRecords":3,"minValues":{"i":-9223372036854775808,"d":-0.0000000001,"s":{"t":"1969-12-31T23:59:59.999Z"},"f":"-Infinity"},' +
      '"maxValues":{"i":9223372036854775807,"d":1234567890.1234567890,"s":{"t":"1970-01-01T00:00:01.234Z"},"f":0.5},' +
      '"nullCount":{"i":1,"d":0,"s":{"t":0},"b":2,"f":0}}',
  );
  const read = parseStatistics(text);
  expect(read?.numRecords).toBe(3);
  expect(read?.max(["i"], plain(long))).toBe(9223372036854775807n);
  expect(read?.max(["d"], plain(decimal(38, 10)))).toEqual(new Decimal(12345678901234567890n, 10));
  expect(read?.max(["s", "t"], plain(timestamp))).toEqual(new Timestamp(1_234_999n));
  expect(read?.nullCount(["b"])).toBe(2);
});

test("a cut string still bounds every string, in the order of UTF-8", () => {
  const utf8 = (left: string, right: string): number => {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  };
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.integer({ min: 1, max: 6 }),
      (text, length) => {
        const low = truncateMin(text, length);
        const high = truncateMax(text, length);
        expect(low !== undefined && utf8(low, text) <= 0).toBe(true);
        expect(high === undefined || utf8(high, text) >= 0).toBe(true);
        expect((high ?? "").length).toBeLessThanOrEqual(2 * length + 2);
      },
    ),
  );
  expect(truncateMax("a".repeat(40), 32)).toBe(`${"a".repeat(32)}\u007f`);
  expect(truncateMax(`${"a".repeat(32)}é!`, 32)).toBe(`${"a".repeat(32)}\u{10ffff}`);
});

test("which leaves have statistics", () => {
  const nested = struct([field("x", integer), field("y.z", string)]);
  const schema = struct([
    field("p", string),
    field("a", integer),
    field("n", nested),
    field("b", long),
  ]);
  const first = indexedLeaves(schema, ["p"], { "delta.dataSkippingNumIndexedCols": "2" });
  expect([["a"], ["n", "x"], ["n", "y.z"], ["b"]].map((path) => first(path))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const named = indexedLeaves(schema, ["p"], { "delta.dataSkippingStatsColumns": "b, n.`y.z`" });
  expect([["a"], ["n", "x"], ["n", "y.z"], ["b"]].map((path) => named(path))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test("wide bounds only know none and all of the nulls", () => {
  const wide = (nulls: number) => {
    return parseStatistics(
      `{"numRecords":4,"tightBounds":false,"nullCount":{"a":${nulls}}}`,
    )?.nullCount(["a"]);
  };
  expect([0, 1, 4].map(wide)).toEqual([0, undefined, 4]);
});

test("bounds that are no bounds are not known; those of a column that was a float hold", () => {
  const read = parseStatistics(
    '{"numRecords":2,"minValues":{"d":0.7,"n":"NaN","b":true,"t":"2026-01-01T00:00:00.000001Z"},' +
      '"maxValues":{"d":0.1,"n":1,"b":true,"t":"2026-01-01T00:00:00.000001Z"}}',
  );
  const widened = { type: double, metadata: { "delta.typeChanges": [] } };
  expect(read?.min(["d"], widened)).toBe(Math.fround(0.7));
  expect(read?.max(["d"], widened)).toBe(Math.fround(0.1));
  expect(read?.max(["d"], plain(double))).toBe(0.1);
  expect(read?.min(["n"], plain(double))).toBe(undefined);
  expect(read?.max(["b"], plain({ type: "boolean" }))).toBe(undefined);
  expect(read?.max(["t"], plain(timestamp))).toEqual(read?.min(["t"], plain(timestamp)));
  expect(read?.max(["toString"], plain(string))).toBe(undefined);
});
