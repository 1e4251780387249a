import { cp, mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Action, Add, Metadata } from "../../../src/log/action.ts";
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

/** A table of Spark's whose versions 2 and 3 deleted rows of one file by a vector. */
const vectorTable = fileURLToPath(new URL("../../golden/table/dv/table", import.meta.url));

/**
 * A table with deletion vectors and a change data feed. Versions 2 and 3 delete rows of a file, 4
 * restores those of 3, 5 those of 2, 6 deletes all of them again.
 */
export async function writeVectors(folder: string): Promise<string> {
  await cp(vectorTable, folder, { recursive: true });
  const log = join(folder, "_delta_log");
  const actions = async (version: number): Promise<Action[]> => {
    const text = await readFile(join(log, `${String(version).padStart(20, "0")}.json`), "utf8");
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Action);
  };
  const made = await Promise.all([0, 1, 2, 3].map(actions));
  await rm(log, { recursive: true });
  const [first = [], ...rest] = made;
  const on = first.map((action): Action => {
    if (!("metaData" in action)) return action;
    const configuration = {
      ...action.metaData.configuration,
      "delta.enableChangeDataFeed": "true",
    };
    return { metaData: { ...action.metaData, configuration } };
  });
  const [whole, some, more] = rest.map(addOf);
  const move = (from: Add, to: Add): Action[] => {
    const { path, partitionValues, size, deletionVector } = from;
    const vector = deletionVector === undefined ? {} : { deletionVector };
    return [{ remove: { path, partitionValues, size, dataChange: true, ...vector } }, { add: to }];
  };
  const back = [move(more!, some!), move(some!, whole!), move(whole!, more!)];
  return writeLog(folder, [on, ...rest, ...back]);
}

function addOf(actions: readonly Action[]): Add {
  for (const action of actions) if ("add" in action) return action.add;
  throw new Error("the commit adds no file");
}
