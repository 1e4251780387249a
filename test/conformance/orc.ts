import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readyZstd } from "../../src/engine/orc/codec/zstd.ts";
import { replaceEnv } from "../../src/env.ts";
import { isError } from "../../src/error/error.ts";
import { openPlace, type Place } from "./delta/place.ts";
import type { CaseResult, Kind, Outcome } from "./kind.ts";
import { type Exact, parseExact } from "./orc/json.ts";
import { comparedMax, type Known, theReader } from "./orc/peer.ts";
import { rowCount, rowsOf } from "./orc/row.ts";
import { differenceOf, sessionRows } from "./orc/session.ts";

/**
 * ORC files and the rows they must give: `<name>.orc` beside `expected/<name>.jsn.gz`, a JSON
 * object a row. A file without such rows is compared with what pyarrow reads, where that is there.
 * Files in `corrupt` must be errors, those in `encrypted` refused by name. Each is read twice: by
 * the bytes alone, and by a session as Spark reads it.
 */
export const orc: Kind = {
  about: "ORC files: <name>.orc with expected/<name>.jsn.gz, corrupt/ and encrypted/",
  async *run(folder, { only = "" }) {
    await readyZstd();
    // Wall clocks of files are shown as they are.
    const back = replaceEnv({ zone: () => "UTC" });
    await using place = await openPlace();
    try {
      for (const file of await filesOf(folder)) {
        if (!file.includes(only)) continue;
        for (const [text, run] of Object.entries(casesOf({ place, folder, file }))) {
          yield { file, line: 1, text, outcome: await run() } satisfies CaseResult;
        }
      }
    } finally {
      back();
    }
  },
};

async function filesOf(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true });
  return found.filter((name) => name.endsWith(".orc")).sort();
}

interface Asked {
  readonly place: Place;
  readonly folder: string;
  readonly file: string;
}

type Cases = Readonly<Record<string, () => Promise<Outcome>>>;

function casesOf(asked: Asked): Cases {
  const folders = asked.file.split("/").slice(0, -1);
  if (folders.includes("corrupt")) return { "is an error": () => mustFail(asked, isUnreadable) };
  if (folders.includes("encrypted")) {
    return { "is refused by name": () => mustFail(asked, isEncrypted) };
  }
  return { "has its rows": () => bytes(asked), "has its rows in a session": () => session(asked) };
}

function isUnreadable(thrown: unknown): boolean {
  return (
    isError(thrown, "FAILED_READ_FILE.NO_HINT") ||
    isError(thrown, "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER")
  );
}

function isEncrypted(thrown: unknown): boolean {
  return isError(thrown, "UNSUPPORTED_FEATURE.ORC_ENCRYPTION");
}

async function mustFail(asked: Asked, right: (thrown: unknown) => boolean): Promise<Outcome> {
  try {
    await sessionRows(asked.place, join(asked.folder, asked.file), comparedMax);
    return failed("accepted", "rows came", "an error", "rows");
  } catch (thrown) {
    if (right(thrown)) return { kind: "passed" };
    return failed("condition", "another error", "the file is named as damaged", String(thrown));
  }
}

function failed(
  kind: "wrong" | "refused" | "accepted" | "condition",
  cause: string,
  expected: string,
  actual: string,
): Outcome {
  return { kind, cause, expected, actual };
}

/** The rows that must come; or why nobody knows them. */
async function knownRows({ folder, file }: Asked): Promise<Known | { readonly missing: string }> {
  const expected = join(folder, file, "..", "expected", `${basename(file, ".orc")}.jsn.gz`);
  if (!existsSync(expected)) return await theReader(join(folder, file));
  const text = gunzipSync(await readFile(expected)).toString();
  const lines = text.split("\n").filter((line) => line !== "");
  return { count: lines.length, lines: lines.slice(0, comparedMax) };
}

async function bytes(asked: Asked): Promise<Outcome> {
  const known = await knownRows(asked);
  if ("missing" in known) return { kind: "skipped", reason: known.missing };
  const path = join(asked.folder, asked.file);
  return compared(known, false, async () => ({ count: rowCount(path), rows: rowsOf(path) }));
}

/** Fewer digits than the file has: Spark's instants have six of a second. */
async function session(asked: Asked): Promise<Outcome> {
  const known = await knownRows(asked);
  if ("missing" in known) return { kind: "skipped", reason: known.missing };
  const path = join(asked.folder, asked.file);
  return compared(known, true, () => sessionRows(asked.place, path, comparedMax));
}

async function compared(
  { count, lines }: Known,
  micros: boolean,
  read: () => Promise<{ readonly count: number; readonly rows: Iterable<Exact> }>,
): Promise<Outcome> {
  try {
    const found = await read();
    if (found.count !== count) {
      return failed("wrong", "another number of rows", `${count} rows`, `${found.count} rows`);
    }
    let at = 0;
    for (const row of found.rows) {
      if (at === lines.length) break;
      const difference = differenceOf(row, parseExact(lines[at]!), micros);
      if (difference) return failed("wrong", `row ${at + 1}`, lines[at]!, difference);
      at++;
    }
    if (at === lines.length) return { kind: "passed" };
    return failed("wrong", "rows are missing", `${lines.length} rows`, `${at} rows`);
  } catch (thrown) {
    if (isError(thrown, "UNSUPPORTED_FEATURE.ORC_TYPE")) {
      return { kind: "skipped", reason: "Spark has no type for a column: refused by name" };
    }
    if (isError(thrown, "UNABLE_TO_INFER_SCHEMA") && count === 0) return { kind: "passed" };
    return failed("refused", "an error", `${count} rows`, String(thrown));
  }
}
