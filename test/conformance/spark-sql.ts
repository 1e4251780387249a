import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { MillraceError } from "../../src/error/error.ts";
import type { Relation } from "../../src/plan/relation.ts";
import { inputsOf } from "../../src/plan/walk.ts";
import { binaryStyle } from "../../src/schema/binary.ts";
import { formatDataType } from "../../src/schema/ddl.ts";
import type { StructType } from "../../src/schema/type.ts";
import { SparkSession } from "../../src/session/spark-session.ts";
import { causeOf, type Expected, failureCause, statementOf } from "./cause.ts";
import { hiveRow } from "./hive.ts";
import type { CaseResult, Kind, Outcome, RunOptions } from "./kind.ts";
import { createSkipper, madeBy } from "./skip.ts";
import { createTables, tableData } from "./table.ts";

const zone = "America/Los_Angeles"; // the suite's own
const statementMs = 20_000; // the slowest of Spark's cases takes a tenth of it here
const rowBound = 100_000; // no case answers with more; a runaway join would

/** Spark's own SQL cases: files of JSON lines, each the statements of one session in order. */
export const sparkSql: Kind = {
  about: "files of JSON lines {sql, schema, output}, the statements of one session in order",
  async *run(folder, options) {
    for (const file of await casesIn(folder, options)) yield* runFile(folder, file);
  },
};

async function casesIn(folder: string, { only = "" }: RunOptions): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((file) => file.includes(only))
    .sort();
}

type Line = Expected | { readonly set: Readonly<Record<string, string>> };

async function* runFile(folder: string, file: string): AsyncGenerator<CaseResult> {
  const text = await readFile(join(folder, file), "utf8");
  const lines = text.split("\n").flatMap((line, index) => {
    return line.trim() === "" ? [] : [{ number: index + 1, value: JSON.parse(line) as Line }];
  });
  const warehouse = await mkdtemp(join(tmpdir(), "millrace-conformance-"));
  const spark = await openSession(warehouse);
  const skipped = createSkipper();
  const lost = new Map<string, string>();
  try {
    // The suite runs PostgreSQL's own cases with it.
    if (/(^|\/)postgreSQL\//.test(file)) spark.conf.set("spark.sql.legacy.interval.enabled", true);
    await createTables(spark, text, tableData(folder));
    for (const { number, value } of lines) {
      if ("set" in value) {
        for (const [key, setting] of Object.entries(value.set)) spark.conf.set(key, setting);
        continue;
      }
      const statement = statementOf(value.sql);
      const reason = skipped(statement);
      const outcome: Outcome = reason
        ? { kind: "skipped", reason }
        : await runCase(spark, value, lost);
      remember(statement, outcome, lost);
      yield { file, line: number, text: value.sql, outcome };
    }
  } finally {
    await bounded(() => spark.stop(), statementMs).catch(() => undefined);
    await rm(warehouse, { recursive: true, force: true });
  }
}

function openSession(warehouse: string): Promise<SparkSession> {
  return SparkSession.builder()
    .config("spark.sql.warehouse.dir", warehouse)
    .config("spark.sql.defaultCatalog", "spark_catalog")
    .config("spark.sql.session.timeZone", zone)
    .create();
}

/** Keeps why a relation could not be made: what misses it later fails for that cause. */
function remember(statement: string, outcome: Outcome, lost: Map<string, string>): void {
  const name = madeBy(statement);
  if (!name) return;
  if (outcome.kind === "refused") lost.set(name, outcome.cause);
  else lost.delete(name);
}

interface Answer {
  readonly schema: StructType;
  readonly rows: readonly string[];
  readonly sorted: boolean;
}

async function runCase(
  spark: SparkSession,
  expected: Expected,
  lost: ReadonlyMap<string, string>,
): Promise<Outcome> {
  try {
    return judge(await bounded((signal) => answer(spark, expected.sql, signal)), expected);
  } catch (thrown) {
    return judgeError(thrown, expected, lost);
  }
}

async function answer(spark: SparkSession, sql: string, signal: AbortSignal): Promise<Answer> {
  const frame = await spark.sql(sql);
  await using result = await frame.execution.execute(frame.plan, { signal });
  const how = {
    zone: spark.conf.get("spark.sql.session.timeZone"),
    binary: binaryStyle(spark.conf.get("spark.sql.binaryOutputStyle", "UTF-8"), "UTF-8"),
  };
  const rows: string[] = [];
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let index = 0; index < chunk.rows; index++) {
      const values = chunk.columns.map((column) => column[index] ?? null);
      rows.push(hiveRow(values, result.schema, how));
    }
    if (rows.length > rowBound) throw new Error(`more than ${rowBound} rows`);
  }
  const described = /^desc(ribe)?\b/i.test(statementOf(sql));
  const shown = described ? rows.map(padded) : rows;
  return { schema: result.schema, rows: shown, sorted: described || isSorted(frame.plan) };
}

