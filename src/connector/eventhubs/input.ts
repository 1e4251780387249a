import type { FetchedInput } from "../../plan/input.ts";
import type { StructType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { Hub } from "./client.ts";
import { readRanges, type SequenceRange } from "./range.ts";
import { rowReader } from "./row.ts";

/** What is asked for, each time a query reads it. */
export interface HubInput {
  readonly schema: StructType;
  /** Of the event hub, for `explain`. */
  readonly description: string;
  /** The hub and the ranges of it; `close` is called when all are read. */
  open(signal?: AbortSignal): Promise<Opened>;
}

export interface Opened {
  readonly hub: Hub;
  readonly ranges: readonly SequenceRange[];
  close(): Promise<void>;
}

/** So many rows are handed over at a time: each part costs the engine a transaction. */
const partRows = 4_096;
/** Fewer, where their bodies have so many bytes. */
const partBytes = 4 << 20;

/** Events as rows, in the order of partitions and of sequence numbers in each. */
export function hubInput({ schema, description, open }: HubInput): FetchedInput {
  const row = rowReader(schema);
  return {
    ...{ kind: "fetched", schema, description },
    async *fetch(signal): AsyncGenerator<readonly (readonly Value[])[]> {
      const { hub, ranges, close } = await open(signal);
      let part: (readonly Value[])[] = [];
      let bytes = 0;
      try {
        for await (const came of readRanges(hub, { ranges, row, signal })) {
          part.push(...came.rows);
          bytes += came.bytes;
          if (part.length < partRows && bytes < partBytes) continue;
          yield part;
          [part, bytes] = [[], 0];
        }
        yield part;
      } finally {
        await close();
      }
    },
  };
}
