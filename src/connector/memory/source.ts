import { assert, error } from "../../error/error.ts";
import { coerceRow } from "../../schema/coerce.ts";
import type { StructType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { Offset, Source } from "../../stream/source.ts";

/** Rows not yet committed that one stream may hold: a program that adds faster must be told. */
const maxRows = 10_000_000;

/** Rows given by the program (Spark's MemoryStream): each `add` is one offset. For tests. */
export interface MemoryStream {
  readonly schema: StructType;
  readonly dataset: StreamingDataset;
  /** Adds rows (objects by column name) and returns the offset they end at. */
  add(...rows: readonly Readonly<Record<string, unknown>>[]): Offset;
}

export function memoryStream(schema: StructType, name = "memory"): MemoryStream {
  const added = new Map<number, readonly (readonly Value[])[]>();
  let latest = -1;
  let held = 0;
  const description = `MemoryStream[${schema.fields.map((column) => column.name).join(",")}]`;

  const source: Source = {
    schema,
    description,
    async latestOffset(start, _limit, until) {
      const end = until === undefined ? latest : Math.min(latest, number(until, description));
      return end < 0 ? start : String(Math.max(end, number(start, description)));
    },
    async input(start, end) {
      const rows: (readonly Value[])[] = [];
      for (let at = number(start, description) + 1; at <= number(end, description); at++) {
        const part = added.get(at);
        if (!part) throw error("MEMORY_SOURCE_NOT_RECOVERABLE", { offset: at });
        rows.push(...part);
      }
      return { input: { kind: "rows", schema, rows }, rows: rows.length };
    },
    async commit(end) {
      for (const [at, rows] of added) {
        if (at > number(end, description)) break;
        added.delete(at);
        held -= rows.length;
      }
    },
    async [Symbol.asyncDispose]() {},
  };

  return {
    schema,
    dataset: { name, schema, hidden: [], streaming: true, open: async () => source },
    add(...rows) {
      held += rows.length;
      assert(held <= maxRows, `a memory stream holds at most ${maxRows} rows`);
      latest += 1;
      added.set(
        latest,
        rows.map((row) => coerceRow(row, schema)),
      );
      return String(latest);
    },
  };
}

function number(offset: Offset | undefined, source: string): number {
  if (offset === undefined) return -1;
  if (/^-?\d+$/.test(offset)) return Number(offset);
  throw error("INVALID_SOURCE_OFFSET", { offset, source });
}
