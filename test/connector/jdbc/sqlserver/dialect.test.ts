import { expect, test } from "vitest";
import { insertStatements } from "../../../../src/connector/jdbc/insert.ts";
import { readOptions } from "../../../../src/connector/jdbc/option.ts";
import { configOf } from "../../../../src/connector/jdbc/sqlserver/database.ts";
import { sqlServer } from "../../../../src/connector/jdbc/sqlserver/dialect.ts";
import { sqlServerColumn } from "../../../../src/connector/jdbc/sqlserver/type.ts";
import { formatDataType, parseDataType, parseSchema } from "../../../../src/schema/ddl.ts";
import { CalendarDate, Decimal, Timestamp } from "../../../../src/schema/value.ts";

test.each([
  ["bit", "boolean"],
  ["tinyint", "smallint"],
  ["int", "int"],
  ["bigint", "bigint"],
  ["real", "float"],
  ["float", "double"],
  ["decimal(10,2)", "decimal(10,2)"],
  ["money", "decimal(19,4)"],
  ["nvarchar(max)", "string"],
  ["varbinary(max)", "binary"],
  ["datetime2(7)", "timestamp"],
  ["datetimeoffset(7)", "timestamp"],
  ["time(7)", "timestamp"],
  ["date", "date"],
  ["uniqueidentifier", "string"],
  ["geometry", "binary"],
])("%s is read as %s", (name, type) => {
  expect(formatDataType(sqlServerColumn("c", name, false).type)).toBe(type);
});

test("a type that JDBC does not know is refused as in Spark", () => {
  expect(() => sqlServerColumn("c", "sql_variant", false)).toThrow(/UNRECOGNIZED_SQL_TYPE/);
});

test.each([
  ["TINYINT", "SMALLINT"],
  ["SMALLINT", "SMALLINT"],
  ["INT", "INTEGER"],
  ["BOOLEAN", "BIT"],
  ["STRING", "NVARCHAR(MAX)"],
  ["BINARY", "VARBINARY(MAX)"],
  ["TIMESTAMP", "DATETIME2(6)"],
  ["DECIMAL(10,2)", "DECIMAL(10,2)"],
  ["ARRAY<INT>", undefined],
])("%s is written as %s", (type, name) => {
  expect(sqlServer.columnType(parseDataType(type))).toBe(name);
});

test("statements", () => {
  const parts = { prefix: "WITH a AS (SELECT 1 AS b) ", hint: "", columns: "[b]", from: "a" };
  expect(sqlServer.select({ ...parts, where: ["1=1"], limit: 3 })).toBe(
    "WITH a AS (SELECT 1 AS b) SELECT TOP (3) [b] FROM a WHERE (1=1)",
  );
  expect(sqlServer.begin("SERIALIZABLE")).toEqual([
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "BEGIN TRANSACTION",
  ]);
  expect(sqlServer.stage("#s", ["[a]"], "t")).toBe(
    "SELECT [a] INTO #s FROM t WHERE 1=0 UNION ALL SELECT [a] FROM t WHERE 1=0",
  );
  expect(sqlServer.update({ table: "t", stage: "#s", on: "t.a = s.a", columns: ["[b]"] })).toBe(
    "UPDATE t SET [b] = s.[b] FROM t AS t JOIN #s AS s ON t.a = s.a",
  );
  expect(sqlServer.createBatches("[b]")).toBe(
    "IF OBJECT_ID(N'[b]') IS NULL CREATE TABLE [b] " +
      "(query_id VARCHAR(64) PRIMARY KEY, batch_id BIGINT NOT NULL)",
  );
});

test("names are in brackets", () => {
  expect(sqlServer.quote('a]b"c')).toBe('[a]]b"c]');
});

test("rows are left out by OFFSET, which needs an order, and is not together with TOP", () => {
  const parts = { prefix: "", hint: "", columns: "[b]", from: "a", where: [], limit: 3 };
  expect(sqlServer.select({ ...parts, offset: 2 })).toBe(
    "SELECT [b] FROM a ORDER BY (SELECT NULL) OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY",
  );
  const key = (nulls: "first" | "last") => sqlServer.ordered("[b]", { direction: "asc", nulls });
  expect(key("first")).toBe("[b] ASC");
  expect(sqlServer.select({ ...parts, limit: undefined, order: [key("last")], offset: 2 })).toBe(
    "SELECT [b] FROM a ORDER BY CASE WHEN [b] IS NULL THEN 1 ELSE 0 END, [b] ASC OFFSET 2 ROWS",
  );
  // FETCH takes no 0.
  expect(sqlServer.select({ ...parts, limit: 0, offset: 2 })).toBe("SELECT TOP (0) [b] FROM a");
});

test("rows are literals in statements of many rows, whatever is in them", async () => {
  const { fields: columns } = parseSchema(
    "s STRING, b BINARY, d DATE, t TIMESTAMP, n DECIMAL(5,2), f DOUBLE, e BOOLEAN",
  );
  const values = [
    ["it's", null, "x"],
    [new Uint8Array([0, 255]), null, null],
    [new CalendarDate(0), null, null],
    [new Timestamp(1_500_000n), null, null],
    [new Decimal(150n, 2), null, null],
    [0.1, null, 1e300],
    [true, null, false],
  ];
  async function* chunks() {
    yield { rows: 3, columns: values };
  }
  const loading = { table: "t", columns, size: 2, timeZone: "UTC" };
  const statements: string[] = [];
  for await (const one of insertStatements(sqlServer, loading, chunks())) statements.push(one);
  const head = "INSERT INTO t ([s], [b], [d], [t], [n], [f], [e]) VALUES ";
  expect(statements).toEqual([
    `${head}(N'it''s', 0x00ff, CAST('1970-01-01' AS DATE), ` +
      "CAST('1970-01-01 00:00:01.5' AS DATETIME2(6)), 1.50, 0.1e0, 1), " +
      "(NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    `${head}(N'x', NULL, NULL, NULL, NULL, 1e+300, 0)`,
  ]);
});

test("the connection is encrypted unless it is said not to be, as by Microsoft's driver", () => {
  const options = (url: string) => configOf(readOptions({ url, dbtable: "t", querytimeout: "7" }));
  expect(options("jdbc:sqlserver://h;databaseName=d;user=u;password=p")).toMatchObject({
    ...{ server: "h", port: 1433, database: "d", user: "u", password: "p", requestTimeout: 7000 },
    options: { encrypt: true, trustServerCertificate: false },
  });
  expect(
    options("jdbc:sqlserver://h;encrypt=false;trustServerCertificate=true").options,
  ).toMatchObject({ encrypt: false, trustServerCertificate: true });
});
