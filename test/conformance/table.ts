import { existsSync } from "node:fs";
import { join } from "node:path";
import type { SparkSession } from "../../src/session/spark-session.ts";
import { sharedPath } from "../shared.ts";

const ids =
  "unique1 unique2 two four ten twenty hundred thousand twothousand fivethous tenthous odd even";
const wide = `${ids.replaceAll(" ", " int, ")} int, stringu1 string, stringu2 string, string4 string`;

const files: Readonly<Record<string, { readonly file: string; readonly schema: string }>> = {
  aggtest: { file: "agg.data", schema: "a int, b float" },
  onek: { file: "onek.data", schema: wide },
  tenk1: { file: "tenk.data", schema: wide },
};

/** Where the data of the suite's tables lies: beside the folder or above it, else shared. */
export function tableData(folder: string): string | undefined {
  const near = ["..", "../..", "../../.."].map((up) =>
    join(folder, up, "spark-test-data", "postgresql"),
  );
  return near.find((path) => existsSync(path)) ?? sharedPath("corpus/spark-test-data/postgresql");
}

/** Makes those of the tables Spark's suite starts with that a session's text names. */
export async function createTables(
  spark: SparkSession,
  text: string,
  data: string | undefined,
): Promise<void> {
  const named = (table: string): boolean => new RegExp(`\\b${table}\\b`, "i").test(text);
  if (named("testdata")) {
    const rows = Array.from({ length: 100 }, (_, index) => [index + 1, String(index + 1)]);
    await spark.createDataFrame(rows, "key int, value string").write.saveAsTable("testdata");
  }
  if (named("arraydata")) {
    const rows = [1, 2].map((first) => {
      const list = [first, first + 1, first + 2];
      return [list, [list]];
    });
    const schema = "arraycol array<int>, nestedarraycol array<array<int>>";
    await spark.createDataFrame(rows, schema).write.saveAsTable("arraydata");
  }
  if (named("mapdata")) {
    const rows = [1, 2, 3, 4, 5].map((n) => [
      new Map([..."abcde"].slice(0, 6 - n).map((letter, index) => [index + 1, `${letter}${n}`])),
    ]);
    await spark.createDataFrame(rows, "mapcol map<int,string>").write.saveAsTable("mapdata");
  }
  for (const [table, { file, schema }] of Object.entries(files)) {
    if (!data || !named(table)) continue;
    const reader = spark.read.format("csv").option("sep", "\t").schema(schema);
    await reader.load(join(data, file)).write.saveAsTable(table);
  }
}
