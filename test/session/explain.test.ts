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
