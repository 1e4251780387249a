import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, test } from "vitest";
import { engineSuite } from "../../src/conformance/engine.ts";
import { openEngine } from "../../src/engine/duckdb/engine.ts";

const engine = openEngine();

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

engineSuite({ test, assert: { equal: assert.equal, deepEqual: assert.deepEqual } }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "millrace-engine-"));
  const remove = (): Promise<void> => rm(directory, { recursive: true });
  return { engine, directory, [Symbol.asyncDispose]: remove };
});
