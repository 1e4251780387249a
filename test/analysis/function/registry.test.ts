import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { analyze } from "../../../src/analysis/analyze.ts";
import { defaultConf } from "../../../src/analysis/conf.ts";
import { allFunctions, findFunction, functions } from "../../../src/analysis/function/registry.ts";
import { outputOf } from "../../../src/analysis/typed.ts";
import { formatDataType } from "../../../src/schema/ddl.ts";
import { struct } from "../../../src/schema/type.ts";
import { parseQuery } from "../../../src/sql/parse.ts";
import { sharedPath, sharedReason } from "../../shared.ts";

test("aliases lead to the canonical function, and sugar is not the engine's", () => {
  expect(findFunction("UCASE")?.name).toBe("upper");
  expect(functions().has("ucase")).toBe(false);
  expect(findFunction("nvl")?.sugar).toBe(true);
  expect(functions().has("nvl")).toBe(false);
});

test("what analysis makes alone is the engine's, and no user's", () => {
  for (const name of ["time_window", "time_windows", "array_item", "add_interval"]) {
    expect(functions().has(name)).toBe(true);
    expect(findFunction(name)).toBe(undefined);
  }
});

test("no alias takes the name of another function", () => {
  for (const [name, definition] of allFunctions()) {
    if (name !== definition.name) expect(definition.aliases).toContain(name);
  }
});

const file = "corpus/spark-functions/sql-expression-schema.md";
const path = sharedPath(file);

/** Spark's example of each function with the schema it has there. */
function examples(from: string): { name: string; sql: string; schema: string }[] {
  return readFileSync(from, "utf8")
    .split("\n")
    .flatMap((line) => {
      const match = /^\| \S+ \| (\S+) \| (.*) \| (struct<.*>) \|$/.exec(line);
      if (!match) return [];
      const [, name = "", sql = "", schema = ""] = match.map((part) =>
        part.replaceAll("&#124;", "|"),
      );
      return [{ name, sql, schema }];
    });
}

/** Those whose printed name or type is known to differ: nothing is computed otherwise. */
const different: ReadonlySet<string> = new Set([
  "assert_true", // the message it makes up
  "raise_error", // its two-argument form
  "session_window", // not built
  "zip_with", // a row in a lambda prints as named_struct
]);

test.skipIf(!path)(`Spark's own examples have Spark's schemas (else ${sharedReason(file)})`, () => {
  const failed: string[] = [];
  let known = 0;
  for (const { name, sql, schema } of examples(path ?? "")) {
    if (!findFunction(name) || different.has(name)) continue;
    known += 1;
    const plan = analyze(parseQuery(sql), {
      conf: { ...defaultConf, timeZone: "America/Los_Angeles" },
      datasets: () => expect.fail("no example reads a table"),
      infer: () => struct([]),
    });
    const fields = outputOf(plan).map((column) => `${column.name}:${formatDataType(column.type)}`);
    const got = `struct<${fields.join(",")}>`;
    if (got !== schema) failed.push(`${sql}\n  want ${schema}\n  got  ${got}`);
  }
  expect(failed).toEqual([]);
  expect(known).toBeGreaterThan(380);
});
