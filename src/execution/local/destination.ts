import type { Catalog, TableName } from "../../catalog/catalog.ts";
import type { NamedTable } from "../../connector/connector.ts";
import { error } from "../../error/error.ts";
import type { WriteStream } from "../../plan/command.ts";
import { type Options, quoteName } from "../../plan/relation.ts";
import type { StructType } from "../../schema/type.ts";
import type { Location } from "../../storage/store.ts";
import { createTable } from "../../table/create.ts";
import { tableSchema } from "../../table/definition.ts";
import { tableAt } from "../../table/table.ts";
import type { LocalContext } from "./context.ts";
import { findTable, placeOf } from "./name.ts";
import { isSource } from "./source.ts";

/** Where a stream goes: a format, a place if the format has places, a table yet to be made. */
export interface StreamDestination {
  readonly format: string;
  readonly target?: NamedTable;
  /** Of a table that is options of a source. */
  readonly options?: Options;
  /** Set where the name is free: `toTable` makes the table. */
  readonly absent?: FreePlace;
}

/** What `start(path)`, `start()` or `toTable(name)` mean; makes nothing. */
export async function destinationOf(
  context: LocalContext,
  write: WriteStream,
): Promise<StreamDestination> {
  const { target } = write;
  const format = write.format ?? context.conf.get("spark.sql.sources.default");
  if (!target) return { format };
  if (target.kind === "path") {
    const location = await context.connector.locate(target.path);
    return { format, target: { name: `${format}.\`${target.path}\``, location } };
  }
  const [only] = target.name;
  if (target.name.length === 1 && context.views.has(only!.toLowerCase())) {
    throw error("STREAM_TARGET_IS_VIEW", { viewName: quoteName(target.name) });
  }
  const found = await findTable(context, target.name, "be streamed into");
  if (!found) return absentTable(context, write, { format, name: target.name });
  const { provider, location } = found;
  const name = found.name.join(".");
  if (write.format !== undefined && write.format.toLowerCase() !== provider) {
    throw error("TABLE_PROVIDER_MISMATCH", { format: write.format, tableName: name, provider });
  }
  const place = { format: provider, target: { name, location } };
  if (!(await isSource(context, provider))) return place;
  return { ...place, options: found.definition?.options ?? {} };
}

async function absentTable(
  context: LocalContext,
  write: WriteStream,
  to: { readonly format: string; readonly name: readonly string[] },
): Promise<StreamDestination> {
  const absent = await freePlace(context, to.name, write.options);
  const { name, location } = absent;
  return { format: to.format, target: { name: name.join("."), location }, absent };
}

/** Where the table of a name will be that nobody has. */
export interface FreePlace {
  readonly catalog: Catalog;
  readonly name: TableName;
  readonly location: Location;
  /** False: it lies where the option `path` says. */
  readonly managed: boolean;
}

/** The place of a table to be made; SCHEMA_NOT_FOUND before anything is. */
export async function freePlace(
  context: LocalContext,
  given: readonly string[],
  options: Options,
): Promise<FreePlace> {
  const { catalog, schema, table } = await placeOf(context, given);
  if (!(await catalog.schemas()).includes(schema)) {
    throw error("SCHEMA_NOT_FOUND", { schemaName: quoteName([catalog.name, schema]) });
  }
  const path = options["path"];
  const managed = path === undefined;
  const location = managed
    ? catalog.defaultLocation(schema, table)
    : await context.connector.locate(path);
  return { catalog, name: [catalog.name, schema, table], location, managed };
}

/**
 * Makes the table of `toTable` where there is none, so that it can be read (as a stream, too)
 * before the first batch is in it. One that lies at the option `path` already is taken as it is.
 */
export async function createDestination(
  context: LocalContext,
  { format, target, absent }: StreamDestination,
  { write, schema }: { readonly write: WriteStream; readonly schema: StructType },
): Promise<void> {
  if (!absent || !target || format.toLowerCase() !== "delta") return;
  const { location, managed } = absent;
  const table = await tableAt(location, context.connector, target.name);
  const partitionBy = write.partitionBy;
  const definition = { schema: tableSchema(schema), partitionBy, properties: {} };
  await createTable(table, { definition, mode: "ifNotExists", isManaged: managed });
  if (managed) return;
  const { name } = absent;
  await absent.catalog.register({ kind: "table", name, location, provider: "delta", managed });
}
