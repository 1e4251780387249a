import { afterAll, expect, test } from "vitest";
import { analyze } from "../../../src/analysis/analyze.ts";
import { defaultConf } from "../../../src/analysis/conf.ts";
import { openEngine } from "../../../src/engine/duckdb/engine.ts";
import type { Result } from "../../../src/engine/engine.ts";
import { parseQuery } from "../../../src/sql/parse.ts";

const engine = openEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };

async function query(sql: string, signal?: AbortSignal): Promise<Result> {
  const datasets = (): never => {
    throw new Error("no tables here");
  };
  const plan = analyze(parseQuery(sql), { conf: defaultConf, datasets });
  return await engine.query(plan, { ...context, ...(signal ? { signal } : {}) });
}

async function count(result: Result): Promise<number> {
  let rows = 0;
  for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
    rows += chunk.rows;
  }
  return rows;
}

/** Fails at one of the last of 300,000 rows, long after the first were handed on. */
const late = `SELECT CAST(CASE WHEN id = 290000 THEN 'x' ELSE CAST(id AS STRING) END AS BIGINT)
  FROM range(300000)`;

test("a query that fails after its first rows does not end as if it were done", async () => {
  await using result = await query(late);
  await expect(count(result)).rejects.toMatchObject({ code: "CAST_INVALID_INPUT" });
});

test("a result that is left before it fails gives its place back", async () => {
  for (let round = 0; round < 5; round += 1) {
    await using result = await query(late);
    expect((await result.next())?.rows).toBeGreaterThan(0);
  }
  await using result = await query("SELECT id FROM range(300000)");
  expect(await count(result)).toBe(300_000);
});

test("a result that is aborted while it computes says so, whatever the moment", async () => {
  for (let round = 0; round < 200; round += 1) {
    const abort = new AbortController();
    const counting = query("SELECT id, id * 2 FROM range(3)", abort.signal).then(count);
    const told = counting.catch((thrown: unknown) => (thrown as { code?: unknown }).code);
    const until = performance.now() + (round % 40) / 10;
    while (performance.now() < until) await new Promise(setImmediate);
    abort.abort();
    expect([3, "OPERATION_CANCELED"]).toContain(await told);
  }
});
