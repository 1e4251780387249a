import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Action, Metadata } from "../../../src/log/action.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import { schemaJson } from "../../../src/schema/json.ts";

/** A table of Spark's whose versions 2 to 4 have change files. */
export const sparkTable: string = fileURLToPath(
  new URL("../../golden/table/cdf/table", import.meta.url),
);

/** Metadata as a table with a change data feed has it. */
export function metadataOf(ddl: string, more: Partial<Metadata> = {}): Action {
  const configuration = { "delta.enableChangeDataFeed": "true", ...more.configuration };
  return {
    metaData: {
      ...{ id: "t", format: { provider: "parquet", options: {} }, partitionColumns: [] },
      ...{ schemaString: schemaJson(parseSchema(ddl)), ...more, configuration },
    },
  };
}

export const protocol: Action = { protocol: { minReaderVersion: 1, minWriterVersion: 4 } };

/** Writes a log by hand: one commit a list of actions, the time of version v is `times[v]` s. */
export async function writeLog(
  folder: string,
  commits: readonly (readonly Action[])[],
  times: readonly number[] = commits.map((_, version) => 1_000_000_000 + version * 10),
): Promise<string> {
  const log = join(folder, "_delta_log");
  await mkdir(log, { recursive: true });
  for (const [version, actions] of commits.entries()) {
    const path = join(log, `${String(version).padStart(20, "0")}.json`);
    await writeFile(path, actions.map((action) => `${JSON.stringify(action)}\n`).join(""));
    await utimes(path, times[version]!, times[version]!);
  }
  return folder;
}
