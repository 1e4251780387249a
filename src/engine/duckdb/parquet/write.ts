import { rm } from "node:fs/promises";
import type { DuckDBConnection, DuckDBMapValue } from "@duckdb/node-api";
import { env } from "../../../env.ts";
import { assert } from "../../../error/error.ts";
import type { DataType, StructField, StructType } from "../../../schema/type.ts";
import {
  CalendarDate,
  Decimal,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../../schema/value.ts";
import type { ParquetTarget, WrittenFile } from "../../engine.ts";
import { identifier, text } from "../quote.ts";
import { rename, sqlType } from "../type.ts";
import { fieldIds } from "./field-id.ts";
import { isFloating, leavesOf, type RawStatistics } from "./statistics.ts";

export interface WriteRequest {
  /** The plan's SELECT and the names of its columns, one for each field of the target's schema. */
  readonly select: string;
  readonly columns: readonly string[];
  /** Types of the plan's columns. */
  readonly types: readonly DataType[];
  readonly target: ParquetTarget;
}

export interface Write {
  readonly sql: string;
  /** Collects what was written out of COPY's answer. */
  files(connection: DuckDBConnection): Promise<readonly WrittenFile[]>;
}

/** Rows of a row group: DuckDB's default, and 128 MB of columns at 1 KB a row, as in Spark. */
const rowGroupSize = 122_880;

/** The COPY of a plan into a target, ready to run. */
export function parquetWrite(request: WriteRequest): Write {
  const { target } = request;
  const names = target.schema.fields.map((field) => field.name);
  const keys = target.partitionBy.map((name) => {
    const at = names.indexOf(name);
    assert(at >= 0, `partition column ${name} is not in the schema`);
    return at;
  });
  const stored = target.schema.fields.filter((_, at) => !keys.includes(at));
  assert(stored.length > 0, "a file needs a column that is no partition column");
  const split = target.maxRecordsPerFile;
  const folder = keys.length > 0 || split !== undefined;
  const id = env.uuid();
  const path = folder ? `${target.directory}/${id}` : `${target.directory}/${id}.parquet`;
  const options = [
    "FORMAT parquet",
    "RETURN_STATS",
    ...(folder ? [] : ["WRITE_EMPTY_FILE false"]),
    `COMPRESSION ${target.compression === "lz4" ? "lz4_raw" : target.compression}`,
    `ROW_GROUP_SIZE ${rowGroupSize}`,
    ...fieldIds(stored),
    ...(folder ? [`PARTITION_BY (${partitionNames(keys.length, split).join(", ")})`] : []),
    ...(folder ? ["FILENAME_PATTERN '{uuid}'"] : []),
  ];
  const sql = `COPY (${source(request, keys)}) TO ${text(path)} (${options.join(", ")})`;
  const schema: StructType = { type: "struct", fields: stored };
  const keyFields = keys.map((at) => target.schema.fields[at] as StructField);
  return {
    sql,
    async files(connection) {
      const rows = await answerOf(connection, sql).catch(async (thrown) => {
        // DuckDB takes back a file it could not finish, but not a folder.
        if (folder) await discard(path);
        throw thrown;
      });
      if (folder && rows.length === 0) await discard(path);
      const answers = rows.filter((row) => row[1] !== 0n) as Answer[];
      const groups = await rowGroupsOf(connection, answers, { schema, folder });
      const { statistics: wanted } = target;
      return answers.map((answer) => {
        return fileOf(answer, { schema, keyFields, rowGroups: groups.get(answer[0]) ?? 1, wanted });
      });
    },
  };
}

/** Rows that one thread hands on at once: a file of no more has one row group. */
const vectorSize = 2048n;

/** The row groups of the files in which they matter: see `StatisticsRequest.rowGroups`. */
async function rowGroupsOf(
  connection: DuckDBConnection,
  answers: readonly Answer[],
  { schema, folder }: { readonly schema: StructType; readonly folder: boolean },
): Promise<ReadonlyMap<string, number>> {
  if (!holdsFloating(schema)) return new Map();
  const paths = answers
    .filter(([, rows]) => rows > (folder ? 1n : vectorSize))
    .map(([path]) => text(path));
  if (paths.length === 0) return new Map();
  const sql = `SELECT file_name, num_row_groups FROM parquet_file_metadata([${paths.join(", ")}])`;
  const rows = await answerOf(connection, sql);
  return new Map(rows.map(([path, groups]) => [String(path), Number(groups)]));
}

function holdsFloating(schema: StructType): boolean {
  return schema.fields.some(({ type }) => {
    return isFloating(type) || (type.type === "struct" && holdsFloating(type));
  });
}

async function answerOf(connection: DuckDBConnection, sql: string) {
  return (await connection.runAndReadAll(sql)).getRows();
}

async function discard(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => {});
}

