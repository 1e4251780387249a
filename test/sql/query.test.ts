import { describe, expect, test } from "vitest";
import { parseQuery } from "../../src/sql/parse.ts";

const table = (name: string): object => ({ kind: "read", table: name.split(".") });

describe("SELECT", () => {
  test("clauses wrap each other in the order they apply", () => {
    expect(
      parseQuery("SELECT DISTINCT a FROM t WHERE b ORDER BY c DESC NULLS FIRST LIMIT 3 OFFSET 1"),
    ).toMatchObject({
      kind: "limit",
      input: {
        kind: "offset",
        input: {
          kind: "sort",
          order: [{ direction: "desc", nulls: "first" }],
          input: {
            kind: "deduplicate",
            input: { kind: "project", input: { kind: "filter", input: table("t") } },
          },
        },
      },
    });
  });

  test("without FROM it is one row", () => {
    expect(parseQuery("SELECT 1 x")).toMatchObject({ kind: "project", input: { kind: "one row" } });
  });

  test("GROUP BY and HAVING make an aggregate; HAVING alone a global one", () => {
    expect(parseQuery("SELECT a, sum(b) FROM t GROUP BY a HAVING sum(b) > 1")).toMatchObject({
      kind: "aggregate",
      grouping: [{ name: ["a"] }],
      aggregates: [{ name: ["a"] }, { name: "sum" }],
      having: { name: ">" },
      keepGrouping: false,
    });
    expect(parseQuery("SELECT 1 FROM t HAVING true")).toMatchObject({ grouping: [] });
  });

  test("grouping analytics are calls", () => {
    expect(parseQuery("SELECT 1 FROM t GROUP BY a, ROLLUP(b, (c, d))")).toMatchObject({
      grouping: [
        { name: ["a"] },
        { name: "rollup", arguments: [{ name: ["b"] }, { name: "grouping set" }] },
      ],
    });
    expect(parseQuery("SELECT 1 FROM t GROUP BY GROUPING SETS ((a, b), ())")).toMatchObject({
      grouping: [{ name: "grouping sets", arguments: [{}, { arguments: [] }] }],
    });
    expect(parseQuery("SELECT 1 FROM t GROUP BY a, b WITH CUBE")).toMatchObject({
      grouping: [{ name: "cube" }],
    });
  });

  test("a named window is known before its clause", () => {
    expect(
      parseQuery("SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b) ORDER BY sum(c) OVER w"),
    ).toMatchObject({
      order: [{ input: { partition: [{ name: ["b"] }] } }],
      input: { expressions: [{ kind: "over", partition: [{ name: ["b"] }] }] },
    });
    expect(() => parseQuery("SELECT sum(a) OVER w FROM t")).toThrow("MISSING_WINDOW_SPECIFICATION");
  });

  test("QUALIFY filters the result", () => {
    expect(parseQuery("SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1")).toMatchObject({
      kind: "filter",
      qualify: true,
      input: { kind: "project" },
    });
  });
});

