import { expect, test } from "vitest";
import { replaceEnv } from "../../src/env.ts";
import type { DataFrame } from "../../src/session/dataframe.ts";
import { openSession } from "./session.ts";

async function explained(frame: DataFrame): Promise<string> {
  const lines: string[] = [];
  const restore = replaceEnv({ print: (line) => void lines.push(line) });
  try {
    await frame.explain();
  } finally {
    restore();
  }
  return lines.join("\n");
}

test("explain tells how many files are read, and why not the others", async () => {
  await using session = await openSession();
  const { spark } = session;
  const rows = spark.range(9).selectExpr("id", "id % 3 AS part");
  await rows.write.partitionBy("part").saveAsTable("t");
  expect(await explained(spark.table("t"))).toMatch(/main\.default\.t: 3 of 3 files, \d+ bytes$/);
  expect(await explained(spark.table("t").filter("part = 1 AND id > 0"))).toMatch(
    /main\.default\.t: 1 of 3 files, \d+ bytes; 2 skipped, 2 by partition values$/,
  );
  expect(await explained(spark.table("t").filter("id > 100"))).toMatch(
    /: 0 of 3 files, 0 bytes; 3 skipped, 3 by statistics$/,
  );
  expect(await explained(spark.readStream.table("t"))).toMatch(/main\.default\.t: a stream/);
});

test("EXPLAIN is a statement, of queries alone", async () => {
  await using session = await openSession();
  const { spark } = session;
  await spark
    .range(4)
    .selectExpr("id", "id % 2 AS part")
    .write.partitionBy("part")
    .saveAsTable("t");
  const frame = await spark.sql(
    "EXPLAIN EXTENDED SELECT count(*) FROM t WHERE part = 0 AND id < 3",
  );
  const [row, ...more] = await frame.collect();
  expect(more).toEqual([]);
  expect(row?.["plan"]).toMatch(/t: 1 of 2 files, \d+ bytes; 1 skipped, 1 by partition values$/);
  for (const text of ["EXPLAIN DROP TABLE t", "EXPLAIN CODEGEN SELECT 1"]) {
    const code = expect.stringContaining("UNSUPPORTED");
    await expect(spark.sql(text)).rejects.toMatchObject({ code });
  }
  expect(await spark.table("t").count()).toBe(4);
});

test("a time is pruned as the session's zone has it", async () => {
  await using session = await openSession();
  const { spark } = session;
  await spark.sql("SET spark.sql.session.timeZone = America/New_York");
  for (const day of ["2026-01-01", "2026-01-02"]) {
    await spark.sql(`SELECT TIMESTAMP'${day} 22:00:00' AS at`).then((one) => {
      return one.write.mode("append").saveAsTable("t");
    });
  }
  const first = spark.table("t").filter("to_date(at) = '2026-01-01'");
  expect(await explained(first)).toMatch(/: 1 of 2 files, \d+ bytes; 1 skipped, 1 by statistics$/);
  expect(await first.count()).toBe(1);
});

test("what reads no column is computed before files are chosen", async () => {
  await using session = await openSession();
  const { spark } = session;
  const rows = spark.range(4).selectExpr("id", "date_sub(current_date(), CAST(id AS INT)) AS day");
  await rows.write.partitionBy("day").saveAsTable("t");
  const recent = spark.table("t").filter("day > date_sub(current_date(), 2)");
  expect(await explained(recent)).toMatch(/: 2 of 4 files, \d+ bytes; 2 skipped, 2 by partition/);
  expect(await recent.count()).toBe(2);
  const last = spark.table("t").filter("day > current_timestamp() - INTERVAL 1 DAY");
  expect(await explained(last)).toMatch(/: 1 of 4 files, \d+ bytes; 3 skipped, 3 by partition/);
  const failing = spark.table("t").filter("id > 10 AND id = 1 / 0");
  expect(await explained(failing)).toMatch(/: 0 of 4 files/);
});
