import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isError } from "../../../src/error/error.ts";
import { decodePath } from "../../../src/log/path.ts";
import type { DataType } from "../../../src/schema/type.ts";
import { digestOf, print, type Typed, typedTexts } from "../../interop/canonical.ts";
import { meaningOf } from "../../interop/variant.ts";
import type { RunOptions } from "../kind.ts";
import { filterCases } from "./filter.ts";
import {
  type Answer,
  answerOf,
  type Case,
  type Difference,
  differenceOf,
  type Place,
  without,
} from "./place.ts";
import { fits } from "./reason.ts";

type Counted = readonly [rows: number, digest: string];

/** A line of INDEX.jsonl, as far as it is used here. */
interface Entry {
  readonly path: string;
  readonly protocol: readonly [unknown, unknown, readonly string[] | null, unknown] | null;
  readonly expect: {
    readonly kind: "rows" | "log_only" | "variant" | "must_fail" | "unsettled";
    readonly rows?: number;
    readonly digest?: string;
    readonly reason?: string;
    readonly note?: string;
    readonly settled_by?: readonly string[];
  };
  readonly versions_delta_rs: Readonly<Record<string, Counted | string>> | null;
  readonly cdf_delta_rs: { readonly rows?: number; readonly digest?: string } | null;
  readonly logstate: {
    readonly version?: number;
    readonly live_files?: number;
    readonly files_sha256?: string;
    readonly error?: string;
  } | null;
}

const table = { format: "delta" };

/** The cases of tables written by others: INDEX.jsonl says of each what to expect. */
export async function* corpusCases(
  place: Place,
  folder: string,
  { only = "" }: RunOptions,
): AsyncGenerator<Case> {
  const lines = readFileSync(join(folder, "INDEX.jsonl"), "utf8").split("\n");
  for (const [index, text] of lines.entries()) {
    if (text.trim() === "") continue;
    const entry = JSON.parse(text) as Entry;
    if (!entry.path.includes(only)) continue;
    yield* tableCases({ place, folder, entry, line: index + 1 });
  }
}

interface Table {
  readonly place: Place;
  readonly folder: string;
  readonly entry: Entry;
  readonly line: number;
}

async function* tableCases(one: Table): AsyncGenerator<Case> {
  const { place, entry } = one;
  const path = join(one.folder, "tables", entry.path);
  const { kind } = entry.expect;
  const base = { file: entry.path, line: one.line };
  if (kind === "must_fail") {
    yield failing(one, path);
    return;
  }
  if (kind === "unsettled") {
    yield { ...base, text: kind, skipped: "nobody knows what it holds", run: none };
    return;
  }
  if (kind === "log_only") {
    yield* logCases(one, path);
    return;
  }
  const read = (options: Readonly<Record<string, string | number>> = {}): Promise<Answer> => {
    let reader = place.spark.read.format(table.format);
    for (const [name, value] of Object.entries(options)) reader = reader.option(name, value);
    return answerOf(reader.load(path));
  };
  yield { ...base, text: kind, run: async () => judge(one, await read(), kind) };
  yield* versionCases(one, read);
  const changes = rowsFile(one, ".cdf");
  if (changes !== undefined) {
    const run = async (): Promise<Difference | undefined> => {
      const answer = await read({ readChangeFeed: "true", startingVersion: 0 });
      const rows = without(answer, "_commit_timestamp");
      return differenceOf("changes", typedTexts(rows.rows, rows.schema), changes);
    };
    yield { ...base, text: "changes from version 0", run };
  }
  yield* filterCases({ place, path, ...base });
}

const none = async (): Promise<undefined> => undefined;

function failing(one: Table, path: string): Case {
  const { entry, place } = one;
  const { reason = "" } = entry.expect;
  const featureless = !entry.protocol?.[2]?.length;
  return {
    file: entry.path,
    line: one.line,
    text: reason,
    fails: (thrown) => fits(thrown, { reason, featureless }),
    run: async () => {
      const { rows } = await answerOf(place.spark.read.format(table.format).load(path));
      return { cause: "", expected: reason, actual: `${rows.length} rows` };
    },
  };
}

