import { expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import type { Column, TypedExpression } from "../../../src/analysis/typed.ts";
import { connector } from "../../../src/connector/noop/connector.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Value } from "../../../src/schema/value.ts";
import { openSession, query } from "../session.ts";

const schema = parseSchema("id BIGINT, name STRING");

function relationOf(rows: readonly (readonly Value[])[]) {
  return {
    kind: "input",
    input: { kind: "rows", schema, rows },
    output: columnsOf(schema),
  } as const;
}

test("every row is computed and counted, each time the batch comes", async () => {
  await using session = await openSession();
  const { context } = session;
  const request = { format: "noop", options: {}, partitionBy: [], schema, context } as const;
  await using sink = await connector.sink!({ ...request, outputMode: "append" });
  const rows = Array.from({ length: 3000 }, (_, at) => [BigInt(at), "a"]);
  const batch = { batchId: 0, queryId: "q", outputMode: "append", context: query } as const;
  for (let time = 0; time < 2; time++) {
    expect(await sink.addBatch({ ...batch, relation: relationOf(rows) })).toEqual({ rows: 3000 });
  }
  expect(await sink.addBatch({ ...batch, relation: relationOf([]) })).toEqual({ rows: 0 });
  const canceled = { ...query, signal: AbortSignal.abort() };
  await expect(
    sink.addBatch({ ...batch, relation: relationOf(rows), context: canceled }),
  ).rejects.toMatchObject({ code: "OPERATION_CANCELED" });
});

test("a row that cannot be computed fails a write in batch", async () => {
  await using session = await openSession();
  const { context } = session;
  const input = relationOf([[1n, "x"]]);
  const [id, name] = input.output as [Column, Column];
  const expression: TypedExpression = {
    ...{ kind: "cast", input: { kind: "reference", ...name }, type: id.type },
    ...{ nullable: true, mode: "ansi" },
  };
  const relation = { kind: "project", input, columns: [{ column: id, expression }] } as const;
  const request = { format: "noop", options: {}, partitionBy: [], mode: "append" } as const;
  await expect(connector.writer!({ ...request, relation, query, context })).rejects.toMatchObject({
    code: "CAST_INVALID_INPUT",
  });
});
