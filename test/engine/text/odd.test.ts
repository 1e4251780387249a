import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inferTextSchema } from "../../../src/engine/duckdb/text/infer.ts";
import { registerTextScan } from "../../../src/engine/duckdb/text/scan.ts";
import type { InputFile } from "../../../src/plan/input.ts";
import {
  array,
  boolean,
  type DataType,
  date,
  decimal,
  double,
  field,
  integer,
  long,
  map,
  string,
  struct,
  timestamp,
} from "../../../src/schema/type.ts";

interface Cases {
  readonly good: string;
  readonly lines: readonly string[];
}

interface Answers {
  readonly rows: readonly (readonly (readonly (string | null)[])[])[];
  readonly inferred: readonly string[];
}

const golden = new URL("../../golden/odd/", import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, golden), "utf8")) as T;

const SCHEMAS = {
  json: struct([
    field("s", string),
    field("i", integer),
    field("l", long),
    field("d", double),
    field("b", boolean),
    field("ts", timestamp),
    field("dt", date),
    field("dec", decimal(10, 2)),
    field("st", struct([field("x", integer), field("y", string)])),
    field("ar", array(integer)),
    field("m", map(string, integer)),
    field("_corrupt_record", string),
  ]),
  csv: struct([
    field("s", string),
    field("i", integer),
    field("d", double),
    field("dt", date),
    field("ts", timestamp),
    field("b", boolean),
    field("_corrupt_record", string),
  ]),
};

/** Each column as the text that the recorded answers hold. */
const TEXTS: Readonly<Record<string, (column: string) => string>> = {
  struct: (c) =>
    `CASE WHEN ${c} IS NOT NULL THEN '{"x":' || coalesce(CAST(${c}.f0 AS VARCHAR), 'null') || ` +
    `',"y":' || coalesce(CAST(to_json(${c}.f1) AS VARCHAR), 'null') || '}' END`,
  array: (c) => `CAST(to_json(${c}) AS VARCHAR)`,
  map: (c) =>
    `CASE WHEN ${c} IS NOT NULL THEN '{' || array_to_string(list_transform(map_entries(${c}), ` +
    `lambda e: '"' || e.key || '":' || coalesce(CAST(e.value AS VARCHAR), 'null')), ',') || '}' END`,
  timestamp: (c) =>
    `regexp_replace(strftime(${c} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f'), '\\.?0*$', '')`,
  date: (c) => `CASE WHEN year(${c}) > 9999 THEN '+' ELSE '' END || CAST(${c} AS VARCHAR)`,
};

function number(text: string | null): string | null {
  return text === null ? null : String(Number(text.replace("inf", "Infinity")));
}

let folder: string;
let connection: DuckDBConnection;
let instance: DuckDBInstance;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "odd-"));
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, text: string): InputFile {
  const path = join(folder, name);
  writeFileSync(path, text);
  const { size, mtimeMs } = statSync(path);
  return { path, uri: `file://${path}`, size, modificationTime: mtimeMs, partition: {} };
}

for (const format of ["json", "csv"] as const) {
  describe(`odd ${format} lines beside good ones, as Spark reads them`, async () => {
    const cases = read<Cases>(`${format}.json`);
    const answers = read<Answers>(`${format}.spark.json`);
    const schema = SCHEMAS[format];
    const found = new Map<number, (string | null)[][]>();

    beforeAll(async () => {
      const files = cases.lines.map((_, index) =>
        fileOf(`${format}-${index}.txt`, text(cases, index)),
      );
      const scan = await registerTextScan(
        connection,
        { kind: "text", format, schema, files, options: {} },
        { timeZone: "UTC" },
      );
      const columns = schema.fields.map((part, index) => {
        const text = TEXTS[part.type.type];
        return text ? text(`f${index}`) : `CAST(f${index} AS VARCHAR)`;
      });
      const reader = await connection.runAndReadAll(
        `SELECT CAST(ordinal >> 40 AS INTEGER), ${columns.join(", ")} FROM ${scan.sql}`,
      );
      for (const [file, ...values] of reader.getRowsJS() as [number, ...(string | null)[]][]) {
        found.set(file, [...(found.get(file) ?? []), values]);
      }
      await scan.release();
    });

    const doubles = schema.fields.findIndex((part) => part.type.type === "double");
    /** JavaScript's Map and DuckDB's MAP hold a key once; Spark keeps both of these. */
    const twiceTheKey = '{"m":{"k":1,"k":2}}';

    const normal = (rows: readonly (readonly (string | null)[])[]): (string | null)[][] =>
      rows.map((row) => row.map((text, index) => (index === doubles ? number(text) : text)));

    const numbered = cases.lines.map((line, index) => [index, line] as const);
    test.each(numbered.filter(([, line]) => line !== twiceTheKey))("%i %j", (index) => {
      expect(normal(found.get(index) ?? [])).toEqual(normal(answers.rows[index]!));
    });

    test.each(numbered)("the schema of %i %j", async (index) => {
      const files = [fileOf(`${format}-${index}.txt`, text(cases, index))];
      const options = format === "csv" ? { inferschema: "true" } : {};
      const schema = await inferTextSchema({ format, files, options, inferTypes: true });
      const twice = answers.inferred[index]!.startsWith("[COLUMN_ALREADY_EXISTS");
      if (!twice) expect(simple(schema)).toBe(answers.inferred[index]);
    });
  });
}

function text(cases: Cases, index: number): string {
  return `${[cases.good, cases.lines[index], cases.good].join("\n")}\n`;
}

/** A type as Spark's simpleString writes it. */
function simple(type: DataType): string {
  const short: Readonly<Record<string, string>> = { long: "bigint", integer: "int" };
  if (type.type === "array") return `array<${simple(type.elementType)}>`;
  if (type.type === "decimal") return `decimal(${type.precision},${type.scale})`;
  if (type.type !== "struct") return short[type.type] ?? type.type;
  return `struct<${type.fields.map((part) => `${part.name}:${simple(part.type)}`).join(",")}>`;
}