/** Tables without data: what their log says, and that a log without columns is not selected. */
async function* logCases(one: Table, path: string): AsyncGenerator<Case> {
  const { place, entry } = one;
  const state = entry.logstate;
  const base = { file: entry.path, line: one.line };
  yield {
    ...base,
    text: "log",
    run: async () => {
      const snapshot = await place.log(path);
      if (snapshot === undefined) return { cause: "no log", expected: "a log", actual: "none" };
      if (state === null || state.error !== undefined) return undefined;
      const files: string[] = [];
      for (const file of await snapshot.files()) files.push(file.path);
      const decoded = files.map(decodePath);
      // The witness of some tables gives paths as the log has them, of others as they are.
      const sums = [files, decoded].map((paths) => {
        return createHash("sha256").update(paths.sort().join("\n")).digest("hex");
      });
      const sum = sums.find((each) => each === state.files_sha256) ?? sums[0]!;
      const shown = (version?: number, count?: number, digest?: string): string[] => [
        `version ${version}`,
        `${count} files`,
        `${digest}`,
      ];
      return differenceOf(
        "log state",
        shown(snapshot.version, files.length, sum),
        shown(state.version, state.live_files, state.files_sha256),
      );
    },
  };
  if (!/DELTA_READ_TABLE_WITHOUT_COLUMNS/.test(entry.expect.note ?? "")) return;
  yield {
    ...base,
    text: "select of a table without columns",
    fails: (thrown) => isError(thrown, "DELTA_READ_TABLE_WITHOUT_COLUMNS"),
    run: async () => {
      const { rows } = await answerOf(place.spark.read.format(table.format).load(path));
      return { cause: "", expected: "an error", actual: `${rows.length} rows` };
    },
  };
}

/** The older versions that one other reader has answered for. */
function* versionCases(
  one: Table,
  read: (options: Readonly<Record<string, string>>) => Promise<Answer>,
): Generator<Case> {
  const { entry } = one;
  for (const [version, counted] of Object.entries(entry.versions_delta_rs ?? {})) {
    if (typeof counted === "string") continue; // it could not read this version
    const base = { file: entry.path, line: one.line, text: `version ${version}` };
    // The only witness of a table whose rows it gets wrong is none.
    const trusted = entry.expect.settled_by?.includes("delta-rs");
    if (!trusted) yield { ...base, skipped: "its only witness is wrong about it", run: none };
    else yield { ...base, run: async () => counts(await read({ versionAsOf: version }), counted) };
  }
}

function counts(answer: Answer, [rows, digest]: Counted): Difference | undefined {
  const texts = typedTexts(answer.rows, answer.schema, "binaries");
  const actual = digestOf(texts);
  if (texts.length === rows && actual === digest) return undefined;
  return {
    cause: texts.length === rows ? "other rows" : `${texts.length} rows in place of ${rows}`,
    expected: `${rows} rows, ${digest}`,
    actual: [`${texts.length} rows, ${actual}`, ...texts.slice(0, 20)].join("\n"),
  };
}

function judge(one: Table, answer: Answer, kind: "rows" | "variant"): Difference | undefined {
  const texts = typedTexts(answer.rows, answer.schema);
  const expected = rowsFile(one, "");
  const { rows = 0, digest = "" } = one.entry.expect;
  if (kind === "variant") {
    if (expected === undefined) return differenceOf("rows", [`${texts.length}`], [`${rows}`]);
    const meant = expected.map((text) => meantText(text, answer.schema));
    return differenceOf("rows", texts, meant.sort(byCodeUnit));
  }
  return (expected && differenceOf("rows", texts, expected)) ?? counts(answer, [rows, digest]);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A row with the variants in it as JSON, however the witness wrote them. */
function meantText(text: string, schema: DataType): string {
  return print(meant(JSON.parse(text) as Typed, schema));
}

function meant(value: Typed, type: DataType): Typed {
  if (value === null) return null;
  switch (type.type) {
    case "variant":
      return meaningOf(value);
    case "array":
      return (value as readonly Typed[]).map((item) => meant(item, type.elementType));
    case "map":
      return (value as readonly (readonly [Typed, Typed])[]).map(([key, item]) => {
        return [key, meant(item, type.valueType)];
      });
    case "struct": {
      const row = value as { readonly [name: string]: Typed };
      return Object.fromEntries(
        Object.entries(row).map(([name, item]) => {
          const field = type.fields.find((each) => each.name === name);
          return [name, field ? meant(item, field.type) : item];
        }),
      );
    }
    default:
      return value;
  }
}

/** The rows that were written down of a table, where they were. */
function rowsFile({ folder, entry }: Table, suffix: string): string[] | undefined {
  const path = join(folder, "rows", `${entry.path.replaceAll("/", "__")}${suffix}.jsonl`);
  if (!existsSync(path)) return undefined;
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}
