import { isError } from "../../../src/error/error.ts";
import { SparkSession } from "../../../src/session/spark-session.ts";
import { answerOf } from "../../conformance/delta/place.ts";
import { digestOf, typedTexts } from "../../interop/canonical.ts";

/** What came of reading a table. */
export type Reading =
  | { readonly kind: "rows"; readonly rows: number; readonly digest: string }
  /** `internal`: an error without a name of its own. */
  | { readonly kind: "error"; readonly code: string; readonly internal: boolean };

/** A process of `reader.ts`: for each path it is sent it says what the table there holds. */
const spark = await SparkSession.builder()
  .config("spark.sql.session.timeZone", "UTC")
  .config("millrace.engine.memoryLimit", "1GB")
  // A log is under a checksum for who asks for it: by default a difference is a warning.
  .config("spark.databricks.delta.state.corruptionIsFatal", "true")
  .create();

async function read(path: string): Promise<Reading> {
  try {
    const answer = await answerOf(spark.read.format("delta").load(path));
    const texts = typedTexts(answer.rows, answer.schema);
    return { kind: "rows", rows: texts.length, digest: digestOf(texts) };
  } catch (thrown) {
    const named = isError(thrown);
    const code = named ? thrown.code : String((thrown as Error)?.stack ?? thrown).slice(0, 600);
    return { kind: "error", code, internal: !named || thrown.kind === "internal" };
  }
}

process.on("message", async (path: string) => process.send?.(await read(path)));
process.on("disconnect", () => process.exit());
process.send?.("ready");
