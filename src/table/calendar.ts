import { statisticAt } from "../log/statistics.ts";
import { holdsDays } from "../schema/rebase.ts";
import { type DataType, field, type Json, type StructField, struct } from "../schema/type.ts";

/**
 * Tells of a file's statistics that no value of some columns, named as the files name them, is of
 * a day or an instant that calendars differ in (before 1582, before 1900 in old files). Statistics
 * show what a reader shows, and later times are the same in every calendar. Undefined: it is true
 * of every file.
 */
export function recency(
  stored: readonly StructField[],
): ((statistics: Json | undefined) => boolean) | undefined {
  const columns = stored.filter((column) => holdsDays(struct([column])));
  if (columns.length === 0) return undefined;
  const leaves = columns.flatMap((column) => leavesOf(column.type, [column.name]));
  // Of what is in arrays and maps there are no statistics.
  if (leaves.includes(undefined)) return () => false;
  return (statistics) => {
    return leaves.every((path) => path !== undefined && isRecent(statistics, path));
  };
}

/** The paths of days and instants; undefined for one that has no statistics. */
function leavesOf(
  type: DataType,
  path: readonly string[],
): readonly (readonly string[] | undefined)[] {
  if (type.type === "date" || type.type === "timestamp") return [path];
  if (type.type === "struct") {
    return type.fields.flatMap((field) => leavesOf(field.type, [...path, field.name]));
  }
  return holdsDays(struct([field("", type)])) ? [undefined] : [];
}

/** Years from which on all calendars agree, whatever the zone. */
const firstYear = 1901;

function isRecent(statistics: Json | undefined, path: readonly string[]): boolean {
  const least = statisticAt(statistics, ["minValues", ...path]);
  if (least !== undefined && least !== null) {
    const [, year] = /^\+?(\d{4,})-/.exec(String(least)) ?? [];
    return year !== undefined && Number(year) >= firstYear;
  }
  if (statisticAt(statistics, ["tightBounds"]) === false) return false;
  const nulls = statisticAt(statistics, ["nullCount", ...path]);
  return typeof nulls === "number" && nulls === statisticAt(statistics, ["numRecords"]);
}
