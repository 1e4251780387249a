import { describe, expect, test } from "vitest";
import type { Command } from "../../src/plan/command.ts";
import {
  parseStatement,
  parseStatements,
  parseTableName,
  splitStatements,
} from "../../src/sql/parse.ts";

function command(text: string): Command {
  const parsed = parseStatement(text);
  if (parsed.kind !== "command") throw new Error("a query");
  return parsed.command;
}

describe("CREATE", () => {
  test("a table with columns and clauses in any order", () => {
    expect(
      command(
        `CREATE TABLE IF NOT EXISTS main.s.t (
           id BIGINT NOT NULL COMMENT 'key', v VARCHAR(10) DEFAULT 'a' || 'b',
           d DATE GENERATED ALWAYS AS (CAST(ts AS DATE)), ts TIMESTAMP)
         USING delta TBLPROPERTIES ('delta.appendOnly' = true) PARTITIONED BY (d)
         LOCATION '/data/t' COMMENT 'c'`,
      ),
    ).toEqual({
      kind: "create table",
      name: ["main", "s", "t"],
      ifNotExists: true,
      orReplace: false,
      schema: {
        type: "struct",
        fields: [
          { name: "id", type: { type: "long" }, nullable: false, metadata: { comment: "key" } },
          {
            name: "v",
            type: { type: "string" },
            nullable: true,
            metadata: {
              __CHAR_VARCHAR_TYPE_STRING: "varchar(10)",
              CURRENT_DEFAULT: "'a' || 'b'",
              EXISTS_DEFAULT: "'a' || 'b'",
            },
          },
          {
            name: "d",
            type: { type: "date" },
            nullable: true,
            metadata: { "delta.generationExpression": "CAST(ts AS DATE)" },
          },
          { name: "ts", type: { type: "timestamp" }, nullable: true, metadata: {} },
        ],
      },
      provider: "delta",
      partitionBy: ["d"],
      location: "/data/t",
      comment: "c",
      properties: { "delta.appendOnly": "true" },
      options: {},
    });
  });

  test("a table of a query, a table replaced", () => {
    expect(command("CREATE OR REPLACE TABLE t USING delta AS SELECT 1 a")).toMatchObject({
      orReplace: true,
      provider: "delta",
      query: { kind: "project" },
    });
    expect(command("REPLACE TABLE t (a INT) PARTITIONED BY (b STRING)")).toMatchObject({
      orReplace: true,
      partitionBy: ["b"],
      schema: { fields: [{ name: "a" }, { name: "b" }] },
    });
  });

  test("temporary views and schemas", () => {
    expect(
      command("CREATE OR REPLACE TEMP VIEW v (a, b COMMENT 'x') AS SELECT 1, 2"),
    ).toMatchObject({
      kind: "create view",
      name: ["v"],
      temporary: true,
      mode: "replace",
      columns: [{ name: "a" }, { name: "b", comment: "x" }],
    });
    expect(
      command("CREATE TEMPORARY VIEW v USING json OPTIONS (path '/x', Multiline true)"),
    ).toMatchObject({
      query: { kind: "read", format: "json", paths: ["/x"], options: { multiline: "true" } },
    });
    expect(command("CREATE SCHEMA IF NOT EXISTS a.b")).toMatchObject({
      kind: "create namespace",
      name: ["a", "b"],
      ifNotExists: true,
    });
  });
});

describe("INSERT", () => {
  test.each([
    ["INSERT INTO t VALUES (1)", { mode: "append", match: "position", target: { name: ["t"] } }],
    ["INSERT OVERWRITE TABLE t SELECT 1", { mode: "overwrite" }],
    ["INSERT INTO t (a, b) SELECT 1, 2", { columns: ["a", "b"] }],
    ["INSERT INTO t (SELECT 1)", { input: { kind: "project" } }],
    ["INSERT INTO t BY NAME SELECT 1 a", { match: "name" }],
    ["INSERT INTO delta.`/p` TABLE s", { target: { kind: "path", path: "/p" }, format: "delta" }],
    [
      "INSERT INTO t REPLACE WHERE a > 1 SELECT 2",
      { mode: "overwrite", replaceWhere: { name: ">" } },
    ],
    [
      "INSERT OVERWRITE t PARTITION (a = 1, b) SELECT 2",
      {
        partition: [
          ["a", { value: 1 }],
          ["b", undefined],
        ],
      },
    ],
    ["WITH c AS (SELECT 1) INSERT INTO t TABLE c", { input: { kind: "with" } }],
    ["INSERT INTO t WITH c AS (SELECT 1) TABLE c", { input: { kind: "with" } }],
  ])("%s", (text, expected) => {
    expect(command(text)).toMatchObject({ kind: "write", create: false, ...expected });
  });
});

