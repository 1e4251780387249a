import type { Dataset } from "../../analysis/dataset.ts";
import { error } from "../../error/error.ts";
import { trackingFields } from "../../log/row-tracking.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import { userSchema } from "../../log/user-schema.ts";
import { findField } from "../../schema/compare.ts";
import { type StructField, struct } from "../../schema/type.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import { scanTable } from "../../table/scan.ts";
import {
  type DeltaTable,
  isDeltaTable,
  openTable,
  snapshotOf,
  type TimeTravel,
  tableAt,
} from "../../table/table.ts";
import type { ReadRequest } from "../connector.ts";
import { hiddenFields } from "../file/format.ts";
import { shortUri } from "../file/uri.ts";
import { appends } from "./append.ts";
import { readChanges } from "./change-feed.ts";
import { asksForChanges, mayBeBeyond } from "./change-range.ts";
import { changes } from "./change-stream.ts";
import { sourceOptions } from "./option.ts";
import { incompatibility } from "./schema-change.ts";
import { DeltaSource } from "./source.ts";
import { optionTravel, pathTravel } from "./travel.ts";

/** A table at its newest version, or at the one that the options or the path name. */
export async function readDelta(request: ReadRequest): Promise<Dataset> {
  refuseSchema(request);
  const { table, travel } = await tableOf(request);
  if (asksForChanges(request.options)) {
    if (travel) throw error("DELTA_UNSUPPORTED_TIME_TRAVEL_VIEWS", {});
    return readChanges(table, request);
  }
  const snapshot = await snapshotOf(table, travel);
  const schema = userSchema(snapshot.schema);
  return {
    name: table.name,
    schema,
    hidden: hiddenOf(snapshot),
    streaming: false,
    scan: async (scan) => {
      if (!scan.newest || travel) return scanTable(table, snapshot, scan);
      const now = await openTable(table.location, request.context, request.table?.name);
      return scanTable(now, await snapshotFor(now, scan.columns), scan);
    },
  };
}

/** The newest snapshot, which must still have the columns that the analysis found. */
async function snapshotFor(table: DeltaTable, columns: readonly StructField[]): Promise<Snapshot> {
  const snapshot = await snapshotOf(table);
  const hidden = hiddenOf(snapshot);
  const wanted = columns.filter(({ name }) => !hidden.some((field) => field.name === name));
  const there = wanted.flatMap(({ name }) => findField(snapshot.schema, name) ?? []);
  const schemaDiff = incompatibility(struct(wanted), struct(there), false);
  if (schemaDiff === undefined) return snapshot;
  throw error("DELTA_SCHEMA_CHANGE_SINCE_ANALYSIS", { tableName: table.name, schemaDiff });
}

/** The appends to a table, or its changes, with the newest schema for the life of the query. */
export async function streamDelta(request: ReadRequest): Promise<StreamingDataset> {
  refuseSchema(request);
  const { timeZone } = request.context.queryContext();
  const beyond = mayBeBeyond(request.context);
  const options = sourceOptions(request.options, { timeZone, beyond });
  const location = await locationOf(request);
  const table = await tableAt(location, request.context, request.table?.name);
  if (!(await table.log.update())) throw error("DELTA_SCHEMA_NOT_SET", {});
  const snapshot = await snapshotOf(table);
  const rule = { table: table.name, snapshot, options };
  const named = { table, snapshot, options, description: `DeltaSource[${shortUri(location)}]` };
  const common = { name: table.name, streaming: true } as const;
  if (asksForChanges(request.options)) {
    const reading = changes(table, rule);
    return {
      ...{ ...common, schema: reading.schema, hidden: [] },
      open: async ({ checkpoint }) => new DeltaSource({ ...named, checkpoint, reading }),
    };
  }
  const schema = userSchema(snapshot.schema);
  const hidden = hiddenOf(snapshot);
  return {
    ...{ ...common, schema, hidden },
    open: async ({ checkpoint }) => {
      const reading = appends(table, rule, [...schema.fields, ...hidden]);
      return new DeltaSource({ ...named, checkpoint, reading });
    },
  };
}

/** `_metadata`, with what is known of each row where the table tracks its rows. */
function hiddenOf(snapshot: Snapshot): readonly StructField[] {
  return hiddenFields(snapshot.schema, "parquet", trackingFields(snapshot));
}

function refuseSchema({ schema, format }: ReadRequest): void {
  if (schema) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
}

async function locationOf(request: ReadRequest) {
  if (request.table) return request.table.location;
  const [path] = request.paths;
  if (path === undefined || request.paths.length > 1) {
    throw error("MISSING_OPTION", { format: "delta", name: "path" });
  }
  return request.context.locate(path);
}

async function tableOf(
  request: ReadRequest,
): Promise<{ readonly table: DeltaTable; readonly travel?: TimeTravel }> {
  const { context, options } = request;
  const { timeZone } = context.queryContext();
  const asked = optionTravel(options, timeZone);
  const location = await locationOf(request);
  const named = request.table ? undefined : pathTravel(request.paths[0]!, timeZone);
  // A folder may have such a name itself.
  if (!named || (await isDeltaTable(location, context))) {
    const table = await openTable(location, context, request.table?.name);
    return asked ? { table, travel: asked } : { table };
  }
  if (asked) {
    const parameters = { first: request.paths[0]!, second: "versionAsOf or timestampAsOf" };
    throw error("DELTA_TIME_TRAVEL_INVALID_OPTIONS", parameters);
  }
  const table = await openTable(await context.locate(named.path), context);
  return { table, travel: named.travel };
}
