import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveRead } from "../../../../src/connector/registry.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import { formatDataType, parseSchema } from "../../../../src/schema/ddl.ts";
import type { Row } from "../../../../src/schema/value.ts";
import { openSession, type TestSession } from "../../../connector/session.ts";

interface Case {
  readonly name: string;
  readonly xml: string;
  readonly options: Readonly<Record<string, string>>;
  readonly schema?: string;
  readonly encoding?: string;
}

type Answer = { readonly schema: string; readonly rows: readonly string[] } | { error: string };

const golden = new URL("../../../golden/xml/", import.meta.url);
const cases: readonly Case[] = JSON.parse(readFileSync(new URL("cases.json", golden), "utf8"));
const answers: Readonly<Record<string, Answer>> = JSON.parse(
  readFileSync(new URL("spark.json", golden), "utf8"),
);

async function read(session: TestSession, { xml, options, schema, encoding }: Omit<Case, "name">) {
  const path = join(session.folder, "in.xml");
  await writeFile(path, Buffer.from(xml, encoding === undefined ? "utf8" : "latin1"));
  const lower: Options = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const dataset = await resolveRead({
    ...{ format: "xml", options: lower, context: session.context, paths: [path] },
    ...(schema === undefined ? {} : { schema: parseSchema(schema) }),
  });
  const columns = dataset.schema.fields;
  const rows = await session.rows(
    await dataset.scan!({ columns, conditions: [], timeZone: "UTC" }),
  );
  return { schema: formatDataType(dataset.schema), rows };
}

/** A row as Spark's to_json has it, near enough to compare. */
function jsonOf(row: Row): unknown {
  return JSON.parse(
    JSON.stringify(row, (_, value) => {
      if (typeof value === "bigint") return Number(value);
      if (value instanceof Map) return Object.fromEntries(value);
      if (typeof value === "number" && !Number.isFinite(value)) return String(value);
      return value;
    }),
  );
}
/** Texts of instants and decimals, whose forms differ, as numbers. */
function plain(value: unknown): unknown {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) {
    return Date.parse(value.endsWith("Z") ? value : `${value}Z`);
  }
  if (typeof value === "string" && /^\d+(\.\d+)?$/.test(value)) return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

describe("Spark's answers", () => {
  test.each(cases.map((one) => [one.name, one] as const))("%s", async (name, one) => {
    await using session = await openSession();
    const expected = answers[name]!;
    if ("error" in expected) {
      await expect(read(session, one)).rejects.toThrow();
      return;
    }
    const { schema, rows } = await read(session, one);
    expect(schema).toBe(expected.schema);
    expect(rows.map((row) => plain(jsonOf(row)))).toEqual(
      expected.rows.map((text) => plain(JSON.parse(text))),
    );
  });
});
