import type { LeafStatistics } from "../engine/engine.ts";
import type { DataType, Json, StructField, StructType } from "../schema/type.ts";
import {
  CalendarDate,
  Decimal,
  floorDiv,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../schema/value.ts";
import { partitionValue } from "./partition.ts";
import { type Configuration, whole } from "./property.ts";

/** Leaves with statistics by default (`delta.dataSkippingNumIndexedCols`). */
const indexedDefault = 32;
/** Characters of a string that statistics keep (`delta.dataSkippingStringPrefixLength`). */
const prefixDefault = 32;

/**
 * Which leaf columns have statistics: those of `delta.dataSkippingStatsColumns`, else the first
 * ones in schema order, partition columns not counted.
 */
export function indexedLeaves(
  schema: StructType,
  partitionColumns: readonly string[],
  configuration: Configuration,
): (path: readonly string[]) => boolean {
  const data = schema.fields.filter((field) => !partitionColumns.includes(field.name));
  const all = data.flatMap((field) => leavesOf(field.type, [field.name]));
  const named = configuration["delta.dataSkippingStatsColumns"];
  const count = whole(configuration, "delta.dataSkippingNumIndexedCols", indexedDefault);
  const chosen =
    named === undefined
      ? all.slice(0, count < 0 ? all.length : count)
      : all.filter((leaf) => columnPaths(named).some((path) => startsWith(leaf, path)));
  const keys = new Set(chosen.map(pathKey));
  return (path) => keys.has(pathKey(path));
}

function leavesOf(type: DataType, path: readonly string[]): (readonly string[])[] {
  if (type.type !== "struct") return [path];
  return type.fields.flatMap((field) => leavesOf(field.type, [...path, field.name]));
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((name, index) => name.toLowerCase() === path[index]?.toLowerCase());
}

function pathKey(path: readonly string[]): string {
  return JSON.stringify(path);
}

/** `a, b.c, `d.e`` as paths. */
function columnPaths(text: string): string[][] {
  const paths: string[][] = [[]];
  for (const [token] of text.matchAll(/`(?:[^`]|``)*`|[^`.,]+|[.,]/g)) {
    if (token === ",") paths.push([]);
    else if (token.startsWith("`")) paths.at(-1)?.push(token.slice(1, -1).replaceAll("``", "`"));
    else if (token !== "." && token.trim() !== "") paths.at(-1)?.push(token.trim());
  }
  return paths.filter((path) => path.length > 0);
}

export interface StatisticsRequest {
  readonly rows: number;
  readonly leaves: readonly LeafStatistics[];
  readonly indexed: (path: readonly string[]) => boolean;
  readonly configuration: Configuration;
}

type Tree = { [name: string]: Tree | string };

/** `add.stats` of a file (PROTOCOL.md#per-file-statistics), by Spark's rules of what goes in. */
export function statisticsText(request: StatisticsRequest): string {
  const prefix = whole(
    request.configuration,
    "delta.dataSkippingStringPrefixLength",
    prefixDefault,
  );
  const min: Tree = {};
  const max: Tree = {};
  const nulls: Tree = {};
  for (const leaf of request.leaves) {
    if (!request.indexed(leaf.path)) continue;
    put(
      min,
      leaf.path,
      boundText(leaf.min, (text) => truncateMin(text, prefix)),
    );
    put(
      max,
      leaf.path,
      boundText(leaf.max, (text) => truncateMax(text, prefix)),
    );
    put(nulls, leaf.path, leaf.nullCount === undefined ? undefined : String(leaf.nullCount));
  }
  const parts = [`"numRecords":${request.rows}`];
  for (const [name, tree] of [
    ["minValues", min],
    ["maxValues", max],
    ["nullCount", nulls],
  ] as const) {
    parts.push(`"${name}":${treeText(tree)}`);
  }
  return `{${parts.join(",")}}`;
}

function put(tree: Tree, path: readonly string[], text: string | undefined): void {
  if (text === undefined) return;
  let place = tree;
  for (const name of path.slice(0, -1)) {
    place[name] ??= {};
    place = place[name] as Tree;
  }
  place[path.at(-1) ?? ""] = text;
}

function treeText(tree: Tree): string {
  const members = Object.entries(tree).map(([name, part]) => {
    return `${JSON.stringify(name)}:${typeof part === "string" ? part : treeText(part)}`;
  });
  return `{${members.join(",")}}`;
}

/** A bound as JSON text; undefined where Delta keeps none. Times are cut to milliseconds. */
function boundText(
  value: Value | undefined,
  truncate: (text: string) => string | undefined,
): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") {
    const text = truncate(value);
    return text === undefined ? undefined : JSON.stringify(text);
  }
  if (typeof value === "number") return Number.isFinite(value) ? numberText(value) : `"${value}"`;
  if (typeof value === "bigint" || value instanceof Decimal) return String(value);
  if (value instanceof CalendarDate) return `"${value}"`;
  if (value instanceof Timestamp)
    return `"${new Timestamp(cut(value.micros)).toString().replace("000Z", "Z")}"`;
  if (value instanceof LocalTimestamp) {
    return `"${new LocalTimestamp(cut(value.micros)).toString().slice(0, -3)}"`;
  }
  return undefined;
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0.0" : JSON.stringify(value);
}

