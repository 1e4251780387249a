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
  const places = leaves.map((path = []): Places => {
    return { least: ["minValues", ...path], nulls: ["nullCount", ...path] };
  });
  return (statistics) => places.every((one) => isRecent(statistics, one));
}

/** Where statistics have what is asked of a leaf: made once, for there are many files. */
interface Places {
  readonly least: readonly string[];
  readonly nulls: readonly string[];
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

const yearOf = /^\+?(\d{4,})-/;

function isRecent(statistics: Json | undefined, places: Places): boolean {
  const least = statisticAt(statistics, places.least);
  if (least !== undefined && least !== null) {
    const found = yearOf.exec(String(least));
    return found !== null && Number(found[1]) >= firstYear;
  }
  if (statisticAt(statistics, ["tightBounds"]) === false) return false;
  const nulls = statisticAt(statistics, places.nulls);
  return typeof nulls === "number" && nulls === statisticAt(statistics, ["numRecords"]);
}
