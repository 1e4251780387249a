import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { field, long, type StructType, struct, timestamp } from "../../schema/type.ts";
import { join } from "../../storage/store.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { Batch, Offset, Source, SourceContext } from "../../stream/source.ts";
import type { Connector, ReadRequest } from "../connector.ts";
import { optionReader } from "../option.ts";
import { streamMicroBatches } from "./micro-batch.ts";
import { type Rate, valueAtSecond } from "./offset.ts";

const schema: StructType = struct([field("timestamp", timestamp), field("value", long)]);

/** Rows by the clock (`rate`), or a fixed number a batch (`rate-micro-batch`). */
export const connector: Connector = {
  names: ["rate", "rate-micro-batch"],
  async streamReader(request) {
    const { format } = request;
    if (request.schema) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
    return format.toLowerCase() === "rate" ? streamRate(request) : streamMicroBatches(request);
  },
};

function streamRate({ options }: ReadRequest): StreamingDataset {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const rowsPerSecond = read.positive("rowsPerSecond") ?? 1;
  const rampUpSeconds = Math.trunc((read.durationMs("rampUpTime", "s") ?? 0) / 1000);
  const rate = { rowsPerSecond, rampUpSeconds };
  const maxSeconds = maxSecondsOf(rate);
  if (rampUpSeconds > maxSeconds) {
    const rampUpTimeSeconds = rampUpSeconds;
    throw error("INCORRECT_RAMP_UP_RATE", { rowsPerSecond, maxSeconds, rampUpTimeSeconds });
  }
  const partitions = read.positive("numPartitions") ?? "default"; // seen in no row
  // Spark's text ends so, without a bracket.
  const description =
    `RateStreamV2[rowsPerSecond=${rowsPerSecond}, ` +
    `rampUpTimeSeconds=${rampUpSeconds}, numPartitions=${partitions}`;
  return {
    name: "rate",
    schema,
    hidden: [],
    streaming: true,
    open: async (context) =>
      openRate(rate, { description, creationMs: await creationTime(context) }),
  };
}

/** When the query first started: fixed in `sources/<i>/0`, as Spark writes it. */
async function creationTime({ checkpoint }: SourceContext): Promise<number> {
  const { store } = checkpoint;
  const { path } = join(checkpoint, "0");
  const now = env.now();
  if (await store.putIfAbsent(path, Buffer.from(`v1\n${now}`))) return now;
  const text = Buffer.from(await store.read(path)).toString("utf8");
  const match = /^v1\n(\d+)\s*$/.exec(text);
  if (match) return Number(match[1]);
  throw error("CANNOT_PARSE_SOURCE_LOG", { path, reason: "it holds no creation time" });
}

/** Offsets are whole seconds since the creation; the first batch begins at 0. */
function openRate(
  rate: Rate,
  { description, creationMs }: { readonly description: string; readonly creationMs: number },
): Source {
  let lastMs = creationMs;
  return {
    schema,
    description,
    async latestOffset(start, _limit, until) {
      lastMs = Math.max(lastMs, env.now()); // a clock set back makes no row go away
      const now = Math.floor((lastMs - creationMs) / 1000);
      const end = Math.min(now, until === undefined ? now : second(until, description));
      return String(start === undefined ? end : Math.max(end, second(start, description)));
    },
    input: async (start, end) =>
      rows(rate, {
        creationMs,
        start: start === undefined ? 0 : second(start, description),
        end: second(end, description),
      }),
    async commit() {},
    async [Symbol.asyncDispose]() {},
  };
}

/** A range that the engine counts through: there may be very many after a long stop. */
function rows(rate: Rate, span: { creationMs: number; start: number; end: number }): Batch {
  const maxSeconds = maxSecondsOf(rate);
  if (span.end > maxSeconds) {
    const { rowsPerSecond } = rate;
    throw error("INCORRECT_END_OFFSET", { rowsPerSecond, maxSeconds, endSeconds: span.end });
  }
  const first = valueAtSecond(span.start, rate);
  const last = valueAtSecond(span.end, rate);
  if (last <= first) return { input: { kind: "empty", schema }, rows: 0 };
  const stepMs = ((span.end - span.start) * 1000) / (last - first);
  const time = { startMs: span.creationMs + span.start * 1000, stepRows: 1, stepMs };
  const [start, end] = [BigInt(first), BigInt(last)];
  return { input: { kind: "range", schema, start, end, step: 1n, time }, rows: last - first };
}

/** Values are exact until then. */
function maxSecondsOf({ rowsPerSecond }: Rate): number {
  return Math.floor(Number.MAX_SAFE_INTEGER / rowsPerSecond);
}

function second(offset: Offset, source: string): number {
  if (/^\d+$/.test(offset)) return Number(offset);
  throw error("INVALID_SOURCE_OFFSET", { offset, source });
}
