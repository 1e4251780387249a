import { error } from "../../error/error.ts";
import { field, long, struct, timestamp } from "../../schema/type.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { Batch, Offset, Source } from "../../stream/source.ts";
import type { ReadRequest } from "../connector.ts";
import { optionReader } from "../option.ts";

const schema = struct([field("timestamp", timestamp), field("value", long)]);

interface Steps {
  readonly rowsPerBatch: number;
  readonly startMs: number;
  readonly advanceMs: number;
  readonly partitions: number; // seen in no row
}

/** The same rows in every run: batch n holds the values from n times `rowsPerBatch`. */
export function streamMicroBatches({ options }: ReadRequest): StreamingDataset {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const rowsPerBatch = read.positive("rowsPerBatch");
  if (rowsPerBatch === undefined) {
    throw error("MISSING_OPTION", { format: "rate-micro-batch", name: "rowsPerBatch" });
  }
  const steps = {
    rowsPerBatch,
    startMs: read.natural("startTimestamp") ?? 0,
    advanceMs: read.natural("advanceMillisPerBatch") ?? 1000,
    partitions: read.positive("numPartitions") ?? 1,
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
function openSteps(steps: Steps): Source {
  const { rowsPerBatch, startMs, advanceMs, partitions } = steps;
  const description =
    `RatePerMicroBatchStream[rowsPerBatch=${rowsPerBatch}, numPartitions=${partitions}, ` +
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
    input: async (start, end) => rowsOf(at(start), at(end), steps),
    async commit() {},
    async [Symbol.asyncDispose]() {},
  };
}

/** One batch has one time. Where a range is several of them, each has its own. */
function rowsOf(from: Step, to: Step, { rowsPerBatch, advanceMs }: Steps): Batch {
  const rows = to.offset - from.offset;
  if (rows <= 0) return { input: { kind: "empty", schema }, rows: 0 };
  const batches = rows / rowsPerBatch;
  // A batch that was planned with other options is one all the same.
  const several =
    Number.isInteger(batches) && to.timestamp - from.timestamp === batches * advanceMs;
  const time = {
    startMs: from.timestamp,
    stepRows: several ? rowsPerBatch : rows,
    stepMs: advanceMs,
  };
  const [start, end] = [BigInt(from.offset), BigInt(to.offset)];
  return { input: { kind: "range", schema, start, end, step: 1n, time }, rows };
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
