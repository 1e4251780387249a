import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "./report.ts";
import { main } from "./run.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-conformance-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes files of JSON lines, runs them, and gives back what was printed and reported. */
async function run(
  name: string,
  files: Readonly<Record<string, readonly object[]>>,
): Promise<{ code: number; lines: string[]; report: Report }> {
  const cases = join(folder, name);
  await mkdir(join(cases, "deep"), { recursive: true });
  for (const [file, lines] of Object.entries(files)) {
    await writeFile(join(cases, file), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
  const lines: string[] = [];
  const path = join(folder, `${name}.json`);
  const code = await main(["spark-sql", cases, "--report", path], (line) => lines.push(line));
  return { code, lines, report: JSON.parse(await readFile(path, "utf8")) as Report };
}

function failing(condition: string): { schema: string; output: string } {
  const body = JSON.stringify({ errorClass: condition, sqlState: "42000" }, null, 2);
  return {
    schema: "struct<>",
    output: `org.apache.spark.sql.catalyst.ExtendedAnalysisException\n${body}`,
  };
}

const nested = "select array(1, null) a, map('b', 2, 'a', 1) m, named_struct('x', 's') s";
const nestedSchema = "struct<a:array<int>,m:map<string,int>,s:struct<x:string>>";
const two = { schema: "struct<a:int,b:bigint>", output: "1\t10\n2\tNULL" };

test("a folder that is right passes, its statements in one session, its settings kept", async () => {
  const { code, lines } = await run("right", {
    "a.jsonl": [
      { set: { "spark.sql.session.timeZone": "UTC" } },
      {
        sql: "create temporary view t as select * from values (2, null), (1, 10L) as t(a, b)",
        schema: "struct<>",
        output: "",
      },
      { sql: "select * from t", ...two },
      { sql: "-- in order\nselect * from t order by a", ...two },
      { sql: nested, schema: nestedSchema, output: '[1,null]\t{"a":1,"b":2}\t{"x":"s"}' },
      { sql: "select nothing from t", ...failing("UNRESOLVED_COLUMN.WITH_SUGGESTION") },
      { sql: "select current_timezone() z", schema: "struct<z:string>", output: "UTC" },
    ],
    "deep/b.jsonl": [
      { sql: "select * from t", ...failing("TABLE_OR_VIEW_NOT_FOUND") },
      { sql: "select count(*) c from testdata", schema: "struct<c:bigint>", output: "100" },
    ],
  });
  expect(lines).toEqual(["8 passed, 0 failed, 0 skipped"]);
  expect(code).toBe(0);
});

test("a wrong answer is told from a refusal, a missing error and another error", async () => {
  const { code, lines, report } = await run("failing", {
    "a.jsonl": [
      { sql: "select 1 a", schema: "struct<a:int>", output: "2" },
      { sql: "select 1 a", schema: "struct<a:bigint>", output: "1" },
      {
        sql: "select * from values (1), (2) t(a) order by a desc",
        schema: "struct<a:int>",
        output: "1\n2",
      },
      { sql: "select 1 a", ...failing("DIVIDE_BY_ZERO") },
      { sql: "select no_such_function(1)", ...failing("DIVIDE_BY_ZERO") },
    ],
    "deep/b.jsonl": [
      {
        sql: "create view v as select no_such_function(1) as x",
        schema: "struct<>",
        output: "",
      },
      { sql: "select * from v", schema: "struct<x:int>", output: "1" },
      {
        sql: "create function f as 'org.example.F'",
        schema: "struct<>",
        output: "",
      },
      { sql: "select f(1)", schema: "struct<f(1):int>", output: "1" },
    ],
  });
  expect(code).toBe(1);
  expect(lines).toHaveLength(8);
  expect(lines[0]).toMatch(/^a\.jsonl:1 wrong: /);
  expect(lines.at(-1)).toBe("0 passed, 7 failed, 2 skipped");
  expect(report.failures.map((failure) => failure.class)).toEqual([
    "wrong",
    "wrong",
    "wrong",
    "accepted",
    "condition",
    "refused",
    "refused",
  ]);
  expect(report.files["deep/b.jsonl"]).toMatchObject({ refused: 2, failed: 2, skipped: 2 });
  // What misses a view that could not be made fails for the view's cause.
  expect(report.causes[0]).toMatchObject({ cases: 2 });
  expect(report.causes[0]?.cause).toMatch(/^refused: /);
  expect(report.skipped).toEqual({
    "registers a Java class as a function": 1,
    "uses what was skipped: registers a Java class as a function": 1,
  });
});

test("an unknown kind or folder is wrong usage", async () => {
  const lines: string[] = [];
  expect(await main(["postgres", folder], (line) => lines.push(line))).toBe(2);
  expect(await main(["spark-sql", join(folder, "absent")], () => undefined)).toBe(2);
  expect(lines.join("\n")).toContain("spark-sql");
});
