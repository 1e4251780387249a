import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
// @ts-expect-error: it comes without types.
import parquet from "parquetjs-lite";
import { expect, test } from "vitest";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import * as types from "../../../../src/schema/type.ts";
import { CalendarDate, type Value } from "../../../../src/schema/value.ts";

const schema = types.struct([
  types.field("flag", types.boolean),
  types.field("small", types.integer),
  types.field("large", types.long),
  types.field("real", types.double),
  types.field("text", types.string),
  types.field("day", types.date),
]);

/** Enough rows for several pages, with nulls and texts that repeat and that do not. */
const rows: readonly (readonly Value[])[] = Array.from({ length: 5000 }, (_, at) =>
  at % 7 === 3
    ? [null, null, null, null, null, null]
    : [at % 2 === 0, at - 2500, BigInt(at) * 1_000_000_007n, at / 3, `é ${at % 11} ${at}`, day(at)],
);

function day(at: number): Value {
  return new CalendarDate(at - 1000);
}

/** A row as parquetjs-lite gives it: absent for null, days as the number or date it reads. */
function seen(row: Readonly<Record<string, unknown>>): unknown[] {
  return schema.fields.map(({ name }) => {
    const value = row[name] ?? null;
    if (value === null) return null;
    if (name === "large") return String(value);
    return value instanceof Date ? value.getTime() / 86_400_000 : value;
  });
}

function written(row: readonly Value[]): unknown[] {
  return row.map((value) => {
    if (typeof value === "bigint") return String(value);
    return value instanceof CalendarDate ? value.days : value;
  });
}

test("another reader of Parquet sees the rows that were written", async () => {
  const directory = await mkdtemp(join(tmpdir(), "millrace-witness-"));
  await using engine = openEngine();
  try {
    const output = schema.fields.map((field, at) => ({ ...field, id: at + 1 }));
    const files = await engine.writeParquet(
      { kind: "input", input: { kind: "rows", schema, rows }, output },
      { directory, schema, partitionBy: [], compression: "snappy", statistics: () => true },
      { timeZone: "UTC", timestampMs: 0, seed: 0 },
    );
    const found: unknown[][] = [];
    for (const { path } of files) {
      const reader = await parquet.ParquetReader.openFile(path);
      const cursor = reader.getCursor();
      for (let row = await cursor.next(); row; row = await cursor.next()) found.push(seen(row));
      await reader.close();
    }
    expect(found).toEqual(rows.map(written));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
