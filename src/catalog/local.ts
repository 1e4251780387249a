import { error, isError } from "../error/error.ts";
import { quoteName } from "../plan/relation.ts";
import type { Stores } from "../storage/registry.ts";
import { type FileStatus, join, type Location } from "../storage/store.ts";
import type { Catalog, CatalogRelation, CatalogTable } from "./catalog.ts";
import { decodeEntry, encodeEntry } from "./entry.ts";
import { functionCatalog } from "./function.ts";
import { DEFAULT_SCHEMA } from "./name.ts";
import { decodeSegment, encodeSegment } from "./segment.ts";

/** Where a local catalog keeps its tables, and how it finds those that lie elsewhere. */
export interface LocalCatalogOptions {
  readonly name: string;
  readonly warehouse: Location;
  readonly stores: Stores;
}

/**
 * A catalog in a folder: `<warehouse>/<catalog>/<schema>/<table>`. A managed Delta table is one
 * whose log lies there, and needs no entry: writing its first commit makes it known. Any other
 * table or view is an entry, `<schema>/.tables/<name>.json`. A schema is a folder with something
 * in it (`createSchema` puts `.schema`); `default` is always there.
 */
export function localCatalog(options: LocalCatalogOptions): Catalog {
  const name = options.name.toLowerCase();
  const home = { name, root: join(options.warehouse, encodeSegment(name)), stores: options.stores };
  return {
    name,
    schemas: () => schemas(home),
    createSchema: (schema, ifNotExists) => createSchema(home, schema, ifNotExists),
    dropSchema: (schema, cascade) => dropSchema(home, schema, cascade),
    relations: (schema) => relations(home, schema),
    relation: (schema, name) => findRelation(home, schema, name),
    defaultLocation: (schema, table) => defaultLocation(home, schema, table),
    register: (relation) => register(home, relation),
    replace: (relation) => replace(home, relation),
    drop: (schema, table) => drop(home, schema, table),
    functions: functionCatalog((schema) => schemaFolder(home, schema)),
  };
}

interface Home {
  readonly name: string;
  readonly root: Location;
  readonly stores: Stores;
}

/** Begin with a dot, as no encoded name does. */
const SCHEMA_MARKER = ".schema";
const ENTRY_FOLDER = ".tables";

function schemaFolder({ root }: Home, schema: string): Location {
  return join(root, encodeSegment(schema));
}

function defaultLocation(home: Home, schema: string, table: string): Location {
  return join(schemaFolder(home, schema), encodeSegment(table));
}

function entryOf(home: Home, schema: string, table: string): Location {
  return join(schemaFolder(home, schema), ENTRY_FOLDER, `${encodeSegment(table)}.json`);
}

async function schemas(home: Home): Promise<readonly string[]> {
  const names = new Set([DEFAULT_SCHEMA]);
  for await (const folder of folders(home.root)) names.add(decodeSegment(folder));
  return [...names].sort();
}

async function createSchema(home: Home, schema: string, ifNotExists: boolean): Promise<void> {
  const { store, path } = join(schemaFolder(home, schema), SCHEMA_MARKER);
  const there = await hasSchema(home, schema);
  const made = !there && (await store.putIfAbsent(path, new Uint8Array()));
  if (made || ifNotExists) return;
  const schemaName = quoteName([home.name, schema.toLowerCase()]);
  throw error("SCHEMA_ALREADY_EXISTS", { schemaName });
}

/** The marker goes last: a schema that was dropped in part can be dropped again. */
async function dropSchema(home: Home, schema: string, cascade: boolean): Promise<void> {
  const schemaName = quoteName([home.name, schema.toLowerCase()]);
  if (schema.toLowerCase() === DEFAULT_SCHEMA) {
    throw error("UNSUPPORTED_FEATURE.DROP_DATABASE", { database: schemaName });
  }
  const folder = schemaFolder(home, schema);
  const marker = join(folder, SCHEMA_MARKER).path;
  const files: string[] = [];
  for await (const { path } of folder.store.list(`${folder.path}/`, { recursive: true })) {
    if (path !== marker) files.push(path);
  }
  if (files.length > 0 && !cascade) throw error("SCHEMA_NOT_EMPTY", { schemaName });
  // Tables in the order that keeps them whole or gone, then what else there is.
  for (const { name } of await relations(home, schema)) await drop(home, schema, name[2]);
  for (const path of files) await folder.store.delete(path);
  await folder.store.delete(marker);
}

async function hasSchema(home: Home, schema: string): Promise<boolean> {
  if (schema.toLowerCase() === DEFAULT_SCHEMA) return true;
  return (await first(schemaFolder(home, schema), { recursive: true })) !== undefined;
}

