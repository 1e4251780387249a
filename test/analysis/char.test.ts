import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession, type TestSession } from "../session/session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
  await sql("CREATE TABLE t (c3 CHAR(3), c5 CHAR(5), v VARCHAR(3), s STRING) USING parquet");
  await sql("INSERT INTO t VALUES ('ab', 'ab', 'ab', 'ab'), ('abc   ', NULL, 'abc   ', 'abc')");
});
afterAll(() => session[Symbol.asyncDispose]());

async function sql(text: string) {
  return (await session.spark.sql(text)).collect();
}

test("CHAR is as long as it is declared, VARCHAR at most: only blanks are cut", async () => {
  expect(await sql("SELECT c3, c5, v FROM t ORDER BY s")).toEqual([
    { c3: "ab ", c5: "ab   ", v: "ab" },
    { c3: "abc", c5: null, v: "abc" },
  ]);
  const long = sql("INSERT INTO t (v) VALUES ('abcd')");
  await expect(long).rejects.toMatchObject({ code: "EXCEED_LIMIT_LENGTH" });
  await expect(sql("INSERT INTO t (c3) VALUES ('abcd')")).rejects.toThrow(/limitation: 3/);
});

test("CHAR written without its blanks is read with them", async () => {
  const folder = `${session.folder}/short`;
  await (await session.spark.sql("SELECT 'x' AS c")).write.parquet(folder);
  await sql(`CREATE TABLE short (c CHAR(3)) USING parquet LOCATION '${folder}'`);
  expect(await sql("SELECT c FROM short")).toEqual([{ c: "x  " }]);
});

test("CHAR is compared as if all were of one length, with other text as it is", async () => {
  const [row] = await sql(
    `SELECT c3 = c5 AS columns, c3 = 'ab' AS constant, 'ab      ' = c3 AS longer,
       c5 IN ('x', 'ab') AS listed, c3 = s AS text, v = 'ab ' AS varchar FROM t WHERE s = 'ab'`,
  );
  expect(row).toEqual({
    columns: true,
    constant: true,
    longer: true,
    listed: true,
    text: false,
    varchar: false,
  });
});
