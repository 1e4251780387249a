import type { CatalogRelation, CatalogTable } from "../../catalog/catalog.ts";
import { error } from "../../error/error.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import { quoteName } from "../../plan/relation.ts";
import { field, string, struct } from "../../schema/type.ts";
import { openTable, snapshotOf } from "../../table/table.ts";
import type { CommandResult } from "../execution.ts";
import type { LocalContext } from "./context.ts";
import { findRelation, temporaryView } from "./name.ts";

type Properties = Readonly<Record<string, string>>;

/** SHOW TBLPROPERTIES, of all or of one key. A temporary view has none. */
export async function showProperties(
  context: LocalContext,
  name: readonly string[],
  key: string | undefined,
): Promise<CommandResult> {
  const schema = struct([field("key", string, false), field("value", string, false)]);
  if (temporaryView(context, name)) return { schema, rows: [] };
  const found = await findRelation(context, name);
  if (!found) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
  const all = redacted(await propertiesOf(context, found));
  if (key !== undefined) {
    const missing = `Table ${found.name.join(".")} does not have property: ${key}`;
    return { schema, rows: [{ key, value: all[key] ?? missing }] };
  }
  const entries = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return { schema, rows: entries.map(([each, value]) => ({ key: each, value })) };
}

async function propertiesOf(context: LocalContext, found: CatalogRelation): Promise<Properties> {
  if (found.kind === "view" || found.provider !== "delta")
    return found.definition?.properties ?? {};
  return deltaProperties(await deltaSnapshot(context, found));
}

/** The newest state of a Delta table of the catalog. */
export async function deltaSnapshot(
  context: LocalContext,
  { location, name }: CatalogTable,
): Promise<Snapshot> {
  return snapshotOf(await openTable(location, context.connector, name.join(".")));
}

/** What is said of a Delta table as its properties: those set, and its protocol. */
export function deltaProperties({ metadata, protocol }: Snapshot): Properties {
  return {
    ...metadata.configuration,
    "delta.minReaderVersion": String(protocol.minReaderVersion),
    "delta.minWriterVersion": String(protocol.minWriterVersion),
  };
}

/** Properties to be shown: values whose keys sound like secrets are hidden. */
export function redacted(properties: Properties): Properties {
  return without(properties, secret);
}

/** Options of a source: a URL may have a password in it. */
export function redactedOptions(options: Properties): Properties {
  return without(options, new RegExp(`${secret.source}|url`, "i"));
}

const secret = /secret|password|token|access[.]?key/i;

function without(properties: Properties, hidden: RegExp): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => {
      return [key, hidden.test(key) ? "*********(redacted)" : value];
    }),
  );
}
