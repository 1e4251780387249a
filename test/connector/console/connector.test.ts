import assert from "node:assert/strict";
import { expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { sinkSuite } from "../../../src/conformance/sink.ts";
import { connector } from "../../../src/connector/console/connector.ts";
import { replaceEnv } from "../../../src/env.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Sink } from "../../../src/stream/sink.ts";
import { openSession, query, type TestSession } from "../session.ts";

const schema = parseSchema("id BIGINT, name STRING");

function open({ context }: TestSession, options: Options = {}): Promise<Sink> {
  const request = { format: "console", partitionBy: [], outputMode: "append", context } as const;
  return connector.sink!({ ...request, schema, options });
}

/** What is printed from now on. */
function printed() {
  const texts: string[] = [];
  const back = replaceEnv({ print: (text) => void texts.push(text) });
  return { texts, [Symbol.dispose]: back };
}

sinkSuite({ test, assert }, async () => {
  const session = await openSession();
  const { texts, ...ends } = printed();
  return {
    engine: session.engine,
    async open() {
      // What is printed stays: a batch in complete mode replaces nothing.
      return { ...(await open(session, { numrows: "5000" })), outputModes: ["append", "update"] };
    },
    rows: async () =>
      [...texts.join("\n").matchAll(/^\|\s*(\d+)\|\s*(\S+)\|$/gm)].map(
        ([, id = "", name = ""]) => [BigInt(id), name] as const,
      ),
    async [Symbol.asyncDispose]() {
      ends[Symbol.dispose]();
      await session[Symbol.asyncDispose]();
    },
  };
});

test("a batch is printed under its number, its first rows and long values in part, all counted", async () => {
  await using session = await openSession();
  using out = printed();
  const input = {
    kind: "rows",
    schema,
    rows: [
      [1n, "a".repeat(30)],
      [2n, null],
    ],
  } as const;
  const relation = { kind: "input", input, output: columnsOf(schema) } as const;
  const batch = { batchId: 3, queryId: "q", outputMode: "append", relation } as const;
  await using sink = await open(session, { numrows: "1" });
  expect(await sink.addBatch({ ...batch, context: query })).toEqual({ rows: 2 });
  await using whole = await open(session, { truncate: "false" });
  await whole.addBatch({ ...batch, context: query });
  expect(out.texts.join("\n").split("\n")).toEqual([
    "-------------------------------------------",
    "Batch: 3",
    "-------------------------------------------",
    "+---+--------------------+",
    "| id|                name|",
    "+---+--------------------+",
    "|  1|aaaaaaaaaaaaaaaaa...|",
    "+---+--------------------+",
    "only showing top 1 row",
    "",
    "-------------------------------------------",
    "Batch: 3",
    "-------------------------------------------",
    "+---+------------------------------+",
    "|id |name                          |",
    "+---+------------------------------+",
    `|1  |${"a".repeat(30)}|`,
    "|2  |NULL                          |",
    "+---+------------------------------+",
    "",
  ]);
});
