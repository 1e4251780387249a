import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerTextScan } from "../../../src/engine/duckdb/text/scan.ts";
import { type DataType, decimal, field, string, struct } from "../../../src/schema/type.ts";

interface Case {
  readonly format: "json" | "csv";
  readonly schema: string;
  readonly text: string;
  readonly options: Readonly<Record<string, string>>;
}

const golden = new URL("../../golden/odd/", import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, golden), "utf8")) as T;
const cases = read<readonly Case[]>("option.json");
const answers = read<readonly (readonly (readonly (string | null)[])[])[]>("option.spark.json");

const NAMES: Readonly<Record<string, string>> = {
  INT: "integer",
  BIGINT: "long",
  SMALLINT: "short",
  TINYINT: "byte",
};

/** Reads the DDL of the cases; null for nested types, which another test has. */
function schemaOf(ddl: string): ReturnType<typeof struct> | undefined {
  if (ddl.includes("<")) return undefined;
  const columns = ddl.match(/\w+ \w+(?:\(\d+,\d+\))?/g) ?? [];
  return struct(
    columns.map((column) => {
      const [name, type] = column.split(" ") as [string, string];
      const digits = /\((\d+),(\d+)\)/.exec(type);
      if (digits) return field(name, decimal(Number(digits[1]), Number(digits[2])));
      return field(name, { type: NAMES[type] ?? type.toLowerCase() } as DataType);
    }),
  );
}

let folder: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "option-"));
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true });
});

function column(type: DataType, name: string): string {
  if (type.type === "timestamp" || type.type === "timestamp_ntz") {
    const local = type.type === "timestamp" ? `(${name} AT TIME ZONE 'UTC')` : name;
    return `regexp_replace(strftime(${local}, '%Y-%m-%d %H:%M:%S.%f'), '\\.?0*$', '')`;
  }
  if (type.type === "binary") return `decode(${name})`;
  return `CAST(${name} AS VARCHAR)`;
}

function normal(text: string | null, type: DataType): string | null {
  if (text === null || (type.type !== "double" && type.type !== "float")) return text;
  const value = Number(text.replace(/inf$/, "Infinity"));
  return String(type.type === "float" ? Math.fround(value) : value);
}

const numbered = cases.map((one, index) => [index, one] as const);
const flat = numbered.filter(([, one]) => schemaOf(one.schema) !== undefined);

test.each(flat)("%i %j reads as Spark reads it", async (index, one) => {
  const path = join(folder, `${index}.txt`);
  writeFileSync(path, one.text);
  const schema = schemaOf(one.schema)!;
  const options = Object.fromEntries(
    Object.entries(one.options).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const file = { path, uri: `file://${path}`, size: statSync(path).size, modificationTime: 0 };
  const files = [{ ...file, partition: {} }];
  const scan = await registerTextScan(
    connection,
    { kind: "text", format: one.format, schema, files, options },
    { timeZone: "UTC" },
  );
  const columns = schema.fields.map((part, at) => column(part.type, `f${at}`));
  const reader = await connection.runAndReadAll(`SELECT ${columns.join(", ")} FROM ${scan.sql}`);
  await scan.release();
  const typed = (rows: readonly (readonly (string | null)[])[]): (string | null)[][] =>
    rows.map((row) => row.map((text, at) => normal(text, schema.fields[at]?.type ?? string)));
  expect(typed(reader.getRowsJS() as (string | null)[][])).toEqual(typed(answers[index]!));
});
