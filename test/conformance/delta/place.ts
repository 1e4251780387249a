import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "../../../src/engine/duckdb/engine.ts";
import { isError } from "../../../src/error/error.ts";
import type { DataFrame } from "../../../src/index.ts";
import { openLog } from "../../../src/log/open.ts";
import type { Snapshot } from "../../../src/log/snapshot.ts";
import type { StructType } from "../../../src/schema/type.ts";
import type { Value } from "../../../src/schema/value.ts";
import { SparkSession } from "../../../src/session/spark-session.ts";
import { localStore } from "../../../src/storage/local.ts";
import type { Outcome } from "../kind.ts";

const caseMs = 180_000; // a million rows take a tenth of it

/** Where cases run: a session, a way to a log without its rows, a folder for copies. */
export interface Place extends AsyncDisposable {
  readonly spark: SparkSession;
  readonly folder: string;
  log(path: string): Promise<Snapshot | undefined>;
}

export async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-conformance-"));
  const engine = openEngine({});
  const spark = await SparkSession.builder()
    .config("spark.sql.warehouse.dir", join(folder, "warehouse"))
    .config("spark.sql.session.timeZone", "UTC")
    .create();
  return {
    spark,
    folder,
    log: (path) => {
      const context = { engine, staging: join(folder, "staging") };
      return openLog({ store: localStore(), path }, context).update();
    },
    async [Symbol.asyncDispose]() {
      await spark.stop();
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One thing that must be so: what is read, as text beside what is expected. */
export interface Case {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** Why the case is not run. */
  readonly skipped?: string;
  /** The difference of what is there to what must be; undefined where there is none. */
  run(): Promise<Difference | undefined>;
  /** Where an error is expected: whether this is the one. */
  readonly fails?: (thrown: unknown) => boolean;
}

export interface Difference {
  readonly cause: string;
  readonly expected: string;
  readonly actual: string;
}

export async function runCase(one: Case): Promise<Outcome> {
  if (one.skipped !== undefined) return { kind: "skipped", reason: one.skipped };
  try {
    const difference = await bounded(one.run());
    if (one.fails) {
      const [cause, expected] = [`no error: ${one.text}`, one.text];
      return { kind: "accepted", cause, expected, actual: difference?.actual ?? "an answer" };
    }
    return difference ? { kind: "wrong", ...difference } : { kind: "passed" };
  } catch (thrown) {
    if (one.fails?.(thrown)) return { kind: "passed" };
    const kind = one.fails ? "condition" : "refused";
    return { kind, cause: causeOf(thrown), expected: one.text, actual: String(thrown) };
  }
}

function causeOf(thrown: unknown): string {
  if (!isError(thrown)) return `internal: ${String(thrown).split("\n")[0]?.slice(0, 80)}`;
  const about = thrown.parameters["unsupported"] ?? Object.values(thrown.parameters)[0] ?? "";
  return `${thrown.code}: ${about.slice(0, 60)}`;
}

async function bounded<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${caseMs} ms`)), caseMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a frame answers with. */
export interface Answer {
  readonly schema: StructType;
  readonly rows: readonly (readonly Value[])[];
}

export async function answerOf(frame: DataFrame): Promise<Answer> {
  await using result = await frame.execution.execute(frame.plan);
  const rows: Value[][] = [];
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let index = 0; index < chunk.rows; index++) {
      rows.push(chunk.columns.map((column) => column[index] ?? null));
    }
  }
  return { schema: result.schema, rows };
}

/** An answer without some of its columns. */
export function without({ schema, rows }: Answer, ...names: readonly string[]): Answer {
  const kept = schema.fields.flatMap(({ name }, index) => (names.includes(name) ? [] : [index]));
  return {
    schema: { type: "struct", fields: kept.map((index) => schema.fields[index]!) },
    rows: rows.map((row) => kept.map((index) => row[index]!)),
  };
}

/** How two lists of texts differ, each already in its order. */
export function differenceOf(
  what: string,
  actual: readonly string[],
  expected: readonly string[],
): Difference | undefined {
  if (actual.length === expected.length && actual.every((text, at) => text === expected[at])) {
    return undefined;
  }
  const [have, want] = [new Set(actual), new Set(expected)];
  const cause =
    actual.length === expected.length
      ? `other ${what}`
      : `${actual.length} ${what} in place of ${expected.length}`;
  return {
    cause,
    expected: expected.filter((text) => !have.has(text)).join("\n"),
    actual: actual.filter((text) => !want.has(text)).join("\n"),
  };
}
