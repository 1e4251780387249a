import { isDeepStrictEqual } from "node:util";
import { canonicalPath, filePath } from "../../../src/log/path.ts";
import type { DataType } from "../../../src/schema/type.ts";
import type { Value } from "../../../src/schema/value.ts";
import { col, lit } from "../../../src/session/functions.ts";
import { localStore } from "../../../src/storage/local.ts";
import { byBytes, print, typed, typedTexts } from "../../interop/canonical.ts";
import { type Answer, answerOf, type Case, differenceOf, type Place, without } from "./place.ts";

const rowsMax = 20_000; // larger tables are slow to filter by hand
const fileColumn = "_file_of_row";

export interface FilterTable {
  readonly place: Place;
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

/**
 * For each column whose values have an order: the rows with one of its values, the greatest of
 * the lower half. They must be the same as those picked from all rows here, and no file may be
 * opened that neither has such a row nor statistics that would let it.
 */
export async function* filterCases(table: FilterTable): AsyncGenerator<Case> {
  let facts: Facts | undefined;
  try {
    facts = await factsOf(table);
  } catch (thrown) {
    yield { ...placeOf(table), text: "rows by file", run: () => Promise.reject(thrown) };
  }
  if (facts === undefined) return;
  const known = facts;
  const { schema } = facts.answer;
  for (const [at, { name, type, metadata }] of schema.fields.entries()) {
    const special = "__COLLATIONS" in metadata || "__CHAR_VARCHAR_TYPE_STRING" in metadata;
    const value = special ? undefined : chosen(facts.answer, at, type);
    if (value === undefined) continue;
    const text = `filter ${name} = ${print(typed(value, type))}`;
    const run = () => filtered(table, known, { at, name, type, value });
    yield { ...placeOf(table), text, run };
  }
}

function placeOf({ file, line }: FilterTable): { readonly file: string; readonly line: number } {
  return { file, line };
}

interface Facts {
  readonly answer: Answer;
  /** The file of each row, as a path. */
  readonly files: readonly string[];
  /** The statistics of each live file, by its path. */
  readonly statistics: ReadonlyMap<string, Statistics>;
  readonly partitions: readonly string[];
  /** The names that statistics have of columns. */
  readonly physical: ReadonlyMap<string, string>;
}

interface Statistics {
  readonly minValues?: Readonly<Record<string, unknown>>;
  readonly maxValues?: Readonly<Record<string, unknown>>;
}

async function factsOf({ place, path }: FilterTable): Promise<Facts | undefined> {
  const frame = place.spark.read.format("delta").load(path);
  const answer = await answerOf(frame.selectExpr("*", `_metadata.file_path AS ${fileColumn}`));
  if (answer.rows.length === 0 || answer.rows.length > rowsMax) return undefined;
  const snapshot = await place.log(path);
  const statistics = new Map<string, Statistics>();
  if (snapshot === undefined) return undefined;
  const location = { store: localStore(), path };
  for (const file of await snapshot.files()) {
    statistics.set(filePath(location, file.path), JSON.parse(file.stats ?? "{}") as Statistics);
  }
  const files = answer.rows.map((row) => canonicalPath(String(row.at(-1))));
  const physical = snapshot.schema.fields.map(({ name, metadata }): [string, string] => {
    return [name, String(metadata["delta.columnMapping.physicalName"] ?? name)];
  });
  return {
    answer: without(answer, fileColumn),
    ...{ files, statistics, partitions: snapshot.metadata.partitionColumns },
    physical: new Map(physical),
  };
}

const ordered = new Set(
  ["byte", "short", "integer", "long", "float", "double", "decimal", "string"].concat([
    "date",
    "timestamp",
    "timestamp_ntz",
    "boolean",
  ]),
);

function chosen({ rows }: Answer, at: number, type: DataType): Value | undefined {
  if (!ordered.has(type.type)) return undefined;
  const values = rows.map((row) => row[at]!).filter((value) => isUsual(value));
  values.sort((a, b) => order(a, b));
  return values[Math.floor((values.length - 1) / 2)];
}

function isUsual(value: Value): boolean {
  return value !== null && !(typeof value === "number" && (!Number.isFinite(value) || !value));
}

function order(a: Value, b: Value): number {
  if (typeof a === "string") return byBytes(a, String(b));
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return byBytes(String(a), String(b));
  return x - y;
}

interface Chosen {
  readonly at: number;
  readonly name: string;
  readonly type: DataType;
  readonly value: Value;
}

async function filtered({ place, path }: FilterTable, facts: Facts, one: Chosen) {
  const { answer, files, statistics } = facts;
  const name = col(`\`${one.name.replaceAll("`", "``")}\``);
  const frame = place.spark.read.format("delta").load(path);
  const condition = name.eq(lit(one.value as never));
  const actual = await answerOf(frame.filter(condition));
  const matching = answer.rows.flatMap((row, index) =>
    isDeepStrictEqual(row[one.at], one.value) ? [index] : [],
  );
  const expected = matching.map((index) => answer.rows[index]!);
  const difference = differenceOf(
    "rows",
    typedTexts(actual.rows, actual.schema),
    typedTexts(expected, answer.schema),
  );
  if (difference !== undefined) return difference;
  const explained = await frame.execution.explain(frame.filter(condition).plan);
  const opened = /(\d+) of \d+ files/.exec(explained)?.[1];
  const needed = new Set(matching.map((index) => files[index]!));
  const owners = new Set(files);
  for (const [file, known] of statistics) {
    // Which partition a file without rows is in is not known here.
    if (!owners.has(file) || !excluded(known, one, facts)) needed.add(file);
  }
  if (opened !== undefined && Number(opened) <= needed.size) return undefined;
  return {
    cause: `${opened} files opened in place of ${needed.size}`,
    expected: [...needed].join("\n"),
    actual: explained,
  };
}

/** Whether a file with rows, none of them with the value, says so itself. */
function excluded(known: Statistics, one: Chosen, facts: Facts): boolean {
  if (facts.partitions.includes(one.name)) return true;
  const name = facts.physical.get(one.name) ?? one.name;
  const [min, max] = [known.minValues?.[name], known.maxValues?.[name]];
  return min !== undefined && max !== undefined && outside(min, max, one);
}

function outside(min: unknown, max: unknown, { value, type }: Chosen): boolean {
  const name = type.type;
  if (name === "float" || name === "double" || name === "boolean") return false;
  if (name === "timestamp" || name === "timestamp_ntz") {
    const at = Number((value as { micros: bigint }).micros / 1000n);
    const utc = (text: unknown): number =>
      Date.parse(/Z|[+-]\d\d:/.test(String(text)) ? String(text) : `${text}Z`);
    return at < utc(min) || at > utc(max) + 1;
  }
  if (name === "string" || name === "date") {
    return byBytes(String(value), String(min)) < 0 || byBytes(String(value), String(max)) > 0;
  }
  return Number(value) < Number(min) || Number(value) > Number(max);
}
