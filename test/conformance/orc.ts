import { createReadStream, existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { createGunzip } from "node:zlib";
import { readyZstd } from "../../src/engine/orc/codec/zstd.ts";
import type { OrcType } from "../../src/engine/orc/type.ts";
import { replaceEnv } from "../../src/env.ts";
import { isError } from "../../src/error/error.ts";
import { openPlace, type Place } from "./delta/place.ts";
import type { CaseResult, Kind, Outcome } from "./kind.ts";
import type { Exact } from "./orc/json.ts";
import { linesOf, theReader, Unknown } from "./orc/peer.ts";
import { rootOf, rowsOf } from "./orc/row.ts";
import { differenceOf, sessionRows } from "./orc/session.ts";

/**
 * ORC files and the rows they must give: `<name>.orc` beside `expected/<name>.jsn.gz`, a JSON
 * object a row. A file without such rows is compared with what pyarrow reads, where that is there.
 * Files in `corrupt` must be errors, those in `encrypted` refused by name. Each is read twice: by
 * the bytes alone, and by a session as Spark reads it, which refuses what Spark has no type for.
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
  const read = { "has its rows": () => bytes(asked) };
  if (isSparks(rootOf(join(asked.folder, asked.file)))) {
    return { ...read, "has its rows in a session": () => session(asked) };
  }
  return { ...read, "is refused by name in a session": () => mustFail(asked, isForeign) };
}

/** Whether Spark has a type for the rows: it has none for unions, and takes structs alone for rows. */
function isSparks(root: OrcType | undefined): boolean {
  const isWhole = (type: OrcType): boolean => type.kind !== "union" && type.children.every(isWhole);
  return root === undefined || (root.kind === "struct" && isWhole(root));
}

function isForeign(thrown: unknown): boolean {
  return isError(thrown, "UNSUPPORTED_FEATURE.ORC_TYPE");
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
    let rows = 0;
    for await (const _ of sessionRows(asked.place, join(asked.folder, asked.file))) rows++;
    return failed("accepted", "rows came", "an error", `${rows} rows`);
  } catch (thrown) {
    if (right(thrown)) return { kind: "passed" };
    return failed("condition", "another error", "the file is refused by name", String(thrown));
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

/** The rows that must come, a line each. Throws Unknown where nobody knows them. */
function knownRows({ folder, file }: Asked): AsyncGenerator<string> {
  const expected = join(folder, file, "..", "expected", `${basename(file, ".orc")}.jsn.gz`);
  if (!existsSync(expected)) return theReader(join(folder, file));
  return linesOf(createReadStream(expected).pipe(createGunzip()));
}

async function bytes(asked: Asked): Promise<Outcome> {
  return compared(asked, rowsOf(join(asked.folder, asked.file)), false);
}

/** Fewer digits than the file has: Spark's instants have six of a second. */
async function session(asked: Asked): Promise<Outcome> {
  return compared(asked, sessionRows(asked.place, join(asked.folder, asked.file)), true);
}

async function compared(
  asked: Asked,
  rows: Iterable<Exact> | AsyncIterable<Exact>,
  micros: boolean,
): Promise<Outcome> {
  const known = knownRows(asked);
  let at = 0;
  try {
    for await (const row of rows) {
      const { value: line, done } = await known.next();
      if (done) return failed("wrong", "another number of rows", `${at} rows`, "more rows");
      const difference = differenceOf(row, line, micros);
      if (difference) return failed("wrong", `row ${at + 1}`, line, difference);
      at++;
    }
    const { done } = await known.next();
    return done
      ? { kind: "passed" }
      : failed("wrong", "another number of rows", "more rows", `${at} rows`);
  } catch (thrown) {
    if (thrown instanceof Unknown) return { kind: "skipped", reason: thrown.message };
    // Spark's answer to files without columns.
    if (isError(thrown, "UNABLE_TO_INFER_SCHEMA") && (await known.next()).done) {
      return { kind: "passed" };
    }
    return failed("refused", "an error", `row ${at + 1}`, String(thrown));
  } finally {
    await known.return(undefined);
  }
}
