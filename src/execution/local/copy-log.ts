import { FileIndex, type IndexPlace } from "../../connector/file/file-index.ts";
import type { FoundFile } from "../../connector/file/listing.ts";
import { fileKey } from "../../connector/file/plan.ts";
import { logBounds } from "../../connector/file/source-log.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { copyAppId } from "../../log/copy.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import { join } from "../../storage/store.ts";
import type { DeltaTable } from "../../table/table.ts";
import type { WriteRequest } from "../../table/write.ts";

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
  table: DeltaTable,
  snapshot: Snapshot,
  staging: string,
): Promise<Loaded> {
  const folder = join(table.location, "_delta_log", "_copy_into_log");
  const place = { folder, staging, byName: false, runRecords: logBounds.tail };
  const after = snapshot.transactions.get(copyAppId);
  if (after === undefined) await checkNew(place, table, snapshot);
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
      index = await FileIndex.extend(place, index, {
        ...{ covered: version, records: [records], oldest, readVersion: snapshot.version },
      });
      return { appId: copyAppId, version, ...(after === undefined ? {} : { after }) };
    },
    clean: async () => index?.clean(),
    [Symbol.asyncDispose]: async () => index?.[Symbol.asyncDispose](),
  };
}

/**
 * That the table has loaded nothing: a list is there only of loads that never committed. Whether
 * one did say the commits since; where they are gone, or the list counted once, nobody can tell.
 */
async function checkNew(
  place: IndexPlace,
  table: DeltaTable,
  { version }: Snapshot,
): Promise<void> {
  const { folder } = place;
  const forgotten = (reason: string): Error =>
    error("COPY_INTO_LOG_LOST", { path: folder.store.uri(folder.path), reason });
  let since = version;
  for await (const files of folder.store.names(`${folder.path}/`)) {
    for (const { path } of files) {
      const covered = FileIndex.covered(path);
      if (covered === undefined) continue;
      const { readVersion } = await FileIndex.manifest(place, covered);
      if (covered >= 2 * chances) throw forgotten("the table's log has forgotten its transaction");
      since = Math.min(since, readVersion ?? -1);
    }
  }
  let seen = since;
  for await (const { actions } of table.log.commits(since + 1, version)) {
    seen += 1;
    if (!actions.some((action) => "txn" in action && action.txn.appId === copyAppId)) continue;
    throw forgotten("the table's log has forgotten its transaction");
  }
  if (seen < version) throw forgotten(`the commits since version ${since} are not all there`);
}
