import type { Message, Rhea } from "./rhea.ts";

/** An event that a partition keeps. */
export interface Kept {
  readonly sequence: number;
  readonly offset: string;
  readonly timeMs: number;
  readonly partitionKey: string | undefined;
  readonly body: Buffer;
  readonly properties: Readonly<Record<string, unknown>>;
  /** As it goes out. */
  readonly encoded: Buffer;
}

export interface Partition {
  readonly events: Kept[];
  next: number;
  lastMs: number;
}

/** An event hub: partitions of events, which it keeps until it is told to forget them. */
export class TestHub {
  readonly partitions: Partition[] = [];
  readonly #rhea: Rhea;
  #turn = 0;
  /** What waits for events. */
  readonly waiting = new Set<() => void>();

  constructor(rhea: Rhea, partitions: number) {
    this.#rhea = rhea;
    for (let at = 0; at < partitions; at++) this.addPartition();
  }

  addPartition(): void {
    this.partitions.push({ events: [], next: 0, lastMs: 0 });
  }

  /** Adds an event to a partition; with a key to that of the key, else in turn. */
  append(
    message: Message,
    where: { readonly partition?: number; readonly key?: string } = {},
  ): void {
    const at = where.partition ?? this.#place(where.key);
    const partition = this.partitions[at]!;
    const { types, message: codec } = this.#rhea;
    const sequence = partition.next++;
    const timeMs = Math.max(Date.now(), partition.lastMs);
    partition.lastMs = timeMs;
    const offset = String(1_000 + sequence * 100);
    const own = message.message_annotations ?? {};
    const annotations = {
      ...own,
      ...(where.key === undefined ? {} : { "x-opt-partition-key": where.key }),
      "x-opt-offset": offset,
      "x-opt-sequence-number": types.wrap_long(sequence),
      "x-opt-enqueued-time": types.wrap_timestamp(timeMs),
    };
    const encoded = codec.encode({ ...message, message_annotations: annotations });
    const content = (message.body as { readonly content?: unknown } | undefined)?.content;
    partition.events.push({
      ...{ sequence, offset, timeMs, partitionKey: where.key, encoded },
      body: Buffer.isBuffer(content) ? content : Buffer.alloc(0),
      properties: message.application_properties ?? {},
    });
    for (const wake of this.waiting) wake();
  }

  /** A message with these bytes. */
  data(bytes: Uint8Array): Message {
    return { body: this.#rhea.message.data_section(bytes) };
  }

  /** Adds events with these texts; the n-th to partition n modulo their number. */
  write(texts: readonly string[], partition?: number): void {
    for (const [at, text] of texts.entries()) {
      const where = { partition: partition ?? at % this.partitions.length };
      this.append(this.data(Buffer.from(text)), where);
    }
  }

  /** Retention: what is before a sequence number is gone. */
  forget(partition: number, before: number): void {
    const { events } = this.partitions[partition]!;
    const left = events.findIndex(({ sequence }) => sequence >= before);
    events.splice(0, left < 0 ? events.length : left);
  }

  /** The partition whose turn it is. */
  turn(): { readonly partition: number } {
    return { partition: this.#turn++ % this.partitions.length };
  }

  #place(key: string | undefined): number {
    if (key === undefined) return this.turn().partition;
    let hash = 0;
    for (const letter of key) hash = (hash * 31 + letter.codePointAt(0)!) % 65_521;
    return hash % this.partitions.length;
  }
}

/** The first event behind a position, as the filter of a receiver says it. */
export function startOf({ events }: Partition, filter: string): (kept: Kept) => boolean {
  const match = /x-opt-(offset|sequence-number|enqueued-time) (>=?) '(.*)'/.exec(filter);
  if (!match) throw new Error(`the filter ${filter} is not known`);
  const [, what, operator, text] = match;
  if (text === "@latest") {
    const last = events.at(-1)?.sequence ?? -1;
    return ({ sequence }) => sequence > last;
  }
  const value = Number(text);
  const of = (kept: Kept): number => {
    if (what === "offset") return Number(kept.offset);
    return what === "sequence-number" ? kept.sequence : kept.timeMs;
  };
  return (kept) => (operator === ">=" ? of(kept) >= value : of(kept) > value);
}