describe("FROM", () => {
  test.each([
    ["a JOIN b ON c", { type: "inner", condition: { name: ["c"] } }],
    ["a LEFT OUTER JOIN b USING (x, y)", { type: "left", using: ["x", "y"] }],
    ["a LEFT SEMI JOIN b ON c", { type: "semi" }],
    ["a ANTI JOIN b ON c", { type: "anti" }],
    ["a FULL JOIN b ON c", { type: "full" }],
    ["a CROSS JOIN b", { type: "cross" }],
    ["a NATURAL RIGHT JOIN b", { type: "right", natural: true }],
    ["a, b", { type: "inner" }],
    ["a, LATERAL (SELECT a.x) b", { lateral: true, right: { kind: "alias relation" } }],
    ["a JOIN LATERAL explode(a.xs) AS b (x)", { lateral: true, right: { kind: "lateral view" } }],
  ])("%s", (text, join) => {
    expect(parseQuery(`SELECT * FROM ${text}`)).toMatchObject({
      input: { kind: "join", left: table("a"), ...join },
    });
  });

  test.each([
    ["delta.`/data/t`", { format: "delta", paths: ["/data/t"] }],
    ["json.`/x/*.json`", { format: "json", paths: ["/x/*.json"] }],
    ["delta.`/t@v7`", { paths: ["/t"], options: { versionasof: "7" } }],
    ["t VERSION AS OF 3", { table: ["t"], options: { versionasof: "3" } }],
    ["t@v3", { options: { versionasof: "3" } }],
    ["t@20240102030405006", { options: { timestampasof: "2024-01-02 03:04:05.006" } }],
    ["t FOR TIMESTAMP AS OF '2024-01-01'", { options: { timestampasof: "2024-01-01" } }],
    [
      "t TIMESTAMP AS OF TIMESTAMP '2024-01-01 10:00'",
      { options: { timestampasof: "2024-01-01 10:00:00" } },
    ],
    ["t WITH ('Key' = 1, a.b = 'x')", { options: { key: "1", "a.b": "x" } }],
    ["STREAM t", { streaming: true, table: ["t"] }],
    ["STREAM(a.b)", { streaming: true, table: ["a", "b"] }],
    ["stream", { streaming: false, table: ["stream"] }],
    ["IDENTIFIER('a.`b c`')", { table: ["a", "b c"] }],
    ["range(2, 10, 3)", { kind: "range", start: 2n, end: 10n, step: 3n }],
  ])("%s", (text, read) => {
    expect(parseQuery(`SELECT * FROM ${text}`)).toMatchObject({ input: read });
  });

  test("LATERAL VIEW", () => {
    expect(
      parseQuery("SELECT * FROM t LATERAL VIEW OUTER explode(xs) v AS x, y WHERE x"),
    ).toMatchObject({
      input: { input: { kind: "lateral view", outer: true, alias: "v", columns: ["x", "y"] } },
    });
  });

  test("FROM may come first", () => {
    expect(parseQuery("FROM t")).toMatchObject(table("t"));
    expect(parseQuery("FROM t SELECT a WHERE b")).toMatchObject({
      kind: "project",
      input: { kind: "filter", input: table("t") },
    });
  });

  test.each([
    ["t PIVOT (sum(a) FOR b IN (1))", "PIVOT"],
    ["t TABLESAMPLE (10 ROWS)", "TABLESAMPLE"],
    ["cloud_files('t')", "cloud_files"],
  ])("%s is refused by name", (text, feature) => {
    expect(() => parseQuery(`SELECT * FROM ${text}`)).toThrow(feature);
  });
});

describe("VALUES", () => {
  test("literals of one type a column are rows", () => {
    expect(parseQuery("SELECT * FROM VALUES (1, 'a'), (NULL, 'b') AS t (x, y)")).toMatchObject({
      input: {
        kind: "alias relation",
        alias: "t",
        columns: ["x", "y"],
        input: {
          kind: "local",
          schema: {
            fields: [
              { name: "col1", type: { type: "integer" }, nullable: true },
              { name: "col2", type: { type: "string" }, nullable: false },
            ],
          },
          rows: [
            [1, "a"],
            [null, "b"],
          ],
        },
      },
    });
  });

  test("anything else is a union of one-row projections", () => {
    expect(parseQuery("VALUES (1), (2L), (f(3))")).toMatchObject({ kind: "set", all: true });
    expect(() => parseQuery("VALUES (1, 2), (3)")).toThrow("NUM_COLUMNS_MISMATCH");
  });
});

describe("queries of queries", () => {
  test("INTERSECT binds tighter; UNION goes from the left", () => {
    expect(
      parseQuery("SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4"),
    ).toMatchObject({
      operator: "except",
      left: { operator: "union", all: true, right: { operator: "intersect", all: false } },
    });
    expect(parseQuery("TABLE a UNION ALL BY NAME TABLE b")).toMatchObject({ byName: true });
  });

  test("ORDER BY is of the whole union", () => {
    expect(parseQuery("SELECT 1 UNION (SELECT 2 LIMIT 1) ORDER BY 1")).toMatchObject({
      kind: "sort",
      input: { kind: "set", right: { kind: "limit" } },
    });
  });

  test("WITH", () => {
    expect(parseQuery("WITH a (x) AS (SELECT 1), b AS (TABLE a) SELECT * FROM b")).toMatchObject({
      kind: "with",
      definitions: [{ alias: "a", columns: ["x"] }, { alias: "b" }],
    });
    expect(() => parseQuery("WITH a AS (SELECT 1), A AS (SELECT 2) SELECT 1")).toThrow(
      "DUPLICATED_CTE_NAMES",
    );
  });
});

