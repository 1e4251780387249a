import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openEngine } from "../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { replaceEnv } from "../../src/env.ts";
import { loadSnapshot } from "../../src/log/load.ts";
import { openLog } from "../../src/log/open.ts";
import { intercept } from "../../src/storage/intercept.ts";
import { localStore } from "../../src/storage/local.ts";
import type { Location, Store } from "../../src/storage/store.ts";

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = openEngine({});
  folder = mkdtempSync(join(tmpdir(), "millrace-load-"));
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const golden = fileURLToPath(new URL("../golden/table", import.meta.url));
const context = () => ({ engine, staging: folder });
let copies = 0;

interface Copy {
  readonly table: Location;
  readonly log: string;
  readonly expected: { readonly latestVersion: number; readonly numFiles: number };
}

function copyOf(name: string): Copy {
  const path = join(folder, `${name}-${copies++}`);
  cpSync(join(golden, name, "table"), path, { recursive: true, preserveTimestamps: true });
  const expected = JSON.parse(readFileSync(join(golden, name, "expected.json"), "utf8"));
  return { table: { store: localStore(), path }, log: join(path, "_delta_log"), expected };
}

function remove(log: string, pattern: RegExp): void {
  for (const name of readdirSync(log)) if (pattern.test(name)) rmSync(join(log, name));
}

async function pathsAt(table: Location, version?: number): Promise<string[]> {
  const snapshot = await loadSnapshot(table, context(), version);
  return ((await snapshot?.files()) ?? []).map(({ path }) => path).sort();
}

describe("V2 checkpoints", () => {
  test("with sidecars stand for the commits before them", async () => {
    const { table, log, expected } = copyOf("v2ckpt_json");
    const before = await pathsAt(table);
    expect(before).toHaveLength(expected.numFiles);
    const transactions = (await loadSnapshot(table, context()))?.transactions;
    remove(log, /^0000000000000000000\d\.json$|^00000000000000000010\.json$/);
    expect(await pathsAt(table)).toEqual(before);
    expect((await loadSnapshot(table, context()))?.transactions).toEqual(transactions);
    expect(await pathsAt(table, 10)).toHaveLength(10);
  });

  test("of which a sidecar is lost give way to the checkpoint before", async () => {
    const { table, log } = copyOf("v2ckpt_json");
    const before = await pathsAt(table);
    remove(join(log, "_sidecars"), /^00000000000000000010\.checkpoint\.0000000002/);
    expect(await pathsAt(table)).toEqual(before);
    remove(log, /^0000000000000000000\d\.json$/);
    await expect(pathsAt(table)).rejects.toThrow(/DELTA_VERSIONS_NOT_CONTIGUOUS/);
  });

  test("whose top is cut give way as well", async () => {
    const { table, log } = copyOf("v2ckpt_json");
    const before = await pathsAt(table);
    const top = readdirSync(log).find((name) => name.includes("10.checkpoint."))!;
    const lines = readFileSync(join(log, top), "utf8").trim().split("\n");
    const rest = lines.filter((line) => !line.includes("checkpointMetadata"));
    expect(rest.length).toBe(lines.length - 1);
    writeFileSync(join(log, top), rest.join("\n"));
    expect(await pathsAt(table)).toEqual(before);
  });
});

describe("compactions", () => {
  const compacted = /compacted\.json$/;

  test("are read in place of their commits, and are not needed", async () => {
    const { table, log, expected } = copyOf("log_compacted");
    const before = await pathsAt(table);
    expect(before).toHaveLength(expected.numFiles);
    const reads: string[] = [];
    await loadSnapshot({ ...table, store: watched(table.store, reads) }, context());
    expect(reads.filter((path) => compacted.test(path))).toHaveLength(1);
    remove(log, compacted);
    expect(await pathsAt(table)).toEqual(before);
  });

  test("that are damaged are passed over", async () => {
    const { table, log } = copyOf("log_compacted");
    const before = await pathsAt(table);
    const name = readdirSync(log).find((one) => compacted.test(one))!;
    writeFileSync(join(log, name), "{");
    expect(await pathsAt(table)).toEqual(before);
  });
});

