import { describe, expect, test } from "vitest";
import type { Expression } from "../../src/plan/expression.ts";
import { Decimal, Interval, LocalTime, LocalTimestamp, Timestamp } from "../../src/schema/value.ts";
import { parseExpression } from "../../src/sql/parse.ts";

/** An expression as `name(arguments)`: enough to see how it was grouped. */
function shape(expression: Expression): string {
  switch (expression.kind) {
    case "literal":
      return expression.value === null ? "null" : String(expression.value);
    case "attribute":
      return expression.name.join(".");
    case "star":
      return [...expression.target, "*"].join(".");
    case "call":
      return `${expression.name}(${expression.arguments.map(shape).join(", ")})`;
    case "cast":
      return `${expression.mode}(${shape(expression.input)} as ${expression.type.type})`;
    case "alias":
      return `${shape(expression.input)} as ${expression.names.join(",")}`;
    case "extract":
      return `${shape(expression.input)}[${shape(expression.key)}]`;
    case "lambda":
      return `(${expression.parameters.join(",")}) -> ${shape(expression.body)}`;
    case "over":
      return `${shape(expression.function)} over`;
    case "order":
      return `${shape(expression.input)} ${expression.direction}`;
    case "subquery":
      return `${expression.use}(${expression.values.map(shape).join(", ")})`;
    case "text":
      return expression.text;
  }
}

const parse = (text: string): string => shape(parseExpression(text));

describe("precedence", () => {
  test.each([
    ["a OR b AND NOT c = d", "or(a, and(b, not(=(c, d))))"],
    ["a + b * c - d", "-(+(a, *(b, c)), d)"],
    ["a = b IS NULL", "isnull(=(a, b))"],
    ["a | b & c << 1 + 2", "|(a, &(b, <<(c, +(1, 2))))"],
    ["- a * b", "*(-(a), b)"],
    ["-1::string", "cast(-1 as string)"],
    ["a - -1", "-(a, -1)"],
    ["a <> b", "not(=(a, b))"],
    ["a BETWEEN 1 AND 2 AND b", "and(between(a, 1, 2), b)"],
    ["a NOT IN (1, 2)", "not(in(a, 1, 2))"],
    ["a NOT LIKE 'x' ESCAPE '!'", "not(like(a, x, !))"],
    ["a LIKE ANY ('x', 'y')", "or(like(a, x), like(a, y))"],
    ["a NOT LIKE ALL ('x', 'y')", "and(not(like(a, x)), not(like(a, y)))"],
    ["a IS NOT DISTINCT FROM b", "<=>(a, b)"],
    ["a IS NOT TRUE", "not(<=>(a, true))"],
    ["a || b || c", "||(||(a, b), c)"],
    ["a DIV b % c", "%(div(a, b), c)"],
  ])("%s", (text, expected) => expect(parse(text)).toBe(expected));
});

