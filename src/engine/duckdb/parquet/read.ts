import { type InputFile, isFileMetadata, type ParquetInput } from "../../../plan/input.ts";
import {
  type DataType,
  field,
  long,
  type StructField,
  type StructType,
  someType,
  struct,
} from "../../../schema/type.ts";
import { Timestamp, type Value } from "../../../schema/value.ts";
import type { Source } from "../compile/scope.ts";
import { identifier, memberName, paths, text } from "../quote.ts";
import { rename, sqlType } from "../type.ts";
import { literal } from "../value/literal.ts";
import { heldSql } from "./held-rows.ts";
import { type FileCalendar, rebased } from "./rebase.ts";
import type { Shape } from "./shape.ts";

/** The columns of an input that are in its files, as they are called there. */
export function storedColumns(input: ParquetInput): StructType {
  const { schema, files, stored = schema, within } = input;
  const found = stored.fields.filter((_, at) => !isFromFile(schema.fields[at]!, files));
  const own = struct([...found, ...trackedFields(input)]);
  return within === undefined ? own : struct([field(within, own)]);
}

/** The columns that `_metadata` needs of the files: they stand last. */
function trackedFields({ schema, tracked }: ParquetInput): readonly StructField[] {
  if (tracked === undefined || !schema.fields.some(isFileMetadata)) return [];
  return [field(tracked.rowId, long), field(tracked.rowCommitVersion, long)];
}

/** Files to be read: where they are, and which of them have which names. */
export interface ParquetFiles {
  readonly paths: readonly string[];
  readonly shapes: readonly Shape[];
  /** The numbers under which the sets of rows of the first of them are held. */
  readonly held: { readonly deleted: number; readonly only: number };
  /** Of each file, where some count in another calendar. */
  readonly calendars?: readonly FileCalendar[] | undefined;
}

/**
 * One scan over all files of a shape. DuckDB maps each file to the schema given here: by name
 * whatever the case, missing columns and members null, types cast. The connection is in UTC, so an
 * INT96 time, which DuckDB takes for one without a zone, becomes the instant it is.
 */
export function parquetSource(input: ParquetInput, read: ParquetFiles): Source {
  const { schema, files, widened = [] } = input;
  let place = 0;
  const found = schema.fields.map((one) => (isFromFile(one, files) ? -1 : place++));
  const { sql, columns } = scanOf(read, input);
  const tracked = trackedFields(input).map((_, at) => columns[place + at]!);
  return {
    sql: `${sql} AS t`,
    columns: schema.fields.map((field, at) => {
      if (isFileMetadata(field)) return metadata(field.type as StructType, files, tracked);
      if (isPartition(field, files)) return constant(field, files);
      const value = today(columns[found[at]!]!, field, read.calendars);
      const own = widened.includes(field.name) ? castFirst(value) : value;
      const has = (file: InputFile): boolean => Object.hasOwn(file.partition, field.name);
      if (!files.some(has)) return own;
      const which = perFile(files, (file) => String(has(file)));
      return `CASE WHEN ${which} THEN ${constant(field, files)} ELSE ${own} END`;
    }),
    ordinals: ["t.file_index", "t.file_row_number"],
    condition: wanted(files, read.held),
  };
}

/** A value of a file, in the calendar of today. */
function today(value: string, { type }: StructField, calendars: ParquetFiles["calendars"]): string {
  if (calendars === undefined) return value;
  return rebased(value, type, (sql) => listed(calendars.map(sql)));
}

/**
 * The value, but no bare column: DuckDB would cast what a column is compared with to the type that
 * the file has, and 10.5 is 10 to a file of integers.
 */
