import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession, type TestSession } from "../../session/session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

async function statement(name: string): Promise<string> {
  const [row] = await (await session.spark.sql(`SHOW CREATE TABLE ${name}`)).collect();
  return String(row?.["createtab_stmt"]);
}

test("the statement makes the table again", async () => {
  await session.spark.sql(
    `CREATE TABLE t (p INT, \`a b\` STRING DEFAULT 'x' COMMENT 'it''s', d NUMERIC(4, 1), c CHAR(3)) USING json
     OPTIONS ('a' '1', 'password' 'secret') PARTITIONED BY (p) COMMENT 'c' TBLPROPERTIES ('k' = 'v')`,
  );
  const made = await statement("t");
  expect(made).toContain("'password' = '*********(redacted)'");
  await session.spark.sql("DROP TABLE t");
  await session.spark.sql(made);
  expect(await statement("t")).toBe(made);
});

test("a Delta table has a statement too", async () => {
  await session.spark.sql("CREATE TABLE d (id BIGINT NOT NULL, day DATE) PARTITIONED BY (day)");
  expect(await statement("d")).toBe(
    "CREATE TABLE main.default.d (\n  id BIGINT NOT NULL,\n  day DATE)\nUSING delta\nPARTITIONED BY (day)\n",
  );
});