describe("forms", () => {
  test.each([
    ["CASE WHEN a THEN 1 ELSE 2 END", "when(a, 1, 2)"],
    ["CASE x WHEN 1 THEN 'a' END", "when(=(x, 1), a)"],
    ["CASE 'a' WHEN 'b' THEN 1 END", "when(=(a, b), 1)"],
    ["a.b.c[0].d", "a.b.c[0][d]"],
    ["f(x).y", "f(x)[y]"],
    ["try_cast(a AS BIGINT)", "try(a as long)"],
    ["cast(a AS array<array<int>>) >> 1", ">>(cast(a as array), 1)"],
    ["extract(YEAR FROM d)", "extract(YEAR, d)"],
    ["trim(BOTH 'x' FROM s)", "trim(x, s)"],
    ["trim(LEADING FROM s)", "ltrim(s)"],
    ["substring(s FROM 2 FOR 3)", "substring(s, 2, 3)"],
    ["position('a' IN s)", "locate(a, s)"],
    ["overlay(s PLACING 'x' FROM 2)", "overlay(s, x, 2)"],
    ["dateadd(MONTH, 1, d)", "timestampadd(MONTH, 1, d)"],
    ["date_add(d, 1)", "date_add(d, 1)"],
    ["transform(xs, (x, i) -> x + i)", "transform(xs, (x,i) -> +(x, i))"],
    ["(a, b)", "struct(a, b)"],
    ["struct(a AS x, b)", "struct(a as x, b)"],
    ["exists(xs, x -> x > 1)", "exists(xs, (x) -> >(x, 1))"],
    ["EXISTS (SELECT 1)", "exists()"],
    ["(SELECT 1) + 1", "+(scalar(), 1)"],
    ["((SELECT 1) + 1)", "+(scalar(), 1)"],
    ["a IN (SELECT 1)", "in(a)"],
    ["current_date", "current_date"],
    ["t.* ", "t.*"],
    ["stack(1, a, b) AS (x, y)", "stack(1, a, b) as x,y"],
    ["a date", "a as date"],
    ["date", "date"],
  ])("%s", (text, expected) => expect(parse(text)).toBe(expected));

  test("calls keep DISTINCT, FILTER, names, nulls and the window", () => {
    expect(
      parseExpression("sum(DISTINCT a) FILTER (WHERE b) OVER (PARTITION BY c ORDER BY d DESC)"),
    ).toMatchObject({
      kind: "over",
      function: { name: "sum", distinct: true, filter: { name: ["b"] } },
      partition: [{ name: ["c"] }],
      order: [{ direction: "desc" }],
    });
    expect(parseExpression("mask(s, upperChar => 'Q')")).toMatchObject({
      argumentNames: [undefined, "upperChar"],
    });
    expect(parseExpression("first(a) IGNORE NULLS")).toMatchObject({ ignoreNulls: true });
    expect(parseExpression("last(a IGNORE NULLS)")).toMatchObject({ ignoreNulls: true });
  });

  test("frames", () => {
    const frame = (text: string): unknown => {
      const parsed = parseExpression(`sum(a) OVER (ORDER BY b ${text})`);
      return parsed.kind === "over" ? parsed.frame : undefined;
    };
    expect(frame("ROWS 2 PRECEDING")).toMatchObject({
      unit: "rows",
      lower: { bound: "preceding", offset: { value: 2 } },
      upper: { bound: "current row" },
    });
    expect(frame("RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY FOLLOWING")).toMatchObject({
      unit: "range",
      upper: { bound: "following" },
    });
    expect(frame("")).toBeUndefined();
  });

  test("parameters take their values", () => {
    const one = parseExpression("1");
    expect(shape(parseExpression(":x + :x", { parameters: { x: one } }))).toBe("+(1, 1)");
    expect(shape(parseExpression("? + a", { parameters: [one] }))).toBe("+(1, a)");
    expect(() => parseExpression(":y")).toThrow("UNBOUND_SQL_PARAMETER");
  });

  test("star leaves out columns", () => {
    expect(parseExpression("* EXCEPT (a, b.c)")).toMatchObject({ except: [["a"], ["b", "c"]] });
  });
});