describe("other commands", () => {
  test.each([
    ["DROP TABLE IF EXISTS a.b", { kind: "drop table", name: ["a", "b"], ifExists: true }],
    ["DROP VIEW v", { kind: "drop table", view: true }],
    ["DESCRIBE EXTENDED t", { kind: "describe", extended: true, relation: { table: ["t"] } }],
    ["DESC QUERY SELECT 1", { kind: "describe", relation: { kind: "project" } }],
    ["DESCRIBE history", { kind: "describe", relation: { table: ["history"] } }],
    ["DESCRIBE HISTORY a.t LIMIT 5", { kind: "describe history", limit: 5 }],
    ["DESCRIBE DETAIL '/p'", { kind: "describe detail", target: { kind: "path", path: "/p" } }],
    ["DESCRIBE DETAIL delta.`/p`", { target: { kind: "path", path: "/p" } }],
    ["SHOW TABLES IN a LIKE 'x*'", { kind: "show", what: "tables", of: ["a"], pattern: "x*" }],
    ["SHOW DATABASES", { what: "schemas" }],
    ["SHOW COLUMNS IN t IN s", { what: "columns", of: ["s", "t"] }],
    ["SHOW TBLPROPERTIES t ('k')", { what: "tblproperties", of: ["t"], pattern: "k" }],
    ["SHOW USER FUNCTIONS LIKE 'a*'", { what: "functions", pattern: "a*" }],
    ["SET a.b = c d ", { kind: "set", key: "a.b", value: "c d" }],
    ["SET `a-b` = 1;", { key: "a-b", value: "1" }],
    ["SET a.b", { key: "a.b" }],
    ["SET TIME ZONE INTERVAL 10 HOURS", { key: "spark.sql.session.timeZone", value: "+10:00" }],
    [
      "SET TIME ZONE INTERVAL '-15:40:32' HOUR TO SECOND",
      { key: "spark.sql.session.timeZone", value: "-15:40:32" },
    ],
    ["SET TIME ZONE 'UTC'", { key: "spark.sql.session.timeZone", value: "UTC" }],
    ["RESET a.b", { key: "a.b", value: null }],
    ["USE SCHEMA s", { kind: "use", name: ["s"] }],
  ])("%s", (text, expected) => expect(command(text)).toMatchObject(expected));

  test.each([
    ["CREATE FUNCTION f AS 'x'", "CREATE FUNCTION"],
    ["CREATE GLOBAL TEMPORARY VIEW v AS SELECT 1", "CREATE GLOBAL"],
    ["ALTER TABLE t RENAME TO u", "ALTER TABLE"],
    ["MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE", "MERGE"],
    ["WITH c AS (SELECT 1) DELETE FROM t", "DELETE"],
    ["OPTIMIZE t ZORDER BY (a)", "OPTIMIZE"],
    ["VACUUM t", "VACUUM"],
    ["CREATE TABLE t (a INT) CLUSTER BY (a)", "CLUSTER BY"],
    ["CREATE TABLE t (a INT, CONSTRAINT c CHECK (a > 1))", "CONSTRAINT"],
    ["CREATE TABLE t (a INT PRIMARY KEY)", "PRIMARY"],
    ["CREATE TABLE t (a INT) PARTITIONED BY (days(a))", "days"],
  ])("%s is refused by name", (text, feature) => {
    expect(() => command(text)).toThrow(new RegExp(`UNSUPPORTED_FEATURE.*${feature}`));
  });

  test("a zone is at most 18 hours away, in whole seconds", () => {
    for (const span of ["19 HOURS", "3 DAYS", "1 MONTH", "'1.5' SECOND"]) {
      expect(() => parseStatement(`SET TIME ZONE INTERVAL ${span}`), span).toThrow(
        "TIMEZONE_INTERVAL_OUT_OF_RANGE",
      );
    }
  });

  test.each([
    "HELLO",
    "SELECT 1 FROM",
    "DROP t",
    "INSERT t",
    "SELECT 1 2",
    "SELECT (1",
    "SELECT a::decimal(1, 2, 3)",
  ])("%s is a syntax error", (text) =>
    expect(() => parseStatement(text)).toThrow("PARSE_SYNTAX_ERROR"),
  );
});

describe("texts of several statements", () => {
  const text = "SELECT ';' /* ; */; ; -- x;\nUSE `a;b`;";

  test("are parsed one by one", () => {
    expect(parseStatements(text).map((each) => each.kind)).toEqual(["query", "command"]);
    expect(() => parseStatements("SELECT 1 FROM t x y; SELECT 2")).toThrow("PARSE_SYNTAX_ERROR");
    expect(parseStatements(" -- nothing")).toEqual([]);
  });

  test("are split without being parsed", () => {
    expect(splitStatements(text)).toEqual(["SELECT ';'", "USE `a;b`"]);
    expect(splitStatements("1 SELECT; ?")).toEqual(["1 SELECT", "?"]);
  });
});

test("names", () => {
  expect(parseTableName("main.`a.b`.`c``d`")).toEqual(["main", "a.b", "c`d"]);
  expect(() => parseTableName("a-b")).toThrow("INVALID_IDENTIFIER");
  expect(() => parseTableName("a b")).toThrow("PARSE_SYNTAX_ERROR");
});
