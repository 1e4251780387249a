import { expect, test } from "vitest";
import { parseUrl } from "../../../src/connector/jdbc/url.ts";

test.each([
  [
    "jdbc:postgresql://db.example:6432/a%20b?user=u&password=p%26q",
    "postgresql",
    "db.example",
    6432,
    "a b",
  ],
  ["jdbc:postgresql://[::1]/x", "postgresql", "::1", 5432, "x"],
  ["jdbc:postgresql:x", "postgresql", "localhost", 5432, "x"],
  ["jdbc:mysql://h/", "mysql", "h", 3306, ""],
  ["jdbc:mariadb://h:1/d?useSSL=true", "mysql", "h", 1, "d"],
  ["jdbc:sqlserver://h:14330;databaseName=d;user=sa;password={a;b}", "sqlserver", "h", 14330, "d"],
  ["jdbc:sqlite:/a/b c.db", "sqlite", "", 0, "/a/b c.db"],
  ["jdbc:duckdb:relative.duckdb", "duckdb", "", 0, "relative.duckdb"],
])("%s", (url, protocol, host, port, database) => {
  expect(parseUrl(url)).toMatchObject({ protocol, host, port, database });
});

test("properties are by lower-case name, and none is in what messages show", () => {
  const { properties, shown } = parseUrl(
    "jdbc:postgresql://h/d?user=u&password=p%26q&sslMode=require",
  );
  expect(properties).toEqual({ user: "u", password: "p&q", sslmode: "require" });
  expect(shown).toBe("jdbc:postgresql://h/d");
  const sqlServer = parseUrl("jdbc:sqlserver://h;user=sa;password=secret");
  expect(sqlServer.properties).toEqual({ user: "sa", password: "secret" });
  expect(sqlServer.shown).toBe("jdbc:sqlserver://h");
});

test.each([
  "jdbc:oracle:thin:@h",
  "postgresql://h/d",
  "jdbc:postgresql://one,two/d?password=secret",
  "jdbc:sqlserver://h\\instance;password=secret",
  "jdbc:sqlite::memory:",
  "jdbc:sqlite:",
])("%s is refused, its secrets kept", (url) => {
  expect(() => parseUrl(url)).toThrow(/JDBC_URL_UNSUPPORTED/);
  expect(() => parseUrl(url)).not.toThrow(/secret/);
});