function castFirst(value: string): string {
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${value} END`;
}

/** A FROM item `t` over all files, with `file_index` counting all of them, and its columns. */
function scanOf(
  { paths: names, shapes }: ParquetFiles,
  { within, known }: ParquetInput,
): Pick<Source, "sql" | "columns"> {
  const [only] = shapes;
  const inner = within !== undefined;
  if (only !== undefined && inner && known) {
    const sql = `read_parquet(${fromFiles(only.scanned.fields, names)})`;
    return { sql, columns: membersOf(only, within) };
  }
  if (only !== undefined && shapes.length === 1) {
    return { sql: scan(only.scanned.fields, names), columns: positional("t", only, inner) };
  }
  const parts = shapes.map((shape) => {
    const from = scan(
      shape.scanned.fields,
      shape.files.map((at) => names[at]!),
    );
    const values = positional("s", shape, inner).map((value, at) => `${value} AS k${at}`);
    const index = `([${shape.files.join(", ")}])[CAST(s.file_index AS BIGINT) + 1] AS file_index`;
    return `SELECT ${[...values, index, "s.file_row_number"].join(", ")} FROM ${from} AS s`;
  });
  const columns = only === undefined ? [] : positional("s", only, inner).map((_, at) => `t.k${at}`);
  return { sql: `(${parts.join(" UNION ALL ")})`, columns };
}

/**
 * The members of a file's column. What else it holds is left alone only where the files are read
 * without a mapping. A cast to the type that is there costs nothing, and hides no filter.
 */
function membersOf({ scanned }: Shape, column: string): string[] {
  const type = scanned.fields[0]?.type;
  if (type?.type !== "struct") return [];
  return type.fields.map((member) => {
    const value = `struct_extract(t.${identifier(column)}, ${text(member.name)})`;
    return `CAST(${rename(value, member.type, "position")} AS ${sqlType(member.type)})`;
  });
}

/** The columns of a scan, or the members of its only one, with members of theirs by position. */
function positional(alias: string, { stored, scanned }: Shape, inner: boolean): string[] {
  const [only] = stored.fields;
  if (inner && only?.type.type === "struct") {
    return only.type.fields.map(({ name, type }) => {
      return rename(`struct_extract(${alias}.k0, ${text(name)})`, type, "position");
    });
  }
  return stored.fields.map(({ type }, at) => {
    const value = `${alias}.k${at}`;
    const bytes = type.type === "string" && scanned.fields[at]?.type.type === "binary";
    return bytes ? `decode(${value})` : rename(value, type, "position");
  });
}

/** SQL that is true for the rows that are wanted; undefined where all of them are. */
function wanted(files: readonly InputFile[], held: ParquetFiles["held"]): string | undefined {
  const conditions: string[] = [];
  for (const key of ["deleted", "only"] as const) {
    if (files.every((file) => file[key] === undefined)) continue;
    const isIn = heldSql(`t.file_index + ${held[key]}`, "t.file_row_number");
    const some = perFile(files, (file) => String(file[key] !== undefined));
    const isRight = key === "deleted" ? `NOT ${isIn}` : isIn;
    conditions.push(some === "true" ? isRight : `(NOT ${some} OR ${isRight})`);
  }
  return conditions.length === 0 ? undefined : conditions.join(" AND ");
}

/** Whether bytes are among what is read: a file's bytes without a mark are then no text. */
export function holdsBytes({ fields }: StructType): boolean {
  const bytes = (type: DataType): boolean => type.type === "binary" || type.type === "variant";
  return fields.some(({ type }) => someType(type, bytes));
}

/**
 * `read_parquet` of files whose columns come out as `k0`, `k1`, … with members by name. Texts that
 * a writer did not mark as UTF-8 would come out as DuckDB spells bytes, `\xC3\xA9`.
 */
function scan(fields: readonly StructField[], names: readonly string[]): string {
  const entries = fields.map((field, at) => {
    const parts = `name: 'k${at}', type: ${text(sqlType(field.type, "name"))}, default_value: NULL`;
    return `${text(field.name)}: {${parts}}`;
  });
  // A map of no columns is an error; one that no file has costs nothing.
  const none = `'': {name: 'k', type: 'INTEGER', default_value: NULL}`;
  const mapping = entries.length === 0 ? none : entries.join(", ");
  return `read_parquet(${fromFiles(fields, names)}, schema = MAP {${mapping}})`;
}

function fromFiles(fields: readonly StructField[], names: readonly string[]): string {
  const bytes = holdsBytes(struct(fields)) ? "" : ", binary_as_string = true";
  return `${paths(names)}, hive_partitioning = false${bytes}`;
}

function isPartition(field: StructField, files: readonly InputFile[]): boolean {
  return files.length > 0 && files.every((file) => Object.hasOwn(file.partition, field.name));
}

function isFromFile(field: StructField, files: readonly InputFile[]): boolean {
  return isPartition(field, files) || isFileMetadata(field);
}

/** SQL of a value that each file has one of: a constant, or a list the file's index picks from. */
function perFile(files: readonly InputFile[], value: (file: InputFile) => string): string {
  return listed(files.map(value));
}

function listed(values: readonly string[]): string {
  const [first = "NULL"] = values;
  if (values.every((other) => other === first)) return first;
  return `([${values.join(", ")}])[CAST(t.file_index AS BIGINT) + 1]`;
}

function constant({ name, type }: StructField, files: readonly InputFile[]): string {
  return perFile(files, (file) => literal(file.partition[name] ?? null, type));
}

/** `_metadata`; `tracked` is what the files themselves say of a row's id and commit version. */
function metadata(
  type: StructType,
  files: readonly InputFile[],
  [rowId, rowCommitVersion]: readonly string[],
): string {
  const members = type.fields.map((member, at) => {
    const ofFile = (name: string): string =>
      perFile(files, (file) => literal(metadataOf(file, name), member.type));
    const first = (own: string | undefined, otherwise: string): string =>
      own === undefined ? otherwise : `coalesce(${own}, ${otherwise})`;
    const sql = (): string => {
      switch (member.name) {
        case "row_index":
          return "t.file_row_number";
        case "row_id":
          return first(rowId, `${ofFile("base_row_id")} + t.file_row_number`);
        case "row_commit_version":
          return first(rowCommitVersion, ofFile("default_row_commit_version"));
        default:
          return ofFile(member.name);
      }
    };
    return `${memberName(at)} := ${sql()}`;
  });
  return `struct_pack(${members.join(", ")})`;
}

function metadataOf(file: InputFile, name: string): Value {
  switch (name) {
    case "file_path":
      return file.uri;
    case "file_name":
      return file.uri.slice(file.uri.lastIndexOf("/") + 1);
    case "file_size":
    case "file_block_length":
      return BigInt(file.size);
    case "file_block_start":
      return 0n;
    case "base_row_id":
      return file.tracking?.baseRowId ?? null;
    case "default_row_commit_version":
      return file.tracking?.rowCommitVersion ?? null;
    case "file_modification_time":
      return new Timestamp(BigInt(Math.trunc(file.modificationTime)) * 1000n);
    default:
      return null;
  }
}
