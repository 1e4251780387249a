import { expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { connector } from "../../../src/connector/console/connector.ts";
import { showString } from "../../../src/connector/console/show.ts";
import { replaceEnv } from "../../../src/env.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import { Decimal, Timestamp } from "../../../src/schema/value.ts";
import { openSession, query } from "../session.ts";

const schema = parseSchema("id BIGINT, name STRING");
const plain = { limit: 20, truncate: 20, vertical: false, timeZone: "UTC" };

test("cells stand to the right and are cut at 20", () => {
  const rows = [
    [1n, "a"],
    [22n, "abcdefghijklmnopqrstuvwxyz"],
    [null, "line\nbreak"],
  ];
  expect(showString({ ...plain, schema, rows })).toBe(
    [
      "+----+--------------------+",
      "|  id|                name|",
      "+----+--------------------+",
      "|   1|                   a|",
      "|  22|abcdefghijklmnopq...|",
      "|NULL|         line\\nbreak|",
      "+----+--------------------+",
      "",
    ].join("\n"),
  );
});

test("without cutting they stand to the left; more rows than shown are said", () => {
  const rows = [
    [1n, "長い"],
    [2n, "b"],
  ];
  expect(showString({ ...plain, schema, rows, limit: 1, truncate: 0 })).toBe(
    "+---+----+\n|id |name|\n+---+----+\n|1  |長い|\n+---+----+\nonly showing top 1 row\n",
  );
});

test("vertical has a block a row", () => {
  const rows = [[1n, "a"]];
  expect(showString({ ...plain, schema, rows, vertical: true })).toBe(
    "-RECORD 0---\n id   | 1   \n name | a   \n",
  );
});

test("values read as Spark prints them", () => {
  const types = parseSchema(
    "a ARRAY<STRING>, m MAP<STRING, INT>, s STRUCT<x: DOUBLE, y: BINARY>, d DECIMAL(4,2), t TIMESTAMP",
  );
  const row = [
    ["x", null],
    new Map([["k", 1]]),
    { x: 1e10, y: Uint8Array.of(72, 101) },
    new Decimal(150n, 2),
    new Timestamp(1767225600500000n),
  ];
  const shown = showString({
    ...plain,
    truncate: 0,
    schema: types,
    rows: [row],
    timeZone: "+01:00",
  });
  expect(shown.split("\n")[3]).toBe(
    "|[x, NULL]|{k -> 1}|{1.0E10, [48 65]}|1.50|2026-01-01 01:00:00.5|",
  );
});

test("the console sink prints Spark's batches", async () => {
  await using session = await openSession();
  const printed: string[] = [];
  const back = replaceEnv({ print: (line) => void printed.push(line) });
  try {
    const sink = await connector.sink!({
      ...{ format: "console", options: { numrows: "1" }, outputMode: "append", partitionBy: [] },
      ...{ schema, context: session.context },
    });
    const input = {
      kind: "rows",
      schema,
      rows: [
        [1n, "a"],
        [2n, "b"],
      ],
    } as const;
    const relation = { kind: "input", input, output: columnsOf(schema) } as const;
    const batch = { batchId: 3, queryId: "q", outputMode: "append", relation, context: query };
    expect(await sink.addBatch(batch as never)).toEqual({ rows: 2 });
  } finally {
    back();
  }
  const rule = "-------------------------------------------";
  expect(printed).toEqual([
    `${rule}\nBatch: 3\n${rule}\n+---+----+\n| id|name|\n+---+----+\n|  1|   a|\n+---+----+\n` +
      "only showing top 1 row\n",
  ]);
});
