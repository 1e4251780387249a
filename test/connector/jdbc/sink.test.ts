import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sinkSuite } from "../../../src/conformance/sink.ts";
import { openSink } from "../../../src/connector/registry.ts";
import type { OutputMode } from "../../../src/plan/command.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import { openSession, type TestSession } from "../session.ts";

const urlOf = ({ folder }: TestSession): string => `jdbc:duckdb:${join(folder, "sink.duckdb")}`;

function open(session: TestSession, outputMode: OutputMode, options: Options = {}) {
  return openSink({
    ...{ format: "jdbc", outputMode, partitionBy: [] },
    options: { url: urlOf(session), dbtable: "t", ...options },
    schema: parseSchema("id BIGINT, name STRING"),
    context: session.context,
  });
}

async function rowsIn(session: TestSession): Promise<(readonly [bigint, string])[]> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.fromCache(urlOf(session).slice("jdbc:duckdb:".length));
  const connection = await instance.connect();
  const found = await connection.runAndReadAll("SELECT id, name FROM t").catch(() => undefined);
  connection.closeSync();
  instance.closeSync();
  return (found?.getRows() ?? []).map(([id, name]) => [id as bigint, String(name)] as const);
}

describe.each(["append", "complete"] as const)("laws in mode %s", (mode) => {
  sinkSuite({ test, assert }, async () => {
    const session = await openSession();
    return {
      engine: session.engine,
      open: () => open(session, mode),
      rows: () => rowsIn(session),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

test("mode update needs keys that are columns", async () => {
  await using session = await openSession();
  await expect(open(session, "update")).rejects.toMatchObject({ code: "MISSING_OPTION" });
  await expect(open(session, "update", { keycolumns: "none" })).rejects.toMatchObject({
    code: "INVALID_OPTION_VALUE",
  });
  await using sink = await open(session, "update", { keycolumns: "ID" });
  expect(sink.description).toBe(`JDBCSink[${urlOf(session)}, t]`);
});

test("a sink that was opened and never given a batch leaves no table", async () => {
  await using session = await openSession();
  {
    await using _ = await open(session, "append");
  }
  expect(await rowsIn(session)).toEqual([]);
});
