import { sameName } from "../../schema/compare.ts";
import { formatValue } from "../../schema/text.ts";
import type { StructField } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { Location } from "../../storage/store.ts";
import type { WriteRequest } from "../connector.ts";
import { hiveNull, partitionText, partitionValue } from "./partition.ts";
import type { WriteShape } from "./stage.ts";

/** The folders `column=value` of a file, outermost first. */
export function folderNames(
  partition: Readonly<Record<string, Value>>,
  columns: readonly StructField[],
  timeZone: string,
): readonly string[] {
  return columns.map((column) => {
    const text = folderText(partition[column.name] ?? null, column, timeZone);
    return `${escapePath(column.name)}=${escapePath(text)}`;
  });
}

function folderText(value: Value, { type }: StructField, timeZone: string): string {
  const text = value === null ? "" : formatValue(value, type, timeZone);
  return text === "" ? hiveNull : text;
}

/** Hive's escapes of folder names. */
function escapePath(text: string): string {
  return text.replace(/["#%'*/:=?\\{[\]^]|\p{Cc}/gu, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

interface Overwrite {
  readonly folder: Location;
  readonly request: WriteRequest;
  readonly shape: WriteShape;
  /** The folders that the write put files in. */
  readonly written: ReadonlySet<string>;
}

/** Those of the files that were there before an overwrite which it replaces. */
export function replacedFiles(
  before: readonly string[],
  { folder, request, shape, written }: Overwrite,
): readonly string[] {
  const { replaces, query } = request;
  if (!replaces) return before;
  const { timeZone } = query;
  const partitions = { columns: shape.partitions, timeZone };
  return before.filter((path) => {
    const values = partitionOf(path.slice(folder.path.length + 1), partitions);
    if (!values || !agree(values, replaces.values, partitions)) return false;
    const names = folderNames(values, shape.partitions, timeZone).join("/");
    return !replaces.written || written.has(names);
  });
}

/** Those of a folder's files whose partition columns have these values. */
export function filesAt(
  files: readonly string[],
  { folder, values, ...partitions }: PartitionColumns & FixedValues,
): readonly string[] {
  return files.filter((path) => {
    const own = partitionOf(path.slice(folder.path.length + 1), partitions);
    return own !== undefined && agree(own, values, partitions);
  });
}

interface FixedValues {
  readonly folder: Location;
  readonly values: Values;
}

interface PartitionColumns {
  readonly columns: readonly StructField[];
  /** In which folders spell instants. */
  readonly timeZone: string;
}

type Values = Readonly<Record<string, Value>>;

/** The values in a file's path; undefined for a file that does not lie in a partition. */
function partitionOf(path: string, { columns, timeZone }: PartitionColumns): Values | undefined {
  const texts = partitionText(path) ?? [];
  const values: Record<string, Value> = {};
  for (const column of columns) {
    const found = texts.find(([name]) => sameName(name, column.name));
    if (!found) return undefined;
    values[column.name] = partitionValue(column, found[1], timeZone);
  }
  return values;
}

function agree(values: Values, fixed: Values, { columns, timeZone }: PartitionColumns): boolean {
  return columns.every((column) => {
    if (!Object.hasOwn(fixed, column.name)) return true;
    const text = folderText(fixed[column.name] ?? null, column, timeZone);
    return text === folderText(values[column.name] ?? null, column, timeZone);
  });
}
