import { statisticAt } from "../log/statistics.ts";
import type { DataType, Json, StructField } from "../schema/type.ts";

type Path = readonly string[];

/**
 * Tells of a file's statistics which columns, of those that are read and as the files name them,
 * have values in it; undefined where nothing is known. What is the same of many files is one array.
 */
export function presence(
  stored: readonly StructField[],
): (statistics: Json | undefined) => readonly Path[] | undefined {
  const leaves = stored.flatMap(({ name, type }) => leavesOf(type, [name]));
  const sets = new Map<string, readonly Path[]>();
  return (statistics) => {
    const found = leaves.filter((path) => isPresent(statistics, path));
    if (found.length === 0) return undefined;
    if (found.length === leaves.length) return leaves;
    const key = JSON.stringify(found);
    const known = sets.get(key);
    if (known === undefined && sets.size < setsMax) sets.set(key, found);
    return known ?? found;
  };
}

/** Different sets of columns that are remembered. */
const setsMax = 1_000;

/** The paths of what has statistics: members of structs, and whole arrays and maps. */
function leavesOf(type: DataType, path: Path): readonly Path[] {
  if (type.type !== "struct") return [path];
  return type.fields.flatMap((field) => leavesOf(field.type, [...path, field.name]));
}

function isPresent(statistics: Json | undefined, path: Path): boolean {
  const nulls = statisticAt(statistics, ["nullCount", ...path]);
  if (typeof nulls !== "number") return false;
  if (nulls === 0) return rowsOf(statistics) > 0;
  // With wide bounds only "none" and "all" of the null counts mean anything.
  if (statisticAt(statistics, ["tightBounds"]) === false) return false;
  return nulls > 0 && nulls < rowsOf(statistics);
}

function rowsOf(statistics: Json | undefined): number {
  const rows = statisticAt(statistics, ["numRecords"]);
  return typeof rows === "number" ? rows : 0;
}
