import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SparkSession } from "../../src/session/spark-session.ts";

/** A session over a warehouse of its own; both are gone when it is disposed. */
export interface TestSession extends AsyncDisposable {
  readonly spark: SparkSession;
  readonly folder: string;
}

export async function openSession(conf: Record<string, string> = {}): Promise<TestSession> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-test-"));
  let builder = SparkSession.builder().config("spark.sql.warehouse.dir", join(folder, "warehouse"));
  for (const [key, value] of Object.entries(conf)) builder = builder.config(key, value);
  const spark = await builder.create();
  return {
    spark,
    folder,
    async [Symbol.asyncDispose]() {
      await spark.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The values of the rows that a text's last statement answers. */
export async function answerOf(
  spark: SparkSession,
  statements: readonly string[],
): Promise<unknown[]> {
  let answer: unknown[] = [];
  for (const text of statements) {
    answer = (await (await spark.sql(text)).collect()).map((row) => Object.values(row));
  }
  return answer;
}
