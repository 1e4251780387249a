import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DataFrame } from "../../../src/index.ts";
import { dataTypeJson } from "../../../src/schema/json.ts";
import type { StructType } from "../../../src/schema/type.ts";
import type { Row } from "../../../src/schema/value.ts";
import { type Canonical, rowTexts, sorted } from "../../interop/canonical.ts";
import type { RunOptions } from "../kind.ts";
import { filterCases } from "./filter.ts";
import { type Answer, answerOf, type Case, differenceOf, type Place, without } from "./place.ts";

/** `expected.json` of a table that Spark wrote, as far as it is used here. */
interface Expected {
  readonly pathPrefix?: string;
  readonly latestVersion: number;
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly tableFeatures: readonly string[];
  readonly partitionColumns: readonly string[];
  readonly numFiles: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly history: readonly { readonly version: number; readonly operation: string }[];
  readonly versions: Readonly<
    Record<string, { readonly schema?: unknown; readonly rows?: readonly Canonical[] }>
  >;
  readonly changes?: Readonly<Record<string, readonly Canonical[]>>;
  readonly rowIds?: readonly Canonical[];
}

/** The cases of tables written by Spark: what it read of them itself. */
export async function* referenceCases(
  place: Place,
  folder: string,
  { only = "" }: RunOptions,
): AsyncGenerator<Case> {
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name, "expected.json");
    if (!name.includes(only) || !existsSync(file)) continue;
    const expected = JSON.parse(readFileSync(file, "utf8"), fullYear) as Expected;
    const path = placed(place, join(folder, name), expected);
    yield* tableCases(place, { name, path, expected });
  }
}

/** The references have years before 1000 without their leading zeros. */
function fullYear(_key: string, value: unknown): unknown {
  const short = typeof value === "string" && /^\d{1,3}(?=-\d\d-\d\dT[\d:.]{15}Z?$)/.exec(value);
  return short ? `${short[0].padStart(4, "0")}${(value as string).slice(short[0].length)}` : value;
}

/** The table, or a copy of it that names files where they lie now. */
function placed(place: Place, folder: string, { pathPrefix = "/ref" }: Expected): string {
  const path = resolve(folder, "table");
  const log = join(path, "_delta_log");
  const names = readdirSync(log).filter((name) => /\.(json|crc)$/.test(name));
  // The tables were made in the folder `tables`; what this one is called does not matter.
  const prefix = new RegExp(`(?<=[":/])${pathPrefix}/(tables/)?`, "g");
  const moved = names.some((name) => readFileSync(join(log, name), "utf8").search(prefix) >= 0);
  if (!moved) return path;
  const copy = join(place.folder, basename(folder));
  cpSync(path, copy, { recursive: true });
  const tables = dirname(resolve(folder));
  for (const name of names) {
    const text = readFileSync(join(log, name), "utf8").replace(prefix, (_, within?: string) => {
      return within === undefined ? `${dirname(tables)}/` : `${tables}/`;
    });
    writeFileSync(join(copy, "_delta_log", name), text);
  }
  return copy;
}

interface Table {
  readonly name: string;
  readonly path: string;
  readonly expected: Expected;
}

async function* tableCases(place: Place, { name, path, expected }: Table): AsyncGenerator<Case> {
  let line = 0;
  const next = (text: string): { file: string; line: number; text: string } => {
    line++;
    return { file: name, line, text };
  };
  const read = (options: Readonly<Record<string, string | number>> = {}): DataFrame => {
    let reader = place.spark.read.format("delta");
    for (const [key, value] of Object.entries(options)) reader = reader.option(key, value);
    return reader.load(path);
  };
  yield { ...next("detail and history"), run: () => described(place, path, expected) };
  for (const [version, state] of Object.entries(expected.versions)) {
    const frame = read({ versionAsOf: version });
    if (state.schema !== undefined) {
      const shape = JSON.stringify(shapeOf(state.schema));
      const run = async () =>
        differenceOf("schema", [JSON.stringify(shapeOf(await schemaOf(frame)))], [shape]);
      yield { ...next(`schema of version ${version}`), run };
    }
    if (state.rows === undefined) continue;
    const rows = state.rows;
    const run = async () => differenceOf("rows", texts(await answerOf(frame)), sorted(rows));
    yield { ...next(`version ${version}`), run };
  }
  for (const [range, rows] of Object.entries(expected.changes ?? {})) {
    const [startingVersion = "", endingVersion = ""] = range.split("..");
    const run = async () => {
      const frame = read({ readChangeFeed: "true", startingVersion, endingVersion });
      const answer = without(await answerOf(frame), "_commit_timestamp");
      return differenceOf("changes", texts(answer), sorted(rows));
    };
    yield { ...next(`changes ${range}`), run };
  }
  if (expected.rowIds !== undefined) {
    const rows = expected.rowIds;
    const hidden = ["row_id", "row_commit_version"].map((one) => `_metadata.${one} AS ${one}`);
    const run = async () => {
      const answer = await answerOf(read().selectExpr("*", ...hidden));
      return differenceOf("row ids", texts(answer), sorted(rows));
    };
    yield { ...next("row ids"), run };
  }
  yield* filterCases({ place, path, file: name, line: line + 1 });
}

async function described(place: Place, path: string, expected: Expected) {
  const { spark } = place;
  const details = await (await spark.sql(`DESCRIBE DETAIL delta.\`${path}\``)).collect();
  const history = await (await spark.sql(`DESCRIBE HISTORY delta.\`${path}\``)).collect();
  const detail = details[0]!;
  const properties = detail["properties"] as ReadonlyMap<string, string>;
  const shown = (facts: Readonly<Record<string, unknown>>): string[] =>
    Object.entries(facts).map(([name, fact]) => `${name}: ${JSON.stringify(fact)}`);
  return differenceOf(
    "detail",
    shown({
      latestVersion: Number(history[0]?.["version"]),
      minReaderVersion: detail["minReaderVersion"],
      minWriterVersion: detail["minWriterVersion"],
      tableFeatures: [...(detail["tableFeatures"] as readonly string[])].sort(),
      partitionColumns: detail["partitionColumns"],
      numFiles: Number(detail["numFiles"]),
      properties: [...properties].sort(),
      operations: history.map((row) => `${row["version"]} ${row["operation"]}`).reverse(),
    }),
    shown({
      latestVersion: expected.latestVersion,
      minReaderVersion: expected.minReaderVersion,
      minWriterVersion: expected.minWriterVersion,
      tableFeatures: [...expected.tableFeatures].sort(),
      partitionColumns: expected.partitionColumns,
      numFiles: expected.numFiles,
      properties: Object.entries(expected.properties).sort(),
      operations: [...expected.history]
        .sort((a, b) => a.version - b.version)
        .map(({ version, operation }) => `${version} ${operation}`),
    }),
  );
}

async function schemaOf(frame: DataFrame): Promise<unknown> {
  return dataTypeJson((await frame.schema()) as StructType);
}

/** Names, types and nullability: Spark shows a reader less of the metadata than the log holds. */
function shapeOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.entries(schema).filter(([key]) => key !== "metadata");
  return Object.fromEntries(members.sort().map(([key, value]) => [key, shapeOf(value)]));
}

function texts({ schema, rows }: Answer): string[] {
  const names = schema.fields.map((field) => field.name);
  return rowTexts(
    rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])) as Row),
  );
}
