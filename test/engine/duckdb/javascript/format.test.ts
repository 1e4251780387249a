import { expect, test } from "vitest";
import { formatOperations } from "../../../../src/engine/duckdb/javascript/format.ts";

const { date_format, parse_timestamp } = formatOperations;

/** 2018-11-17 05:33:33.123456 in Los Angeles, and a time before zones and this calendar. */
const micros = "1542461613123456";
const ancient = String(Date.UTC(1582, 5, 1, 3, 33, 33) * 1000);

function written(pattern: string, { at = micros, zone = "America/Los_Angeles", policy = "" } = {}) {
  return date_format([at, pattern, zone, policy]);
}

test.each([
  ["G GGGG", "AD Anno Domini"],
  ["y yy yyyy yyyyyy", "2018 18 2018 002018"],
  ["q qq qqq qqqq", "4 04 Q4 4th quarter"],
  ["M MM MMM MMMM", "11 11 Nov November"],
  ["E EEEE", "Sat Saturday"],
  ["F d dd D DDD", "3 17 17 321 321"],
  ["H HH h k K m s a", "5 05 5 5 5 33 33 AM"],
  ["S SSS SSSSSS SSSSSSSSS", "1 123 123456 123456000"],
  ["VV z zzzz", "America/Los_Angeles PST Pacific Standard Time"],
  ["X XX XXX XXXX XXXXX", "-08 -0800 -08:00 -0800 -08:00"],
  ["Z ZZZZ ZZZZZ", "-0800 GMT-08:00 -08:00"],
  ["O OOOO", "GMT-8 GMT-08:00"],
  ["[yyyy]'it''s'", "2018it's"],
])("%j writes %j", (pattern, expected) => {
  expect(written(pattern)).toBe(expected);
});

test("an offset of nothing, of seconds, and a zone by its own country's name", () => {
  expect(written("X x Z O ZZZZZ", { zone: "UTC" })).toBe("Z +00 +0000 GMT Z");
  expect(written("X XXXXX z", { at: ancient })).toBe("-0752 -07:52:58 PST");
  expect(written("z zzzz", { at: "-2649600000000" })).toBe("PST Pacific Standard Time");
  expect(written("z", { at: "-15000000000000" })).toBe("PDT");
  expect(written("VV z", { zone: "PST" })).toBe("America/Los_Angeles PST");
  expect(written("VV z zzzz", { zone: "UTC" })).toBe("UTC UTC Coordinated Universal Time");
  expect(written("VV z XXX", { zone: "+05:30" })).toBe("+05:30 +05:30 +05:30");
  expect(written("z", { zone: "Asia/Tokyo" })).toBe("JST");
  expect(written("z", { zone: "Europe/Paris" })).toBe("CET");
});

test.each([
  ["y yy yyyy yyyyy", "2018 18 2018 02018"],
  ["F u w W", "3 6 46 3"],
  ["S SSS SSSSSS", "123 123 000123"],
  ["[yyyy]", "[2018]"],
  ["X XXX Z zzzz", "-08 -08:00 -0800 Pacific Standard Time"],
])("as before Spark 3.0, %j writes %j", (pattern, expected) => {
  expect(written(pattern, { policy: "LEGACY" })).toBe(expected);
});

test("before 1582-10-15 the days of the week are Julian as before Spark 3.0, and now are not", () => {
  expect(written("yyyy-MM-dd EEEE X", { at: ancient, policy: "LEGACY" })).toBe(
    "1582-05-31 Thursday -08",
  );
  expect(written("yyyy-MM-dd EEEE", { at: ancient })).toBe("1582-05-31 Monday");
});

function parsed(text: string, pattern: string, policy: string): string | null {
  const found = parse_timestamp([text, pattern, "UTC", policy]);
  return found && new Date(Number(BigInt(found) / 1000n)).toISOString();
}

test.each([
  ["99", "yy", "1999-01-01T00:00:00.000Z"],
  ["009999", "yyy", "9999-01-01T00:00:00.000Z"],
  ["300", "D", "1970-10-27T00:00:00.000Z"],
  ["2020-12-350", "yyyy-MM-DDD", "2020-12-15T00:00:00.000Z"],
  ["20200131", "yyyyMMdd", "2020-01-31T00:00:00.000Z"],
  ["2020-1-2 and more", "yyyy-MM-dd", "2020-01-02T00:00:00.000Z"],
  ["3:04 PM", "h:mm a", "1970-01-01T15:04:00.000Z"],
  ["2020-01-02T03:04:05.006+01:00", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2020-01-02T02:04:05.006Z"],
])("as before Spark 3.0, %j by %j is %s", (text, pattern, expected) => {
  expect(parsed(text, pattern, "LEGACY")).toBe(expected);
});

test("as before Spark 3.0, what is out of its bounds does not fit", () => {
  for (const [text, pattern] of [
    ["2020-02-30", "yyyy-MM-dd"],
    ["2020-11-350", "yyyy-MM-DDD"],
    ["25:00", "HH:mm"],
    ["10.123456", "ss.SSSSSS"],
    ["x", "yyyy"],
  ] as const) {
    expect(parsed(text, pattern, "LEGACY"), text).toBeNull();
  }
});

test("a text that only older versions read is an error where that is asked for", () => {
  expect(parsed("2020-1-2", "yyyy-MM-dd", "CORRECTED")).toBeNull();
  expect(() => parsed("2020-1-2", "yyyy-MM-dd", "EXCEPTION")).toThrow(
    expect.objectContaining({
      code: "INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER",
    }),
  );
  expect(parsed("noon", "yyyy-MM-dd", "EXCEPTION")).toBeNull();
});