describe("literals", () => {
  const literal = (text: string): unknown => {
    const parsed = parseExpression(text);
    return parsed.kind === "literal" ? [parsed.value, parsed.type] : parsed;
  };
  test.each([
    ["1", 1, { type: "integer" }],
    ["2147483648", 2147483648n, { type: "long" }],
    ["9223372036854775808", new Decimal(9223372036854775808n, 0), { precision: 19, scale: 0 }],
    ["-128Y", -128, { type: "byte" }],
    ["1.50", new Decimal(150n, 2), { precision: 3, scale: 2 }],
    ["0.05", new Decimal(5n, 2), { precision: 2, scale: 2 }],
    ["1E3BD", new Decimal(1000n, 0), { precision: 4, scale: 0 }],
    ["1e3", 1000, { type: "double" }],
    ["1.1F", Math.fround(1.1), { type: "float" }],
    ["X'1aF'", Uint8Array.of(0x01, 0xaf), { type: "binary" }],
    ["'a' 'b'", "ab", { type: "string" }],
    ["TIMESTAMP '1970-01-01 01:00:00+01:00'", new Timestamp(0n), { type: "timestamp" }],
    ["TIMESTAMP_NTZ '1970-01-02'", new LocalTimestamp(86_400_000_000n), { type: "timestamp_ntz" }],
    ["TIME '12:30:00.5 PM'", new LocalTime(45_000_500_000n), { type: "time", precision: 6 }],
    ["INTERVAL '1-2' YEAR TO MONTH", new Interval(14, 0, 0n), { unit: "month" }],
    ["INTERVAL 3 DAYS 2 HOURS", new Interval(0, 0, 266_400_000_000n), { unit: "day" }],
    ["INTERVAL '1 day 1.5 seconds'", new Interval(0, 0, 86_401_500_000n), { unit: "day" }],
    ["INTERVAL '-1 02:03:04' DAY TO SECOND", new Interval(0, 0, -93_784_000_000n), { unit: "day" }],
    ["INTERVAL 2 WEEKS", new Interval(0, 0, 1_209_600_000_000n), { start: "day", end: "day" }],
    ["INTERVAL 1 DAY 5 MILLISECONDS", new Interval(0, 0, 86_400_005_000n), { end: "second" }],
    ["INTERVAL -'3' HOUR", new Interval(0, 0, -10_800_000_000n), { start: "hour", end: "hour" }],
    ["INTERVAL '3' MONTH", new Interval(3, 0, 0n), { start: "month", end: "month" }],
  ])("%s", (text, value, type) => expect(literal(text)).toMatchObject([value, type]));

  test("a date is a day", () => {
    expect(literal("DATE '1970-02-01'")).toMatchObject([{ days: 31 }, { type: "date" }]);
    expect(parse("DATE 'yesterday'")).toBe("date_add(current_date(), -1)");
  });

  test("the word TIMESTAMP is a wall clock where the session says so", () => {
    const local = (text: string): unknown =>
      parseExpression(text, { timestampType: "timestamp_ntz" });
    const noon = { value: new LocalTimestamp(43_200_000_000n), type: { type: "timestamp_ntz" } };
    expect(local("TIMESTAMP '1970-01-01 12:00:00'")).toMatchObject(noon);
    expect(local("TIMESTAMP '1970-01-01 12:00:00Z'")).toMatchObject({
      value: new Timestamp(43_200_000_000n),
      type: { type: "timestamp" },
    });
    expect(local("TIMESTAMP_LTZ '1970-01-01'")).toMatchObject({ type: { type: "timestamp" } });
    expect(local("TIMESTAMP 'now'")).toMatchObject({ kind: "call", name: "localtimestamp" });
    expect(local("CAST(x AS ARRAY<TIMESTAMP>)")).toMatchObject({
      type: { elementType: { type: "timestamp_ntz" } },
    });
  });

  test("a timestamp without a zone is read in the session's", () => {
    expect(parseExpression("TIMESTAMP '2024-01-01'")).toMatchObject({
      kind: "cast",
      literal: true,
      input: { type: { type: "timestamp_ntz" } },
      type: { type: "timestamp" },
    });
  });

  test.each([
    ["128Y", "INVALID_NUMERIC_LITERAL_RANGE"],
    ["1E309", "INVALID_NUMERIC_LITERAL_RANGE"],
    ["-3.5E38F", "INVALID_NUMERIC_LITERAL_RANGE"],
    ["1E-40BD", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"],
    ["DATE 'x'", "INVALID_TYPED_LITERAL"],
    ["GEO 'x'", "UNSUPPORTED_TYPED_LITERAL"],
    ["INTERVAL '1' DAY TO YEAR", "_LEGACY_ERROR_TEMP_0028"],
    ["INTERVAL 1 MONTH 1 DAY", "_LEGACY_ERROR_TEMP_0029"],
    ["INTERVAL '1 2:03' DAY TO HOUR", "UNMATCHED_FORMAT_STRING_WITH_NOTICE"],
    ["INTERVAL '1 fortnight'", "INVALID_INTERVAL_FORMAT.INVALID_UNIT"],
    ["INTERVAL '1.5 days'", "INVALID_INTERVAL_FORMAT.INVALID_FRACTION"],
    ["INTERVAL '2147483648' MONTH", "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION"],
    ["a IN ()", "EMPTY_IN_PREDICATE"],
    ["a +", "PARSE_SYNTAX_ERROR"],
    ["a b c", "PARSE_SYNTAX_ERROR"],
    ["", "PARSE_EMPTY_STATEMENT"],
    ["v:", "PARSE_SYNTAX_ERROR"],
    ["(".repeat(1000), "UNSUPPORTED_FEATURE"],
  ])("%s is %s", (text, code) => expect(() => parseExpression(text)).toThrow(code));
});

test("a syntax error shows its place", () => {
  expect(() => parseExpression("a +\n  ,b")).toThrow(
    "[PARSE_SYNTAX_ERROR] Syntax error at or near ',' (line 2, pos 2). Correct the text there\n\n" +
      "== SQL ==\na +\n  ,b\n--^^^",
  );
});
