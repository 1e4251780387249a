import type { Dataset } from "../../analysis/dataset.ts";
import { error } from "../../error/error.ts";
import { columnMappingMode } from "../../log/column-mapping.ts";
import { checkReadable } from "../../log/protocol.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import { userSchema } from "../../log/user-schema.ts";
import {
  type CommittedChanges,
  changeDataFeedProperty,
  changeFeedSchema,
  hasChangeDataFeed,
  scanChanges,
} from "../../table/change-feed.ts";
import { changesOf } from "../../table/changes.ts";
import { type DeltaTable, snapshotOf } from "../../table/table.ts";
import type { ReadRequest } from "../connector.ts";
import { type ChangeRange, changeRange } from "./change-range.ts";
import { checkChangeSchema, schemaModeKey } from "./change-schema.ts";

/** The changes of a table between versions, as rows (Delta's CDCReader). */
export async function readChanges(table: DeltaTable, request: ReadRequest): Promise<Dataset> {
  const { options, context } = request;
  const latest = await snapshotOf(table);
  const rangeRequest = { log: table.log, latest: latest.version, context };
  const range = await changeRange(options, rangeRequest);
  const mode = schemaMode(context.conf(schemaModeKey));
  const snapshot = range ? await readSnapshot(table, { range, latest, mode }) : latest;
  const schema = changeFeedSchema(userSchema(snapshot.schema));
  return {
    name: table.name,
    schema,
    hidden: [],
    streaming: false,
    scan: async (wanted) => {
      const { columns } = wanted;
      if (range === undefined)
        return { kind: "empty", schema: { type: "struct", fields: columns } };
      const newest = (await table.log.update())?.version ?? latest.version;
      const end = Math.min(range.end ?? newest, newest);
      const changes = await changesBetween(table, { start: range.start, end, snapshot });
      return scanChanges(table, { changes, snapshot, columns, wanted });
    },
  };
}

const schemaModes = ["endversion", "latest", "legacy"] as const;
type SchemaMode = (typeof schemaModes)[number];

function schemaMode(text = "endversion"): SchemaMode {
  const mode = schemaModes.find((one) => one === text.toLowerCase());
  if (mode !== undefined) return mode;
  const explain = "it must be endVersion, latest or legacy";
  throw error("DELTA_ILLEGAL_OPTION", { name: schemaModeKey, input: text, explain });
}

/**
 * The snapshot whose schema changes are read with: the newest; or, where columns are or were
 * mapped, the one that `schemaModeKey` says.
 */
async function readSnapshot(
  table: DeltaTable,
  {
    range,
    latest,
    mode,
  }: { readonly range: ChangeRange; readonly latest: Snapshot; readonly mode: SchemaMode },
): Promise<Snapshot> {
  const end = range.end ?? latest.version;
  if (end >= latest.version || mode !== "endversion") return latest;
  const ends = await table.log.snapshotAt(end);
  const first = await table.log.snapshotAt(range.start);
  const modes = [latest, ends, first].map(({ metadata }) => columnMappingMode(metadata));
  return modes.every((one) => one === "none") ? latest : ends;
}

/** The changes of versions `start` to `end`, all of which must have recorded them. */
async function changesBetween(
  table: DeltaTable,
  rule: { readonly start: number; readonly end: number; readonly snapshot: Snapshot },
): Promise<readonly CommittedChanges[]> {
  const { start, end, snapshot } = rule;
  const missing = (version: number): Error =>
    error("DELTA_MISSING_CHANGE_DATA", {
      ...{ startVersion: start, endVersion: end, version },
      key: changeDataFeedProperty,
    });
  const first = await table.log.snapshotAt(start);
  if (!hasChangeDataFeed(first.metadata)) throw missing(start);
  checkReadable(first, table.name);
  const changes: CommittedChanges[] = [];
  let next = start;
  for await (const commit of table.log.commits(start, end)) {
    const { version, timestamp, actions } = commit;
    if (version !== next) break;
    next = version + 1;
    for (const action of actions) {
      if ("metaData" in action) {
        if (!hasChangeDataFeed(action.metaData)) throw missing(version);
        if (version > start) checkChangeSchema(action.metaData, version, { rule, isChange: true });
      } else if ("protocol" in action) {
        checkReadable({ ...snapshot, protocol: action.protocol }, table.name);
      }
    }
    changes.push({ version, timestamp, files: changesOf(commit).files });
  }
  if (next <= end) {
    const path = table.location.path;
    throw error("DELTA_LOG_FILE_NOT_FOUND", { version: next, path, earliest: next + 1 });
  }
  checkChangeSchema(first.metadata, start, { rule, isChange: false });
  return changes;
}
