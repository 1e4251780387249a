import { error, isError } from "../error/error.ts";
import { join, type Location } from "../storage/store.ts";

/**
 * A folder of files named by batch id (`offsets/`, `commits/`): Spark's HDFSMetadataLog. Names
 * that are no number are somebody's leftovers and are ignored.
 */
export interface NumberedLog {
  /** The ids there are, ascending: as listed at the opening, and put since. */
  readonly ids: readonly number[];
  get(id: number): Promise<string | undefined>;
  /** Writes a new file; one that is there already is CONCURRENT_STREAM_LOG_UPDATE. */
  put(id: number, text: string): Promise<void>;
  /** Removes every file below `id`, and the checksum file Hadoop may have put beside it. */
  purge(id: number): Promise<void>;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Opens the log in `folder`; lists it once. */
export async function openLog(folder: Location): Promise<NumberedLog> {
  const ids: number[] = [];
  const foreign = new Set<number>();
  for await (const file of folder.store.list(`${folder.path}/`)) {
    const name = file.path.slice(folder.path.length + 1);
    if (!/^\d+$/.test(name) || !Number.isSafeInteger(Number(name))) continue;
    ids.push(Number(name));
    foreign.add(Number(name));
  }
  ids.sort((a, b) => a - b);

  const path = (name: string | number): string => join(folder, String(name)).path;
  return {
    ids,
    async get(id) {
      try {
        return decoder.decode(await folder.store.read(path(id)));
      } catch (thrown) {
        if (isError(thrown, "PATH_NOT_FOUND")) return undefined;
        throw thrown;
      }
    },
    async put(id, text) {
      if (!(await folder.store.putIfAbsent(path(id), encoder.encode(text)))) {
        throw error("CONCURRENT_STREAM_LOG_UPDATE", { batchId: `batch ${id} (${path(id)})` });
      }
      if (ids.at(-1) !== id) ids.push(id);
    },
    async purge(id) {
      while (ids[0] !== undefined && ids[0] < id) {
        const old = ids[0];
        await folder.store.delete(path(old));
        // A checksum file without its file makes Spark's next create of the name fail.
        if (foreign.delete(old)) await folder.store.delete(path(`.${old}.crc`));
        ids.shift();
      }
    },
  };
}
