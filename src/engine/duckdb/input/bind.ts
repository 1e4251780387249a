import { statSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { TypedRelation } from "../../../analysis/typed.ts";
import { error } from "../../../error/error.ts";
import type {
  CachedInput,
  FetchedInput,
  Input,
  InputFile,
  ParquetInput,
  ParquetRebase,
  RangeInput,
  RangeTime,
  RowsInput,
} from "../../../plan/input.ts";
import { flag } from "../../../schema/flag.ts";
import { holdsDays } from "../../../schema/rebase.ts";
import { type DataType, type StructType, someType, struct } from "../../../schema/type.ts";
import type { Needed } from "../../../storage/store.ts";
import type { QueryContext } from "../../engine.ts";
import { type LocalRequest, localFiles } from "../../local.ts";
import type { Source } from "../compile/scope.ts";
import type { Duck } from "../module.ts";
import type { HeldRows } from "../parquet/held-rows.ts";
import { look } from "../parquet/look.ts";
import type { RewrittenFiles } from "../parquet/lz4/rewritten.ts";
import { chunksPart, footerPart } from "../parquet/part.ts";
import { holdsBytes, parquetSource, storedColumns } from "../parquet/read.ts";
import { calendarsOf } from "../parquet/rebase.ts";
import type { Comparison } from "../parquet/row-group.ts";
import { identifier } from "../quote.ts";
import type { ScanItem } from "../table-function.ts";
import { hasMembers, sqlType } from "../type.ts";
import { appendRows } from "../value/append.ts";
import { literal } from "../value/literal.ts";
import { comparisonsOf } from "./condition.ts";
import { columnsRead, hasCondition, inputsOf } from "./leaf.ts";

export interface Binding {
  readonly sources: ReadonlyMap<Input, Source>;
  /** Bytes of the files that are read, all inputs together; what the engine keeps is not known. */
  readonly bytes: { readonly text: number; readonly parquet: number };
  /** What stopped the scan of a text file: DuckDB reports but a message of it. */
  failure(): Error | undefined;
  /** Whether row groups were left out that no row is expected of. */
  leftOut(): boolean;
  /** DuckDB's error, in which files of a store are called by their URI. */
  named(thrown: unknown): unknown;
  /** Drops what was made for the query. */
  release(): Promise<void>;
}

export interface BindRequest {
  readonly duck: Duck;
  readonly connection: DuckDBConnection;
  readonly context: QueryContext;
  readonly rewritten: RewrittenFiles;
  /** Where files of the query may lie while it runs. */
  readonly folder: string;
  readonly heldRows: HeldRows;
  /** Only the footers of files are needed. */
  readonly explained: boolean;
  /** All row groups are fetched, whatever the conditions say. */
  readonly allGroups: boolean;
}

/** What the inputs of a plan share while they are made readable. */
interface Bound {
  readonly releases: (() => Promise<unknown>)[];
  readonly scans: ScanItem[];
  /** Of local copies: what they are copies of. */
  readonly uris: Map<string, string>;
  /** Of remote files, all inputs together. */
  readonly needed: Needed;
  /** By place, the columns of each input that the plan may look at. */
  readonly read: ReadonlyMap<Input, ReadonlySet<number>>;
  /** Whether the plan may ask whether a value is in a file. */
  readonly filtered: boolean;
  /** What rules out row groups. */
  readonly comparisons: ReadonlyMap<Input, readonly Comparison[]>;
  /** Whether some were. */
  leftOut: boolean;
  /** Bytes of records that were fetched. */
  fetched: number;
}

/** Cells a VALUES list may have: beyond, the parser is slower than an appended table. */
const literalCells = 200;

/** Makes every input of a plan readable on the connection. */
export async function bind(plan: TypedRelation, request: BindRequest): Promise<Binding> {
  const sources = new Map<Input, Source>();
  const filtered = hasCondition(plan);
  const read = columnsRead(plan);
  const comparisons = request.allGroups ? new Map() : comparisonsOf(plan);
  const made = { releases: [], scans: [], uris: new Map(), needed: { bytes: 0 } };
  const bound: Bound = { ...made, filtered, read, comparisons, leftOut: false, fetched: 0 };
  const { releases, scans, uris } = bound;
  const failure = (): Error | undefined =>
    scans.map((scan) => scan.failure()).find((found) => found !== undefined);
  const release = async (): Promise<void> => {
    for (const step of releases.splice(0).reverse()) await step();
  };
  try {
    for (const input of inputsOf(plan)) {
      if (sources.has(input)) continue;
      sources.set(input, await sourceOf(input, request, bound));
    }
  } catch (thrown) {
    await release();
    throw thrown;
  }
  const named = (thrown: unknown): unknown => inUris(thrown, uris);
  const leftOut = (): boolean => bound.leftOut;
  const bytes = bytesOf(sources.keys(), bound.fetched);
  return { sources, bytes, failure, leftOut, named, release };
}

function bytesOf(inputs: Iterable<Input>, fetched: number): Binding["bytes"] {
  const bytes = { text: fetched, parquet: 0 };
  for (const input of inputs) {
    if (!("files" in input)) continue;
    // ORC too is read by one thread.
    const kind = input.kind === "parquet" ? "parquet" : "text";
    for (const file of input.files) bytes[kind] += file.size;
  }
  return bytes;
}

async function sourceOf(input: Input, request: BindRequest, bound: Bound): Promise<Source> {
  const { releases } = bound;
  switch (input.kind) {
    case "empty":
      return emptySource(input.schema);
    case "range":
      return rangeSource(input);
    case "cached":
      return cachedSource(input);
    case "parquet":
      if (input.files.length === 0) return emptySource(input.schema);
      return await parquetFiles(input, request, bound);
    case "rows":
      return await rowsSource(input, request, releases);
    case "fetched":
      if (request.explained) return emptySource(input.schema);
      return await fetchedSource(input, request, releases);
    case "orc": {
      const { schema, stored = schema } = input;
      const { columnsPart } = await import("../orc/part.ts");
      const { registerOrcScan } = await import("../orc/scan.ts");
      const ignoreMissing = flag(input.options, "ignoreMissingFiles", false);
      const partOf = ({ stripes }: InputFile) => columnsPart({ schema, stored, picks: stripes });
      const local = { partOf, ignoreMissing };
      const files = request.explained ? [] : await opened(input.files, local, bound);
      return scanned(await registerOrcScan(request.connection, { ...input, files }), schema, bound);
    }
    case "record": {
      if (request.explained) return emptySource(input.schema);
      const fetched = await input.log.fetch(request.folder, request.context.signal);
      releases.push(() => fetched.release());
      for (const { bytes } of fetched.pieces) bound.fetched += bytes.length;
      const { registerRecordScan } = await import("../record/scan.ts");
      const scan = await registerRecordScan(request.connection, input.schema, fetched.pieces);
      return scanned(scan, input.schema, bound);
    }
    case "text": {
      const { registerTextScan } = await import("../text/scan.ts");
      const ignoreMissing = flag(input.options, "ignoreMissingFiles", false);
      const files = request.explained ? [] : await opened(input.files, { ignoreMissing }, bound);
      const read = { ...input, files };
      const scan = await registerTextScan(request.connection, read, request.context);
      return scanned(scan, input.schema, bound);
    }
  }
}

/** A scan of ours as the query sees it. */
function scanned(scan: ScanItem, schema: StructType, { releases, scans }: Bound): Source {
  releases.push(() => scan.release());
  scans.push(scan);
  const names = schema.fields.map((_, at) => `k${at}`);
  return {
    sql: `${scan.sql} AS t(${[...names, "k"].join(", ")})`,
    columns: names.map((name) => `t.${name}`),
    ordinals: ["t.k"],
  };
}

/** DuckDB takes a folder for all the files in it. */
function refuseFolders(files: readonly InputFile[]): void {
  for (const { path, uri } of files) {
    if (!isFolder(path)) continue;
    const reason = "it is a folder";
    throw error("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", { path: uri, reason });
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // whatever is wrong with it, reading it says so
  }
}

/** An input of some of its columns. */
function onlyOf(input: ParquetInput, places: ReadonlySet<number> = new Set()): ParquetInput {
  const some = ({ fields }: StructType): StructType =>
    struct(fields.filter((_, at) => places.has(at)));
  const { schema, stored } = input;
  return { ...input, schema: some(schema), ...(stored && { stored: some(stored) }) };
}

/** Files with local paths until the query ends. */
async function opened(
  files: readonly InputFile[],
  request: LocalRequest<InputFile>,
  { releases, uris, needed }: Bound,
): Promise<readonly InputFile[]> {
  const local = await localFiles(files, { ...request, needed });
  releases.push(local.release);
  if (local.files !== files) for (const { path, uri } of local.files) uris.set(path, uri);
  return local.files;
}

function inUris(thrown: unknown, uris: ReadonlyMap<string, string>): unknown {
  if (!(thrown instanceof Error)) return thrown;
  let { message } = thrown;
  for (const [path, uri] of uris) message = message.replaceAll(path, uri);
  return message === thrown.message ? thrown : new Error(message, { cause: thrown });
}

async function parquetFiles(
  input: ParquetInput,
  { connection, context, rewritten, folder, heldRows, explained }: BindRequest,
  bound: Bound,
): Promise<Source> {
  const { releases, filtered: blooms } = bound;
  const stored = storedColumns(input);
  const { match = "name" } = input;
  const chunks = { stored: storedColumns(onlyOf(input, bound.read.get(input))), match, blooms };
  const comparisons = bound.comparisons.get(input) ?? [];
  const leftOut = (): void => {
    bound.leftOut = true;
  };
  const part = explained ? footerPart : chunksPart({ ...chunks, comparisons, leftOut });
  const files = await opened(input.files, { partOf: () => part }, bound);
  refuseFolders(files);
  const mayBeFramed = (file: InputFile): boolean => rewritten.mayBeFramed(file);
  const lease = explained
    ? { paths: files.map(({ path }) => path), release: async () => {} }
    : await rewritten.lease(files, await look(files, { stored, match, mayBeFramed }));
  releases.push(lease.release);
  const byId = match === "id" && stored.fields.length > 0;
  let { paths } = lease;
  if (someType(stored, (type) => type.type === "variant")) {
    const { plainVariants } = await import("../parquet/plain-variant.ts");
    const plain = await plainVariants(paths, { stored, byId, folder });
    releases.push(plain.release);
    paths = plain.paths;
  }
  // Without other names, a struct of a file has a member that is wanted.
  const renamed = input.stored !== undefined && stored.fields.some(({ type }) => hasMembers(type));
  const text = (type: DataType): boolean => type.type === "string";
  const mixed = holdsBytes(stored) && stored.fields.some(({ type }) => someType(type, text));
  const bare = someType(stored, isListOfOne);
  const shaped = byId || renamed || mixed || bare ? await import("../parquet/shape.ts") : undefined;
  const shapes =
    shaped !== undefined
      ? await shaped.shapesOf({ connection, paths, stored, match })
      : [{ stored, scanned: stored, files: paths.map((_, at) => at) }];
  const deleted = heldRows.hold(input.files.map((file) => file.deleted));
  const only = heldRows.hold(input.files.map((file) => file.only));
  releases.push(async () => {
    deleted.release();
    only.release();
  });
  const held = { deleted: deleted.first, only: only.first };
  const asks = input.rebase !== undefined && !explained && holdsDays(stored);
  const { timeZone, parquetRebase: otherwise = corrected } = context;
  const modes = { ...otherwise, ...input.rebase, timeZone };
  const calendars = asks
    ? await calendarsOf(connection, { files, names: paths, stored }, modes)
    : undefined;
  return parquetSource(input, { paths, shapes, held, calendars });
}

/** What old forms of lists hold in a way of their own. */
function isListOfOne(type: DataType): boolean {
  if (type.type !== "array" || type.elementType.type !== "struct") return false;
  return type.elementType.fields.length === 1;
}

/** Spark's modes where nobody says them. */
const corrected: ParquetRebase = { datetime: "CORRECTED", int96: "CORRECTED" };

function emptySource(schema: StructType): Source {
  const columns = schema.fields.map((field) => `CAST(NULL AS ${sqlType(field.type)})`);
  return { sql: "(SELECT 0 AS k WHERE false) AS t", columns, ordinals: ["t.k"] };
}

function rangeSource(input: RangeInput): Source {
  const { start, end, step, time } = input;
  const span = end - start;
  const rest = span % step === 0n ? 0n : 1n;
  const count =
    step === 0n || span / step < 0n || span > 0n !== step > 0n ? 0n : span / step + rest;
  const value = `(CAST('${start}' AS BIGINT) + t.k * CAST('${step}' AS BIGINT))`;
  return {
    sql: `range(CAST('${count}' AS BIGINT)) AS t(k)`,
    columns: time === undefined ? [value] : [rangeTime(time), value],
    ordinals: ["t.k"],
  };
}

/** Of row `t.k`. The engine rounds halves away from zero: there is nothing below it. */
function rangeTime({ startMs, stepRows, stepMs }: RangeTime): string {
  const steps = `(t.k // CAST('${stepRows}' AS BIGINT))`;
  const passed = `CAST(round(${steps} * CAST('${stepMs}' AS DOUBLE)) AS BIGINT)`;
  return `make_timestamptz((CAST('${startMs}' AS BIGINT) + ${passed}) * 1000)`;
}

function tableSource(name: string, schema: StructType): Source {
  return {
    sql: `${name} AS t`,
    columns: schema.fields.map((_, at) => `t.k${at}`),
    ordinals: ["t.rowid"],
  };
}

function cachedSource({ name, schema, position = false }: CachedInput): Source {
  const source = tableSource(identifier(name), schema);
  return position ? { ...source, columns: [...source.columns.slice(0, -1), "t.rowid"] } : source;
}

async function rowsSource(
  input: RowsInput,
  { duck, connection }: BindRequest,
  releases: (() => Promise<unknown>)[],
): Promise<Source> {
  const { schema, rows } = input;
  if (rows.length === 0) return emptySource(schema);
  if (schema.fields.length === 0) {
    return { sql: `range(${rows.length}) AS t(k)`, columns: [], ordinals: ["t.k"] };
  }
  if (rows.length * schema.fields.length <= literalCells) return valuesSource(input);
  const table = await rowsTable(schema, connection, releases);
  await appendRows(duck, connection, { table, schema, rows });
  return tableSource(table, schema);
}

/** A table for the rows of an input, until the query ends. */
async function rowsTable(
  schema: StructType,
  connection: DuckDBConnection,
  releases: (() => Promise<unknown>)[],
): Promise<string> {
  const table = `rows_${releases.length}`;
  const columns = schema.fields.map((field, at) => `k${at} ${sqlType(field.type)}`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (${columns.join(", ")})`);
  releases.push(() => connection.run(`DROP TABLE IF EXISTS ${table}`));
  return table;
}

async function fetchedSource(
  { schema, fetch }: FetchedInput,
  { duck, connection, context }: BindRequest,
  releases: (() => Promise<unknown>)[],
): Promise<Source> {
  const { signal } = context;
  if (schema.fields.length === 0) {
    let count = 0;
    for await (const rows of fetch(signal)) count += rows.length;
    return { sql: `range(${count}) AS t(k)`, columns: [], ordinals: ["t.k"] };
  }
  const table = await rowsTable(schema, connection, releases);
  for await (const rows of fetch(signal)) {
    if (signal?.aborted) throw error("OPERATION_CANCELED", {}, signal.reason);
    await appendRows(duck, connection, { table, schema, rows });
  }
  return tableSource(table, schema);
}

function valuesSource({ schema, rows }: RowsInput): Source {
  const tuples = rows.map((row, ordinal) => {
    const cells = schema.fields.map((field, at) => literal(row[at] ?? null, field.type));
    return `(${[...cells, String(ordinal)].join(", ")})`;
  });
  const names = [...schema.fields.map((_, at) => `k${at}`), "k"];
  return {
    sql: `(VALUES ${tuples.join(", ")}) AS t(${names.join(", ")})`,
    columns: schema.fields.map((_, at) => `t.k${at}`),
    ordinals: ["t.k"],
  };
}
