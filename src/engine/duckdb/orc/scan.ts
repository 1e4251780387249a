import type { DuckDBConnection } from "@duckdb/node-api";
import { env } from "../../../env.ts";
import type { OrcInput } from "../../../plan/input.ts";
import { flag } from "../../../schema/flag.ts";
import { readyZstd } from "../../orc/codec/zstd.ts";
import { registerScan, type ScanItem } from "../table-function.ts";
import { OrcRows } from "./rows.ts";

/**
 * Makes ORC files readable on a connection. Rows come in order of file and place, on one thread;
 * each use of `sql` reads the files again. FAILED_READ_FILE.* stops the query, and so do
 * UNSUPPORTED_FEATURE.ORC_TYPE_CAST and UNSUPPORTED_FEATURE.ORC_ENCRYPTION.
 */
export async function registerOrcScan(
  connection: DuckDBConnection,
  input: OrcInput,
): Promise<ScanItem> {
  await readyZstd();
  const zone = env.zone();
  const ignoreCorruptFiles = flag(input.options, "ignoreCorruptFiles", false);
  return registerScan(connection, {
    types: input.schema.fields.map(({ type }) => type),
    start: (wanted) => new OrcRows(input, { zone, ignoreCorruptFiles, wanted }),
  });
}
