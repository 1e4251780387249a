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
  ["TIMESTAMP", "DATETIME"],
  ["DECIMAL(10,2)", "DECIMAL(10,2)"],
  ["ARRAY<INT>", undefined],
])("%s is written as %s", (type, name) => {
  expect(sqlServer.columnType(parseDataType(type))).toBe(name);
});

test("statements", () => {
  const parts = { prefix: "WITH a AS (SELECT 1 AS b) ", hint: "", columns: "[b]", from: "a" };
  expect(sqlServer.select({ ...parts, where: " WHERE 1=1", limit: 3 })).toBe(
    "WITH a AS (SELECT 1 AS b) SELECT TOP (3) [b] FROM a WHERE 1=1",
  );
  expect(sqlServer.begin("SERIALIZABLE")).toEqual([
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "BEGIN TRANSACTION",
  ]);
  expect(sqlServer.stage("#s", ['"a"'], "t")).toBe('SELECT "a" INTO #s FROM t WHERE 1=0');
  expect(sqlServer.update({ table: "t", stage: "#s", on: "t.a = s.a", columns: ['"b"'] })).toBe(
    'UPDATE t SET t."b" = s."b" FROM t AS t JOIN #s AS s ON t.a = s.a',
  );
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
  const head = 'INSERT INTO t ("s", "b", "d", "t", "n", "f", "e") VALUES ';
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
