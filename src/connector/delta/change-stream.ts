import { error } from "../../error/error.ts";
import type { Metadata } from "../../log/action.ts";
import type { Commit } from "../../log/log.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import { userSchema } from "../../log/user-schema.ts";
import {
  changeDataFeedProperty,
  changeFeedSchema,
  hasChangeDataFeed,
  scanChanges,
} from "../../table/change-feed.ts";
import { type ChangeFile, changesOf } from "../../table/changes.ts";
import type { DeltaTable } from "../../table/table.ts";
import { type CommitRule, checkCommit } from "./commit.ts";
import { snapshotOrder, type VersionFiles } from "./plan.ts";
import type { Reading } from "./source.ts";

/** The rows that a table has as inserts, then its changes (Delta's DeltaSourceCDCSupport). */
export function changes(table: DeltaTable, rule: CommitRule): Reading<ChangeFile> {
  const { snapshot } = rule;
  const schema = changeFeedSchema(userSchema(snapshot.schema));
  const recorded = recordedCheck(table, snapshot);
  let first = snapshot;
  return {
    schema,
    async snapshot(at) {
      checkRecorded(at.metadata, at.version);
      first = at;
      const files = snapshotOrder(await at.files()).map((file): ChangeFile => {
        const { path, size, partitionValues, deletionVector } = file;
        const vector = deletionVector === undefined ? {} : { deletionVector };
        return { path, size, partitionValues, changeType: "insert", ...vector };
      });
      return { version: at.version, initial: true, files };
    },
    async commit(commit) {
      await recorded(commit);
      checkCommit(commit, rule);
      return { initial: false, ...changesOf(commit) };
    },
    async read(versions) {
      const times = await timesOf(table, versions);
      const found = versions.map(({ version, files }) => {
        // The commit file of a snapshot may be gone.
        return { version, timestamp: times.get(version) ?? first.timestamp, files };
      });
      const scan = { changes: found, snapshot, columns: schema.fields };
      return { input: await scanChanges(table, scan) };
    },
  };
}

/**
 * Refuses commits that did not record their changes. What a commit itself says of that is enough
 * where the version before it is known to have done so.
 */
function recordedCheck(table: DeltaTable, snapshot: Snapshot): (commit: Commit) => Promise<void> {
  let known = hasChangeDataFeed(snapshot.metadata) ? [snapshot.version, snapshot.version] : [];
  return async ({ version, actions }) => {
    for (const action of actions) {
      if ("metaData" in action) checkRecorded(action.metaData, version);
    }
    const [first, last] = known;
    if (first !== undefined && last !== undefined && first <= version && version <= last + 1) {
      known = [first, Math.max(last, version)];
      return;
    }
    checkRecorded((await table.log.snapshotAt(version)).metadata, version);
    known = [version, version];
  };
}

function checkRecorded(metadata: Metadata, version: number): void {
  if (hasChangeDataFeed(metadata)) return;
  throw error("DELTA_MISSING_CHANGE_DATA", {
    ...{ startVersion: version, endVersion: version, version },
    key: changeDataFeedProperty,
  });
}

/** When versions that have files were committed. */
async function timesOf(
  table: DeltaTable,
  versions: readonly VersionFiles<ChangeFile>[],
): Promise<ReadonlyMap<number, number>> {
  const numbers = versions.filter(({ files }) => files.length > 0).map(({ version }) => version);
  const times = new Map<number, number>();
  const [from, to] = [numbers[0], numbers.at(-1)];
  if (from === undefined || to === undefined) return times;
  for await (const { version, timestamp } of table.log.commits(from, to)) {
    times.set(version, timestamp);
  }
  return times;
}
