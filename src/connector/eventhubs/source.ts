import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { Batch, Offset, ReadLimit, Source, SourceContext } from "../../stream/source.ts";
import { fixInitial, readInitial } from "../kafka/initial.ts";
import { rateLimited } from "../kafka/limit.ts";
import {
  nameOf,
  offsetsJson,
  offsetsOf,
  type PartitionOffset,
  type PartitionOffsets,
  parseOffsets,
} from "../kafka/partition.ts";
import { type Hub, openHub } from "./client.ts";
import { hubInput } from "./input.ts";
import type { HubStreamOptions } from "./option.ts";
import type { SequenceRange } from "./range.ts";
import { resolvePositions } from "./resolve.ts";
import { eventSchema } from "./row.ts";

/** How long partitions are taken for all there are, where new ones are looked for, ms. */
const partitionsMs = 300_000;
const eventsOfPartition = 1_000;

/** A stream of events: offsets are the next sequence numbers, as Spark's connector writes them. */
export async function openEventHubSource(
  options: HubStreamOptions,
  context: SourceContext,
): Promise<Source> {
  return new EventHubSource(await openHub(options, context.signal), options, context);
}

class EventHubSource implements Source {
  readonly schema = eventSchema;
  readonly description: string;
  readonly remote = true;
  readonly #hub: Hub;
  readonly #options: HubStreamOptions;
  readonly #context: SourceContext;
  #initial: PartitionOffsets | undefined;
  #partitions: readonly number[] = [];
  #listedMs = Number.NEGATIVE_INFINITY;
  #latest: PartitionOffsets | undefined;

  constructor(hub: Hub, options: HubStreamOptions, context: SourceContext) {
    this.description = `EventHubsSource[${options.name}]`;
    this.#hub = hub;
    this.#options = options;
    this.#context = context;
  }

  async latestOffset(start: Offset | undefined, limit: ReadLimit, until?: Offset): Promise<Offset> {
    const from = start === undefined ? await this.#first() : this.#parse(start);
    const partitions = await this.#list();
    const bounds = await this.#hub.bounds(partitions);
    const here = (offsets: (partition: number) => bigint): PartitionOffsets =>
      offsetsOf(partitions.map((partition) => this.#at(partition, offsets(partition))));
    this.#checkGone(from, partitions);
    const end = until
      ? this.#parse(until)
      : here((partition) => {
          const { earliest, next } = bounds.get(partition)!;
          const before = from.get(nameOf(this.#at(partition, 0n)))?.offset ?? 0n;
          if (next >= before) return next;
          this.#loses(`partition ${partition} stood at ${before} and ends at ${next} now`);
          return earliest;
        });
    this.#latest = end;
    if (limit.kind === "all") return offsetsJson(end);
    // What is gone takes nothing of the limit.
    const left = offsetsOf(
      [...from.values()].map((one) => {
        const earliest = bounds.get(one.partition)?.earliest ?? 0n;
        return one.offset < earliest ? { ...one, offset: earliest } : one;
      }),
    );
    const added = here((partition) => bounds.get(partition)!.earliest);
    const events = this.#options.maxEvents ?? partitions.length * eventsOfPartition;
    return offsetsJson(rateLimited(events, { from: left, added, until: end }));
  }

  async input(start: Offset | undefined, end: Offset): Promise<Batch> {
    const from = start === undefined ? await this.#first() : this.#parse(start);
    const ranges: SequenceRange[] = [...this.#parse(end).values()].flatMap((one) => {
      // A partition that is new begins with its first event.
      const begin = from.get(nameOf(one))?.offset ?? 0n;
      const { partition, offset } = one;
      return offset > begin ? [{ partition, start: begin, end: offset }] : [];
    });
    if (ranges.length === 0) return { input: { kind: "empty", schema: this.schema }, rows: 0 };
    const opened = { hub: this.#hub, ranges, close: async () => undefined };
    const { schema, description } = this;
    return { input: hubInput({ schema, description, open: async () => opened }) };
  }

  reachable(): Offset | undefined {
    return this.#latest && offsetsJson(this.#latest);
  }

  async commit(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hub[Symbol.asyncDispose]();
  }

  #at(partition: number, offset: bigint): PartitionOffset {
    return { topic: this.#options.name, partition, offset };
  }

  /** Where the stream began: written down at its first start. */
  async #first(): Promise<PartitionOffsets> {
    const { checkpoint } = this.#context;
    this.#initial ??= await readInitial(checkpoint);
    if (this.#initial !== undefined) return this.#initial;
    const partitions = await this.#list();
    const found = await resolvePositions(this.#hub, this.#options.starting, partitions);
    const offsets = offsetsOf([...found].map(([one, offset]) => this.#at(one, offset)));
    this.#initial = await fixInitial(checkpoint, offsets);
    return this.#initial;
  }

  async #list(): Promise<readonly number[]> {
    const age = env.monotonic() - this.#listedMs;
    if (age < (this.#options.discovers ? partitionsMs : Number.POSITIVE_INFINITY)) {
      return this.#partitions;
    }
    this.#partitions = await this.#hub.partitions();
    this.#listedMs = env.monotonic();
    return this.#partitions;
  }

  #checkGone(from: PartitionOffsets, partitions: readonly number[]): void {
    const gone = [...from.values()].filter(({ partition }) => !partitions.includes(partition));
    if (gone.length > 0) this.#loses(`${gone.map(nameOf).join(", ")} is not there any more`);
  }

  #loses(reason: string): void {
    const lost = error("EVENTHUBS_DATA_LOSS", { reason: `${reason} (${this.#options.name})` });
    if (this.#options.failOnDataLoss) throw lost;
    env.warn(`Data of Event Hubs may be lost, and failOnDataLoss is false: ${reason}`);
  }

  /** INVALID_SOURCE_OFFSET where it is none, or one of another event hub. */
  #parse(offset: Offset): PartitionOffsets {
    const invalid = (cause?: unknown): Error =>
      error("INVALID_SOURCE_OFFSET", { offset, source: this.description }, cause);
    try {
      const offsets = parseOffsets(offset);
      if ([...offsets.values()].every(({ topic }) => topic === this.#options.name)) return offsets;
    } catch (thrown) {
      throw isError(thrown, "KAFKA_ILLEGAL_OPTION") ? invalid(thrown) : thrown;
    }
    throw invalid();
  }
}
