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
  const zone = query.timeZone;
  return before.filter((path) => {
    const texts = partitionText(path.slice(folder.path.length + 1)) ?? [];
    const values: Record<string, Value> = {};
    for (const column of shape.partitions) {
      const found = texts.find(([name]) => sameName(name, column.name));
      if (!found) return false;
      values[column.name] = partitionValue(column, found[1], zone);
    }
    const isFixed = shape.partitions.every((column) => {
      if (!Object.hasOwn(replaces.values, column.name)) return true;
      const fixed = folderText(replaces.values[column.name] ?? null, column, zone);
      return fixed === folderText(values[column.name] ?? null, column, zone);
    });
    const names = folderNames(values, shape.partitions, zone).join("/");
    return isFixed && (!replaces.written || written.has(names));
  });
}