describe("pipe operators", () => {
  test("each takes what is before it", () => {
    expect(
      parseQuery(
        "FROM t |> WHERE a |> EXTEND b + 1 AS c |> SET a = 2 |> DROP d |> AS u |> ORDER BY a |> LIMIT 1",
      ),
    ).toMatchObject({
      kind: "limit",
      input: {
        kind: "sort",
        input: {
          kind: "alias relation",
          input: {
            kind: "project",
            expressions: [{ kind: "star", except: [["d"]] }],
            input: {
              kind: "with columns",
              input: { kind: "project", input: { kind: "filter", input: table("t") } },
            },
          },
        },
      },
    });
  });

  test("aggregate, join and set operations", () => {
    expect(parseQuery("FROM t |> AGGREGATE sum(a) AS s GROUP BY b AS k")).toMatchObject({
      kind: "aggregate",
      keepGrouping: true,
      grouping: [{ kind: "alias", names: ["k"] }],
    });
    expect(parseQuery("FROM t |> LEFT JOIN u USING (a) |> UNION ALL TABLE v")).toMatchObject({
      kind: "set",
      left: { kind: "join", type: "left" },
      right: table("v"),
    });
  });
});

test("INTERSECT binds tighter than UNION, but where the session asks for the legacy order", () => {
  const text = "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3";
  expect(parseQuery(text)).toMatchObject({ operator: "union", right: { operator: "intersect" } });
  expect(parseQuery(text, { legacySetOperations: true })).toMatchObject({
    operator: "intersect",
    left: { operator: "union" },
  });
});

test("HAVING without GROUP BY makes one group, or filters where the session asks for that", () => {
  const text = "SELECT a FROM t HAVING a > 0";
  expect(parseQuery(text)).toMatchObject({ kind: "aggregate", grouping: [] });
  const options = { legacyHaving: true };
  expect(parseQuery(text, options)).toMatchObject({ kind: "filter", input: { kind: "project" } });
  expect(parseQuery(text.replace("HAVING", "GROUP BY a HAVING"), options)).toMatchObject({
    kind: "aggregate",
  });
});

describe("one character pipes too", () => {
  test("where an operator follows it, and not a column called as one", () => {
    expect(parseQuery("TABLE t |  EXTEND a | 1 AS b |  WHERE b > 1")).toEqual(
      parseQuery("TABLE t |> EXTEND a | 1 AS b |> WHERE b > 1"),
    );
    expect(parseQuery("SELECT a | `extend` AS y, a | extend FROM t")).toMatchObject({
      kind: "project",
      expressions: [{ input: { name: "|" } }, { name: "|" }],
    });
    const longPipe = { longPipe: true };
    expect(() => parseQuery("TABLE t | SELECT a", longPipe)).toThrow("PARSE_SYNTAX_ERROR");
    expect(parseQuery("SELECT 1 | extend y", longPipe)).toMatchObject({
      expressions: [{ names: ["y"] }],
    });
  });

  test("an operator has one clause, a star is for SELECT, and SELECT may group", () => {
    const code = "MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS";
    expect(() => parseQuery("TABLE t |> ORDER BY a LIMIT 1")).toThrow(code);
    expect(() => parseQuery("TABLE t |> ORDER BY a OFFSET 1")).toThrow(code);
    expect(parseQuery("TABLE t |> LIMIT 1 OFFSET 2")).toMatchObject({ kind: "limit" });
    expect(() => parseQuery("TABLE t |> EXTEND *")).toThrow("INVALID_USAGE_OF_STAR_OR_REGEX");
    expect(parseQuery("TABLE t |> SELECT a, sum(b) GROUP BY a")).toMatchObject({
      kind: "aggregate",
      keepGrouping: false,
    });
  });
});

test("LATERAL takes its columns from the left by itself", () => {
  expect(() => parseQuery("SELECT * FROM t NATURAL JOIN LATERAL (SELECT a)")).toThrow(
    "INCOMPATIBLE_JOIN_TYPES",
  );
  expect(() => parseQuery("SELECT * FROM t JOIN LATERAL (SELECT a) USING (a)")).toThrow(
    "UNSUPPORTED_FEATURE.LATERAL_JOIN_USING",
  );
});

test("ROLLUP and CUBE take no empty set of columns", () => {
  const grouped = (by: string) => () => parseQuery(`SELECT a FROM t GROUP BY ${by}`);
  expect(grouped("ROLLUP (a, ())")).toThrow("_LEGACY_ERROR_TEMP_0051");
  expect(grouped("CUBE (())")).toThrow("CUBE takes no empty set");
  expect(grouped("GROUPING SETS ((a), ())")()).toMatchObject({ kind: "aggregate" });
});
