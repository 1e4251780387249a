import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Value } from "../../schema/value.ts";
import { Ahead, type Came } from "./ahead.ts";
import { type Bounds, type Hub, type Received, unavailable } from "./client.ts";
import type { ReceivedEvent } from "./peer.ts";

/** Partitions that are received from at a time. */
const aheadMax = 4;

/** Events to bring: sequence numbers from `start` to before `end`. */
export interface SequenceRange {
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
}

export interface RangesRequest {
  readonly ranges: readonly SequenceRange[];
  readonly row: (event: ReceivedEvent, partition: number) => readonly Value[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * The events of ranges as rows, range by range and by sequence number in each. EVENTHUBS_DATA_LOSS
 * where some are gone; with failOnDataLoss false they are left out, and a warning says so.
 */
export async function* readRanges(
  hub: Hub,
  { ranges, row, signal }: RangesRequest,
): AsyncGenerator<Came> {
  const bounds = await hub.bounds(ranges.map(({ partition }) => partition));
  const left = ranges.flatMap((range) => present(hub, range, bounds.get(range.partition)!));
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const begun: Ahead[] = [];
  try {
    for (const at of left.keys()) {
      for (const ahead of left.slice(begun.length, at + aheadMax)) {
        const { partition } = ahead;
        begun.push(new Ahead(readRange(hub, ahead, either), (event) => row(event, partition)));
      }
      const rows = begun[at]!;
      for (let came = await rows.next(); came; came = await rows.next()) yield came;
    }
  } finally {
    stop.abort();
    await Promise.all(begun.map((rows) => rows.close()));
  }
}

/** What of a range is still there: one range, or none. */
function present(hub: Hub, range: SequenceRange, { earliest, next }: Bounds): SequenceRange[] {
  const { partition, start, end } = range;
  if (start >= end) return [];
  if (end > next) {
    const reason = `it ends at ${next} now: was the event hub deleted and made again?`;
    loses(hub, { ...range, start: start > next ? start : next }, reason);
  }
  if (start < earliest) {
    loses(hub, { ...range, end: end < earliest ? end : earliest }, `it begins at ${earliest} now`);
  }
  const left = { partition, start: max(start, earliest), end: end < next ? end : next };
  return left.start < left.end ? [left] : [];
}

async function* readRange(
  hub: Hub,
  { partition, start, end }: SequenceRange,
  signal: AbortSignal,
): AsyncGenerator<readonly ReceivedEvent[], void> {
  let next = start;
  /** The event behind a gap that was seen once: receiving again shows whether it is one. */
  let behindGap = -1n;
  const heard = { ms: env.monotonic(), lookedMs: env.monotonic() };
  while (next < end) {
    const rest = end - next;
    const { prefetchCount } = hub.options;
    const prefetch = rest < BigInt(prefetchCount) ? Number(rest) : prefetchCount;
    const position = { sequenceNumber: Number(next), isInclusive: true };
    for await (const received of hub.receive({ partition, position, prefetch, signal })) {
      const fresh = received.events.filter(({ sequenceNumber: one }) => BigInt(one) >= next);
      const [first] = fresh;
      if (first === undefined) {
        const found = await lookAfter(hub, { partition, start: next, end }, heard, received);
        if (found === undefined) continue;
        next = found;
        break;
      }
      const begins = BigInt(first.sequenceNumber);
      if (begins > next && begins !== behindGap) {
        behindGap = begins;
        const { earliest } = (await hub.bounds([partition])).get(partition)!;
        if (earliest > next) next = passed(hub, { partition, start: next, end }, earliest);
        if (next !== begins) break;
      }
      const wanted = fresh.filter(({ sequenceNumber: one }) => BigInt(one) < end);
      if (wanted.length > 0) yield wanted;
      next = BigInt(fresh.at(-1)!.sequenceNumber) + 1n;
      heard.ms = env.monotonic();
      heard.lookedMs = heard.ms;
      if (next >= end) return;
    }
  }
}

/**
 * Nothing came. After `eventhubs.receiverTimeout` it is looked whether the events are there still:
 * where to go on, with a new receiver; undefined: wait. After `eventhubs.operationTimeout`
 * EVENTHUBS_UNAVAILABLE.
 */
async function lookAfter(
  hub: Hub,
  range: SequenceRange,
  heard: { ms: number; lookedMs: number },
  { reason }: Received,
): Promise<bigint | undefined> {
  const { operationMs, receiverMs } = hub.options;
  const now = env.monotonic();
  const subject = `partition ${range.partition} from ${range.start}`;
  if (now - heard.ms > operationMs) {
    throw unavailable(hub.options, `${subject}: ${reason ?? "no event came"}`);
  }
  if (now - heard.lookedMs < receiverMs) return undefined;
  heard.lookedMs = now;
  const bounds = (await hub.bounds([range.partition])).get(range.partition)!;
  const [left] = present(hub, range, bounds);
  return left === undefined ? range.end : left.start;
}

/** What retention has overtaken is lost; where to go on. */
function passed(hub: Hub, range: SequenceRange, earliest: bigint): bigint {
  const end = earliest < range.end ? earliest : range.end;
  loses(hub, { ...range, end }, `it begins at ${earliest} now`);
  return end;
}

function loses(hub: Hub, { partition, start, end }: SequenceRange, why: string): void {
  const { name, failOnDataLoss } = hub.options;
  const subject = `events [${start}, ${end}) of partition ${partition} of ${name}`;
  const reason = `${subject} are not there: ${why}`;
  if (failOnDataLoss) throw error("EVENTHUBS_DATA_LOSS", { reason });
  env.warn(`Data of Event Hubs may be lost, and failOnDataLoss is false: ${reason}`);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