function source({ select, columns, types, target }: WriteRequest, keys: readonly number[]): string {
  const stored: string[] = [];
  const labels: string[] = [];
  target.schema.fields.forEach((field, at) => {
    const column = columns[at] ?? "NULL";
    if (keys.includes(at)) return;
    const type = types[at] ?? field.type;
    const same = sqlType(type) === sqlType(field.type);
    const cast = same ? column : `CAST(${column} AS ${sqlType(field.type)})`;
    stored.push(`${rename(cast, field.type, "name")} AS ${identifier(field.name)}`);
  });
  keys.forEach((at, key) => {
    labels.push(
      `${label(columns[at] ?? "NULL", target.schema.fields[at] as StructField)} AS p${key}`,
    );
  });
  if (target.maxRecordsPerFile === undefined) {
    return `SELECT ${[...stored, ...labels].join(", ")} FROM (${select})`;
  }
  const by = keys.length === 0 ? "" : `PARTITION BY ${keys.map((at) => columns[at]).join(", ")}`;
  const part = `(row_number() OVER (${by}) - 1) // ${target.maxRecordsPerFile} AS part`;
  return `SELECT ${[...stored, ...labels, part].join(", ")} FROM (${select})`;
}

function partitionNames(count: number, split: number | undefined): string[] {
  const names = Array.from({ length: count }, (_, at) => `p${at}`);
  return split === undefined ? names : [...names, "part"];
}

/** A partition value as text that says null, empty and every instant apart, to be read back. */
function label(column: string, field: StructField): string {
  const type = field.type.type;
  const value =
    type === "date"
      ? `(${column} - DATE '1970-01-01')`
      : type === "timestamp" || type === "timestamp_ntz"
        ? `epoch_us(${column})`
        : type === "binary"
          ? `hex(${column})`
          : column;
  return `CASE WHEN ${column} IS NULL THEN 'n' ELSE 'v' || CAST(${value} AS VARCHAR) END`;
}

/** Path, rows, size, footer size, statistics, partition keys. */
type Answer = [string, bigint, bigint, bigint, DuckDBMapValue, DuckDBMapValue | null];

interface FileRequest {
  readonly schema: StructType;
  readonly keyFields: readonly StructField[];
  readonly rowGroups: number;
  readonly wanted: ParquetTarget["statistics"];
}

function fileOf(answer: Answer, request: FileRequest): WrittenFile {
  const { schema, keyFields, rowGroups, wanted } = request;
  const [path, rows, size, , statistics, labels] = answer;
  const raw: RawStatistics = new Map(
    statistics.entries.map(({ key, value }) => [String(key), textsOf(value as DuckDBMapValue)]),
  );
  const byName = labels === null ? new Map<string, string>() : textsOf(labels);
  const partition: Record<string, Value> = {};
  keyFields.forEach((field, at) => {
    partition[field.name] = unlabelled(byName.get(`p${at}`) ?? "n", field.type);
  });
  return {
    path,
    size: Number(size),
    rows: Number(rows),
    partition,
    leaves: leavesOf({ raw, schema, rowGroups, wanted }),
  };
}

function textsOf(map: DuckDBMapValue): Map<string, string> {
  return new Map(map.entries.map(({ key, value }) => [String(key), String(value)]));
}

/** The inverse of `label`. */
function unlabelled(labelled: string, type: DataType): Value {
  if (labelled === "n") return null;
  const value = labelled.slice(1);
  switch (type.type) {
    case "long":
      return BigInt(value);
    case "integer":
    case "short":
    case "byte":
      return Number(value);
    case "float":
    case "double":
      return Number(value.replace(/inf$/i, "Infinity"));
    case "boolean":
      return value === "true";
    case "date":
      return new CalendarDate(Number(value));
    case "timestamp":
      return new Timestamp(BigInt(value));
    case "timestamp_ntz":
      return new LocalTimestamp(BigInt(value));
    case "binary":
      return new Uint8Array(Buffer.from(value, "hex"));
    case "decimal":
      return new Decimal(BigInt(value.replace(".", "")), type.scale);
    default:
      return value;
  }
}