async function relations(home: Home, schema: string): Promise<readonly CatalogRelation[]> {
  const found: CatalogRelation[] = [];
  const folder = schemaFolder(home, schema);
  for await (const segment of folders(folder)) {
    const table = await managedTable(home, schema, decodeSegment(segment));
    if (table) found.push(table);
  }
  for await (const { path } of folder.store.list(join(folder, ENTRY_FOLDER).path)) {
    const segment = path.slice(path.lastIndexOf("/") + 1).replace(/\.json$/, "");
    const entered = await registered(home, schema, decodeSegment(segment));
    if (entered) found.push(entered);
  }
  return found.sort((left, right) => (left.name[2] < right.name[2] ? -1 : 1));
}

async function findRelation(
  home: Home,
  schema: string,
  name: string,
): Promise<CatalogRelation | undefined> {
  return (await managedTable(home, schema, name)) ?? (await registered(home, schema, name));
}

async function managedTable(
  home: Home,
  schema: string,
  table: string,
): Promise<CatalogTable | undefined> {
  const location = defaultLocation(home, schema, table);
  if (!(await hasLog(location))) return undefined;
  const name = [home.name, schema.toLowerCase(), table.toLowerCase()] as const;
  return { kind: "table", name, location, provider: "delta", managed: true };
}

/** A new table has its first commit, an old one its checkpoint; only then is the log listed. */
async function hasLog(table: Location): Promise<boolean> {
  const log = join(table, "_delta_log");
  for (const name of ["00000000000000000000.json", "_last_checkpoint"]) {
    if (await log.store.stat(join(log, name).path)) return true;
  }
  return (await first(log, {})) !== undefined;
}

async function registered(
  home: Home,
  schema: string,
  name: string,
): Promise<CatalogRelation | undefined> {
  const { store, path } = entryOf(home, schema, name);
  try {
    const full = [home.name, schema.toLowerCase(), name.toLowerCase()] as const;
    return await decodeEntry(await store.read(path), full, home.stores);
  } catch (thrown) {
    if (isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
}

async function register(home: Home, relation: CatalogRelation): Promise<void> {
  const [, schema, short] = relation.name;
  await requireSchema(home, schema);
  if (isDefault(home, relation)) return;
  const { store, path } = entryOf(home, schema, short);
  const taken = await managedTable(home, schema, short);
  if (taken || !(await store.putIfAbsent(path, encodeEntry(relation)))) {
    throw error("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quoteName(relation.name) });
  }
}

async function replace(home: Home, relation: CatalogRelation): Promise<void> {
  const [, schema, short] = relation.name;
  await requireSchema(home, schema);
  const { store, path } = entryOf(home, schema, short);
  if (isDefault(home, relation)) await store.delete(path);
  else await store.put(path, encodeEntry(relation));
}

async function requireSchema(home: Home, schema: string): Promise<void> {
  if (await hasSchema(home, schema)) return;
  throw error("SCHEMA_NOT_FOUND", { schemaName: quoteName([home.name, schema]) });
}

/** Whether a relation is known by where it lies. */
function isDefault(home: Home, relation: CatalogRelation): boolean {
  if (relation.kind === "view" || !relation.managed || relation.provider !== "delta") return false;
  const [, schema, short] = relation.name;
  return sameLocation(relation.location, defaultLocation(home, schema, short));
}

function sameLocation(left: Location, right: Location): boolean {
  return left.store === right.store && left.path === right.path;
}

async function drop(home: Home, schema: string, name: string): Promise<void> {
  const found = await findRelation(home, schema, name);
  if (!found) {
    const relationName = quoteName([home.name, schema, name]);
    throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName });
  }
  const entry = entryOf(home, schema, name);
  await entry.store.delete(entry.path);
  if (found.kind === "table" && found.managed) await removeFiles(found.location);
}

/**
 * The log goes first, newest commit first: a crash in between leaves the table at an earlier
 * version, or gone with some files left, but never a table that names files which are not there.
 */
async function removeFiles({ store, path }: Location): Promise<void> {
  const log: string[] = [];
  for await (const file of store.list(`${path}/_delta_log`, { recursive: true })) {
    log.push(file.path);
  }
  for (const file of log.reverse()) await store.delete(file);
  for await (const file of store.list(path, { recursive: true })) await store.delete(file.path);
}

/**
 * The folders directly in a folder, by skipping: a store lists files only, so the first file after
 * all those of one folder tells the next. Names with a dot in front are not ours to tell.
 */
async function* folders(parent: Location): AsyncGenerator<string> {
  let startAfter = parent.path;
  for (;;) {
    const file = await first(parent, { recursive: true, startAfter });
    if (!file) return;
    const [segment = "", ...below] = file.path.slice(parent.path.length + 1).split("/");
    const isFolder = below.length > 0;
    if (isFolder && !segment.startsWith(".")) yield segment;
    // "0" is the character after "/": all of the folder's files sort before it.
    startAfter = isFolder ? `${parent.path}/${segment}0` : file.path;
  }
}

async function first(
  folder: Location,
  options: { readonly recursive?: boolean; readonly startAfter?: string },
): Promise<FileStatus | undefined> {
  for await (const file of folder.store.list(folder.path, options)) return file;
  return undefined;
}
