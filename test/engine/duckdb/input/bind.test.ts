import { afterAll, expect, test } from "vitest";
import { columnsOf } from "../../../../src/analysis/expression.ts";
import type { TypedRelation } from "../../../../src/analysis/typed.ts";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import type { FetchedInput } from "../../../../src/plan/input.ts";
import { parseSchema } from "../../../../src/schema/ddl.ts";

const engine = openEngine();
afterAll(() => engine[Symbol.asyncDispose]());
const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };

function fetched(ddl: string, fetch: FetchedInput["fetch"]): TypedRelation {
  const schema = parseSchema(ddl);
  const input: FetchedInput = { kind: "fetched", schema, description: "parts", fetch };
  return { kind: "input", input, output: columnsOf(schema) };
}

async function rowsOf(relation: TypedRelation, signal?: AbortSignal): Promise<unknown[][]> {
  await using result = await engine.query(relation, { ...context, ...(signal ? { signal } : {}) });
  const rows: unknown[][] = [];
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row++) rows.push(chunk.columns.map((one) => one[row]));
  }
  return rows;
}

test("rows are fetched part by part, anew for each query, and stay in their order", async () => {
  let [held, most, fetches] = [0, 0, 0];
  const relation = fetched("id BIGINT, name STRING", async function* () {
    fetches += 1;
    for (let part = 0; part < 5; part++) {
      most = Math.max(most, ++held);
      yield Array.from({ length: 1000 }, (_, at) => [BigInt(part * 1000 + at), null]);
      held -= 1;
    }
  });
  const rows = await rowsOf(relation);
  expect(rows).toEqual(Array.from({ length: 5000 }, (_, id) => [BigInt(id), null]));
  expect(await rowsOf(relation)).toHaveLength(5000);
  expect([most, fetches]).toEqual([1, 2]);
});

test("rows without columns are counted", async () => {
  const relation = fetched("", async function* () {
    yield [[], []];
    yield [[]];
  });
  expect(await rowsOf(relation)).toEqual([[], [], []]);
});

test("what fails or is canceled while it is fetched fails the query, and ends the fetch", async () => {
  const failing = fetched("id BIGINT", async function* () {
    yield [[1n]];
    throw new Error("gone");
  });
  await expect(rowsOf(failing)).rejects.toThrow(/gone/);
  const controller = new AbortController();
  let ended = false;
  const endless = fetched("id BIGINT", async function* () {
    try {
      for (;;) {
        yield [[1n]];
        controller.abort();
      }
    } finally {
      ended = true;
    }
  });
  await expect(rowsOf(endless, controller.signal)).rejects.toMatchObject({
    code: "OPERATION_CANCELED",
  });
  expect(ended).toBe(true);
});

test("to be explained nothing is fetched", async () => {
  const relation = fetched("id BIGINT", async function* () {
    yield [[1n]];
    throw new Error("it was fetched");
  });
  await expect(engine.explain(relation, context)).resolves.toContain("EMPTY");
});