/** DESCRIBE pads its cells, and shows no NULL. */
function padded(row: string): string {
  const cells = row.split("\t").map((cell) => (cell === "NULL" ? "" : cell));
  return cells.map((cell) => cell.padEnd(20)).join("\t");
}

/** Whether the suite takes the order of the rows for part of the answer. */
function isSorted(plan: Relation): boolean {
  if (plan.kind === "sort") return true;
  if (["join", "aggregate", "lateral view", "deduplicate"].includes(plan.kind)) return false;
  return inputsOf(plan).some(isSorted);
}

function judge(actual: Answer, expected: Expected): Outcome {
  const schema = formatDataType(actual.schema);
  const output = actual.rows.join("\n").trimEnd();
  const shown = `${schema}\n${output}`;
  const wanted = `${expected.schema}\n${expected.output}`;
  const condition = conditionOf(expected);
  if (condition !== undefined) {
    const cause = `no error: ${condition}`;
    return { kind: "accepted", cause, expected: wanted, actual: shown };
  }
  const given = normal(expected.output);
  const rows = normal(output);
  const same = actual.sorted ? rows === given : inAnyOrder(rows) === inAnyOrder(given);
  if (same && normal(schema) === normal(expected.schema)) return { kind: "passed" };
  const reordered = inAnyOrder(rows) === inAnyOrder(given);
  const cause = causeOf({ schema, rows: same, reordered }, expected);
  return { kind: "wrong", cause, expected: wanted, actual: shown };
}

function judgeError(
  thrown: unknown,
  expected: Expected,
  lost: ReadonlyMap<string, string>,
): Outcome {
  const condition = conditionOf(expected);
  const actual = thrown instanceof Error ? thrown.message : String(thrown);
  if (condition === undefined) {
    const wanted = `${expected.schema}\n${expected.output}`;
    const cause = failureCause(thrown, expected.sql, lost);
    return { kind: "refused", cause, expected: wanted, actual };
  }
  // An exception of Java's own has no condition: any error of ours is as good.
  const code = thrown instanceof MillraceError ? thrown.code : "internal";
  if (code === condition || (condition === "" && code !== "internal")) return { kind: "passed" };
  const cause = `${code} in place of ${condition}`;
  return { kind: "condition", cause, expected: expected.output, actual };
}

/** The condition of an expected error, empty where it has none; undefined for an answer. */
function conditionOf({ schema, output }: Expected): string | undefined {
  if (schema !== "struct<>") return undefined;
  const [first = "", ...rest] = output.split("\n");
  if (!/^[\w.$]+(Exception|Error)$/.test(first)) return undefined;
  return /"errorClass"\s*:\s*"([^"]+)"/.exec(rest.join("\n"))?.[1] ?? "";
}

/** What the suite leaves out of the comparison: ids, places, times. */
function normal(output: string): string {
  return output
    .replace(/\r\n?/g, "\n")
    .replace(/#\d+/g, "#x")
    .replace(/^(Location)\b.*?(?:\/([^/\t\n]+))?\s*$/gm, "$1 /$2")
    .replace(/^(Created By|Created Time|Last Access|Owner)\b.*$/gm, "$1")
    .trimEnd();
}

function inAnyOrder(output: string): string {
  return output.split("\n").sort().join("\n");
}

/** Runs with a bound: past it the signal aborts, and the wait ends whether or not the work does. */
async function bounded<T>(
  work: (signal: AbortSignal) => Promise<T>,
  bound = statementMs,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error(`not done within ${bound} ms`));
    }, bound);
  });
  const done = work(controller.signal);
  done.catch(() => undefined);
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
