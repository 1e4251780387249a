import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngine } from "../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { isError } from "../../src/error/error.ts";
import type { Log } from "../../src/log/log.ts";
import { openLog } from "../../src/log/open.ts";
import { decodePath } from "../../src/log/path.ts";
import { checkReadable } from "../../src/log/protocol.ts";
import type { Snapshot } from "../../src/log/snapshot.ts";
import { dataTypeJson } from "../../src/schema/json.ts";
import type { StructType } from "../../src/schema/type.ts";
import { localStore } from "../../src/storage/local.ts";
import { sharedPath, sharedReason } from "../shared.ts";

let engine: Engine;
beforeAll(async () => {
  engine = openEngine({});
});
afterAll(() => engine[Symbol.asyncDispose]());

function logOf(path: string) {
  const context = { engine, staging: join(tmpdir(), "millrace-corpus") };
  return openLog({ store: localStore(), path }, context);
}

interface Case {
  readonly path: string;
  readonly expect: { readonly kind: string; readonly rows?: number };
  readonly logstate: {
    readonly version?: number;
    readonly live_files?: number;
    readonly files_sha256?: string;
    readonly error?: string;
  } | null;
}

const corpus = sharedPath("corpus/delta");
const cases: Case[] =
  corpus === undefined
    ? []
    : readFileSync(join(corpus, "INDEX.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Case);

describe.skipIf(corpus === undefined)("tables written by others", () => {
  // The log of table_g is sound: only its data files are absent, which a log cannot see.
  test.each(cases.filter((one) => !one.path.endsWith("table_g")))("$path", async (one) => {
    const log = logOf(join(corpus ?? "", "tables", one.path));
    if (one.expect.kind === "must_fail") {
      await expect(readable(log, one.path)).rejects.toThrow(/^\[|no table/);
      return;
    }
    let snapshot: Snapshot;
    try {
      snapshot = await readable(log, one.path);
    } catch (thrown) {
      // A refusal by name is right for what is not built; a wrong answer never is.
      if (isError(thrown) && thrown.kind === "unsupported") return;
      throw thrown;
    }
    if (one.path.includes("canonicalized-paths")) {
      // The witness of the log is known to be wrong here; Spark settled the rows.
      expect(await snapshot.totals()).toMatchObject({ numFiles: 0 });
      return;
    }
    if (one.logstate === null || one.logstate.error !== undefined) return;
    const raw = (await snapshot.files()).map((file) => file.path).sort();
    const digests = [raw, raw.map(decodePath).sort()].map((list) => {
      return createHash("sha256").update(list.join("\n")).digest("hex");
    });
    expect(snapshot.version).toBe(one.logstate.version);
    expect(raw.length).toBe(one.logstate.live_files);
    expect(digests).toContain(one.logstate.files_sha256);
  });
});

/** Names, types and nullability: Spark shows a reader less of the metadata than the log holds. */
function shapeOf(schema: unknown): unknown {
  const json =
    typeof schema === "object" && schema !== null && Object.isFrozen(schema)
      ? dataTypeJson(schema as StructType)
      : schema;
  return JSON.parse(JSON.stringify(json), (key, value) => (key === "metadata" ? undefined : value));
}

async function readable(log: Log, name: string): Promise<Snapshot> {
  const snapshot = await log.update();
  if (snapshot === undefined) throw new Error("no table");
  checkReadable(snapshot, name);
  return snapshot;
}

const ref = sharedPath("ref/tables");

describe.skipIf(ref === undefined)("tables written by Spark", () => {
  const names = ref === undefined ? [] : readdirSync(ref);
  test.each(names)("%s", async (name) => {
    const folder = join(ref ?? "", name);
    const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
    const log = logOf(join(folder, "table"));
    try {
      const newest = await log.update();
      expect(newest?.version).toBe(expected.latestVersion);
      expect((await newest?.totals())?.numFiles).toBe(expected.numFiles);
      expect(newest?.protocol.minReaderVersion).toBe(expected.minReaderVersion);
      for (const [version, state] of Object.entries<{ schema: unknown }>(expected.versions)) {
        const snapshot = await log.snapshotAt(Number(version));
        checkReadable(snapshot, name);
        if (state.schema !== undefined)
          expect(shapeOf(snapshot.schema)).toEqual(shapeOf(state.schema));
      }
    } catch (thrown) {
      if (!isError(thrown) || thrown.kind !== "unsupported") throw thrown;
    }
  });
});

if (corpus === undefined) test.skip(sharedReason("corpus/delta"), () => {});
if (ref === undefined) test.skip(sharedReason("ref/tables"), () => {});