/** The store, each path it is asked to read written down. */
function watched(store: Store, reads: string[]): Store {
  return intercept(store, async ({ method, arguments: [path] }, run) => {
    if (method === "read") reads.push(String(path));
    return run();
  });
}

describe("checksums", () => {
  const dropLine = ({ log }: Copy): void => {
    const path = join(log, "00000000000000000012.json");
    const lines = readFileSync(path, "utf8").trim().split("\n");
    writeFileSync(path, lines.filter((line) => !line.startsWith('{"add"')).join("\n"));
  };

  test("that differ from the log are told, and are errors where that is asked", async () => {
    const copy = copyOf("v2ckpt_json");
    dropLine(copy);
    const told: string[] = [];
    onTestFinished(replaceEnv({ warn: (line) => void told.push(line) }));
    await loadSnapshot(copy.table, context());
    expect(told.join()).toMatch(/DELTA_TXN_LOG_FAILED_INTEGRITY.*version 13.*numFiles/);
    const strict = { ...context(), corruptionIsFatal: true };
    await expect(loadSnapshot(copy.table, strict)).rejects.toMatchObject({
      code: "DELTA_TXN_LOG_FAILED_INTEGRITY",
      kind: "corrupt",
    });
  });

  test("that are damaged or absent say nothing", async () => {
    const { table, log } = copyOf("v2ckpt_json");
    const strict = { ...context(), corruptionIsFatal: true };
    const path = join(log, "00000000000000000013.crc");
    for (const text of ["", "malformed", "[]", '{"numFiles":"x"}']) {
      writeFileSync(path, text);
      expect((await loadSnapshot(table, strict))?.version).toBe(13);
    }
    rmSync(path);
    expect((await loadSnapshot(table, strict))?.version).toBe(13);
  });
});

describe("in-commit timestamps", () => {
  test("are the time of a version that stands in a checkpoint, as long as its commit does", async () => {
    const { table } = copyOf("ict");
    const log = openLog(table, context());
    const newest = await log.update();
    const commits = await log.history();
    expect(newest?.timestamp).toBe(commits.at(-1)?.timestamp);
    for (const { version, timestamp } of commits) {
      expect(await log.versionAt(timestamp)).toBe(version);
      const between = timestamp + 1;
      if (version < newest!.version) expect(await log.versionAt(between)).toBe(version);
    }
    await expect(log.versionAt(commits[0]!.timestamp - 1)).rejects.toThrow(/EARLIER_THAN_COMMIT/);
    await expect(log.versionAt(newest!.timestamp + 1)).rejects.toThrow(/GREATER_THAN_COMMIT/);
  });
});

describe("a log that is cleaned while it is read", () => {
  test("is listed again", async () => {
    const { table, log, expected } = copyOf("v2ckpt_json");
    let cleaned = false;
    const store = intercept(table.store, async ({ method, arguments: [path] }, run) => {
      // After the listing, before the first commit is read: the newest checkpoint appears to
      // have been there all along, and what it covers goes.
      if (!cleaned && method === "read" && String(path).endsWith("00000000000000000006.json")) {
        cleaned = true;
        cpSync(saved, join(log, pointerOf(saved)));
        remove(log, /^0000000000000000000\d\.json$/);
      }
      return run();
    });
    const top = readdirSync(log).find((name) => name.includes("10.checkpoint."))!;
    const saved = join(folder, top);
    cpSync(join(log, top), saved);
    rmSync(join(log, top));
    rmSync(join(log, "_last_checkpoint"));
    const snapshot = await loadSnapshot({ ...table, store }, context());
    expect(cleaned).toBe(true);
    expect(await snapshot?.files()).toHaveLength(expected.numFiles);
  });
});

function pointerOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
