import { expect, test } from "vitest";
import { columnsOf } from "../../src/analysis/expression.ts";
import { publish } from "../../src/connector/publish.ts";
import { field, integer, struct } from "../../src/schema/type.ts";
import { openSession, query } from "./session.ts";

const schema = struct([field("n", integer)]);

test("each row is a message, and a chunk is read when the one before it is sent", async () => {
  await using session = await openSession();
  const rows = Array.from({ length: 5_000 }, (_, at) => [at] as const);
  const input = { kind: "rows", schema, rows } as const;
  const sent: unknown[] = [];
  let sending = 0;
  const count = await publish({
    engine: session.engine,
    relation: { kind: "input", input, output: columnsOf(schema) },
    context: query,
    message: ([numbers], row) => numbers?.[row],
    send: async (messages) => {
      expect(sending++).toBe(0);
      await new Promise((resolve) => setImmediate(resolve));
      sent.push(...messages);
      sending--;
    },
  });
  expect(count).toBe(5_000);
  expect(sent).toEqual(rows.map(([one]) => one));
});