function cut(micros: bigint): bigint {
  return floorDiv(micros, 1000n) * 1000n;
}

const asciiMax = "\u007f";
const unicodeMax = "\u{10ffff}";

/** A lower bound of `length` characters; a surrogate pair is not split. */
export function truncateMin(text: string, length: number): string | undefined {
  if (text.length <= length) return text;
  if (length <= 0) return undefined;
  const splits =
    /[\ud800-\udbff]/.test(text[length - 1] ?? "") && /[\udc00-\udfff]/.test(text[length] ?? "");
  return text.slice(0, splits ? length + 1 : length);
}

/**
 * An upper bound in UTF-8 order: a prefix and a sign not smaller than what was cut. Undefined if
 * none is found within twice the length.
 */
export function truncateMax(text: string, length: number): string | undefined {
  if (text.length <= length) return text;
  let end = truncateMin(text, length)?.length;
  if (end === undefined) return undefined;
  while (end <= 2 * length) {
    if (end >= text.length) return text;
    if (text.startsWith(unicodeMax, end)) end += unicodeMax.length;
    else return text.slice(0, end) + ((text[end] ?? "") < asciiMax ? asciiMax : unicodeMax);
  }
  return undefined;
}

/** A leaf as the table has it now: its file may be of before its type was widened. */
export type StatisticsColumn = Pick<StructField, "type" | "metadata">;

/** What is known of a file's values, for pruning. */
export interface FileStatistics {
  readonly numRecords: number | undefined;
  /** At most every value but NaN; undefined if not known. */
  min(path: readonly string[], column: StatisticsColumn): Value | undefined;
  /** At least every value but NaN: times are widened by what was cut of their millisecond. */
  max(path: readonly string[], column: StatisticsColumn): Value | undefined;
  nullCount(path: readonly string[]): number | undefined;
}

/** Reads `add.stats`; undefined where there is none or it is no JSON. */
export function parseStatistics(text: string | undefined): FileStatistics | undefined {
  if (text === undefined || text === "") return undefined;
  let plain: Json;
  try {
    plain = JSON.parse(exactNumbers(text)) as Json;
  } catch {
    return undefined;
  }
  const count = (found: Json | undefined): number | undefined => {
    const number = typeof found === "string" ? Number(found) : Number.NaN;
    return Number.isSafeInteger(number) ? number : undefined;
  };
  const bound = (
    part: "minValues" | "maxValues",
    path: readonly string[],
    column: StatisticsColumn,
  ): Value | undefined => {
    const found = statisticAt(plain, [part, ...path]);
    if (typeof found !== "string" || !skippable(column.type)) return undefined;
    if (column.type.type === "string") return found;
    const value = partitionValue(found, column.type) ?? undefined;
    // NaN bounds nothing: writers differ in whether it counts.
    if (typeof value !== "number") return value;
    return Number.isNaN(value) ? undefined : asFloat(value, part, column);
  };
  const tight = statisticAt(plain, ["tightBounds"]) !== false;
  const numRecords = count(statisticAt(plain, ["numRecords"]));
  return {
    numRecords,
    min: (path, column) => bound("minValues", path, column),
    max: (path, column) => widened(bound("maxValues", path, column)),
    nullCount: (path) => {
      const nulls = count(statisticAt(plain, ["nullCount", ...path]));
      // With wide bounds only "none" and "all" of the null counts mean anything.
      return tight || nulls === 0 || nulls === numRecords ? nulls : undefined;
    },
  };
}

/** Statistics where large numbers do not matter; undefined where there are none. */
export function plainStatistics(text: string | undefined): Json | undefined {
  try {
    return text ? (JSON.parse(text) as Json) : undefined;
  } catch {
    return undefined;
  }
}

const numberOrText = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The same JSON with every number as a text, so that no digit is lost. */
function exactNumbers(text: string): string {
  return text.replace(numberOrText, (part) => (part.startsWith('"') ? part : `"${part}"`));
}

/** A member of statistics as parsed JSON, at any depth. */
export function statisticAt(json: Json | undefined, path: readonly string[]): Json | undefined {
  let place = json;
  for (let at = 0; at < path.length; at += 1) {
    if (typeof place !== "object" || place === null || Array.isArray(place)) return undefined;
    place = (place as { readonly [key: string]: Json })[path[at]!];
  }
  return place;
}

function skippable(type: DataType): boolean {
  const bare = ["binary", "boolean", "struct", "array", "map", "variant", "void"];
  return ![...bare, "interval", "time"].includes(type.type);
}

/** Statistics of a float name it by its shortest text, which is another double. */
function asFloat(
  value: number,
  part: "minValues" | "maxValues",
  { type, metadata }: StatisticsColumn,
): number {
  if (type.type !== "double" || !("delta.typeChanges" in metadata)) return value;
  const float = Math.fround(value);
  return part === "minValues" ? Math.min(value, float) : Math.max(value, float);
}

function widened(value: Value | undefined): Value | undefined {
  if (value instanceof Timestamp) return new Timestamp(lastMicros(value.micros));
  if (value instanceof LocalTimestamp) return new LocalTimestamp(lastMicros(value.micros));
  return value;
}

/** The last of the millisecond; a time that has microseconds was not cut. */
function lastMicros(micros: bigint): bigint {
  return micros % 1000n === 0n ? micros + 999n : micros;
}
