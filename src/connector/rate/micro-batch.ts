import { error } from "../../error/error.ts";
import { field, long, struct, timestamp } from "../../schema/type.ts";
import { Timestamp } from "../../schema/value.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { Offset, Source } from "../../stream/source.ts";
import type { ReadRequest } from "../connector.ts";
import { optionReader } from "../option.ts";

const schema = struct([field("timestamp", timestamp), field("value", long)]);

interface Steps {
  readonly rowsPerBatch: number;
  readonly startMs: number;
  readonly advanceMs: number;
}

/** The same rows in every run: batch n holds the values from n times `rowsPerBatch`. */
export function streamMicroBatches({ options }: ReadRequest): StreamingDataset {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const rowsPerBatch = read.positive("rowsPerBatch");
  if (rowsPerBatch === undefined) {
    throw error("MISSING_OPTION", { format: "rate-micro-batch", name: "rowsPerBatch" });
  }
  // Accepted and checked: how many partitions there are is seen in no row.
  read.positive("numPartitions");
  const steps = {
    rowsPerBatch,
    startMs: read.natural("startTimestamp") ?? 0,
    advanceMs: read.natural("advanceMillisPerBatch") ?? 1000,
  };
  return {
    name: "rate-micro-batch",
    schema,
    hidden: [],
    streaming: true,
    open: async () => openSteps(steps),
  };
}

interface Step {
  readonly offset: number;
  readonly timestamp: number; // ms since the epoch
}

/** An offset is the value and the time the next batch begins with. */
function openSteps({ rowsPerBatch, startMs, advanceMs }: Steps): Source {
  const description =
    `RatePerMicroBatchStream[rowsPerBatch=${rowsPerBatch}, numPartitions=1, ` +
    `startTimestamp=${startMs}, advanceMsPerBatch=${advanceMs}]`;
  const at = (offset: Offset | undefined): Step =>
    offset === undefined ? { offset: 0, timestamp: startMs } : parse(offset, description);
  return {
    schema,
    description,
    async latestOffset(start, _limit, until) {
      if (start !== undefined && until === start) return start;
      const { offset, timestamp } = at(start);
      return format({ offset: offset + rowsPerBatch, timestamp: timestamp + advanceMs });
    },
    async input(start, end) {
      const from = at(start);
      const rows = Array.from({ length: at(end).offset - from.offset }, (_, index) => {
        const ms = from.timestamp + Math.trunc(index / rowsPerBatch) * advanceMs;
        return [new Timestamp(BigInt(ms) * 1000n), BigInt(from.offset + index)];
      });
      return { input: { kind: "rows", schema, rows }, rows: rows.length };
    },
    async commit() {},
    async [Symbol.asyncDispose]() {},
  };
}

function format({ offset, timestamp }: Step): Offset {
  return `{"offset":${offset},"timestamp":${timestamp}}`;
}

function parse(offset: Offset, source: string): Step {
  try {
    const step = JSON.parse(offset) as Step;
    if (Number.isSafeInteger(step.offset) && Number.isSafeInteger(step.timestamp)) return step;
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw error("INVALID_SOURCE_OFFSET", { offset, source });
}
