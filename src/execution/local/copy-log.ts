import { FileIndex } from "../../connector/file/file-index.ts";
import type { FoundFile } from "../../connector/file/listing.ts";
import { fileKey } from "../../connector/file/plan.ts";
import { logBounds } from "../../connector/file/source-log.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import { join, type Location } from "../../storage/store.ts";
import type { WriteRequest } from "../../table/write.ts";

/** The application whose transactions COPY INTO commits with. */
const copyAppId = "millrace.copy-into";

/** The version of a load: its number, and chance, so that two that race have different ones. */
const chances = 2 ** 31;

/** The files that a table has loaded by COPY INTO. */
export interface Loaded extends AsyncDisposable {
  has(uri: string): boolean;
  /** Makes the list with more files durable; it counts once the transaction is committed. */
  add(files: readonly FoundFile[]): Promise<NonNullable<WriteRequest["copying"]>>;
  /** After the commit: removes what the list has replaced. */
  clean(): Promise<void>;
}

/**
 * The list of a table's loaded files: an index under `_delta_log/_copy_into_log`, where neither
 * VACUUM nor other readers look. The table's transaction of `copyAppId` says which manifest is the
 * one that counts: both change with one commit, and a load that lost a race is nothing.
 */
export async function openLoaded(
  table: Location,
  snapshot: Snapshot,
  staging: string,
): Promise<Loaded> {
  const folder = join(table, "_delta_log", "_copy_into_log");
  const place = { folder, staging, byName: false, runRecords: logBounds.tail };
  const after = snapshot.transactions.get(copyAppId);
  if (after === undefined) await checkNew(folder);
  let index = after === undefined ? undefined : await FileIndex.open(place, after);
  return {
    has: (uri) => index?.has(fileKey(uri, false)) ?? false,
    async add(files) {
      const number = Math.floor((after ?? 0) / chances) + 1;
      const version = number * chances + Math.floor(env.random() * chances);
      const discoveryTime = env.now();
      const records = files.map(({ uri, modificationTime, size }) => ({
        ...{ key: fileKey(uri, false), timestamp: modificationTime, batchId: number },
        ...{ size, discoveryTime },
      }));
      const oldest = Number.NEGATIVE_INFINITY;
      index = await FileIndex.extend(place, index, { covered: version, records, oldest });
      return { appId: copyAppId, version, ...(after === undefined ? {} : { after }) };
    },
    clean: async () => index?.clean(),
    [Symbol.asyncDispose]: async () => index?.[Symbol.asyncDispose](),
  };
}

/** The log must not have forgotten the transaction: all files would be loaded again. */
async function checkNew(folder: Location): Promise<void> {
  for await (const { path } of folder.store.names(`${folder.path}/`)) {
    const number = Math.floor((FileIndex.covered(path) ?? 0) / chances);
    // The first may be that of a load which died before its commit.
    if (number <= 1) continue;
    const reason = "the table's log has forgotten which of the lists of loaded files counts";
    throw error("CANNOT_PARSE_SOURCE_LOG", { path: folder.path, reason });
  }
}
