import type { Value } from "../../../schema/value.ts";
import { bytesHash } from "../group/hash.ts";
import { streamKinds } from "../stripe.ts";
import { ColumnWriter, rawRun, Stream, type WrittenColumn } from "./column.ts";
import { IntegerRunWriter } from "./integer-run.ts";
import type { StatisticKind } from "./statistic.ts";

/** A dictionary is worth it where so many of the texts repeat one. */
const distinctMost = 0.8;

const { data, length, dictionary } = streamKinds;

/** Bytes, one value after the other. */
export class BinaryWriter extends ColumnWriter {
  readonly statistic: StatisticKind = "binary";
  readonly #bytes = new Stream(data, rawRun);
  readonly #lengths = new Stream(length, (out) => new IntegerRunWriter(out, false));

  protected put(value: NonNullable<Value>): void {
    const bytes = value as Uint8Array;
    this.group.bytes += bytes.length;
    this.group.hash(() => bytesHash(bytes));
    this.#bytes.out.raw(bytes);
    this.#lengths.run.write(bytes.length);
  }

  protected begin(): void {
    this.#bytes.mark();
    this.#lengths.mark();
  }

  protected end(): WrittenColumn {
    const streams = [this.#bytes.take(), this.#lengths.take()];
    return { streams, encoding: 2, dictionarySize: 0 };
  }
}

/** Texts, by a dictionary where they repeat: known when the stripe ends. */
export class TextWriter extends ColumnWriter {
  readonly statistic: StatisticKind = "text";
  #ids: number[] = [];
  #known = new Map<string, number>();
  #entries: Buffer[] = [];
  /** How many values come before each row group. */
  #starts: number[] = [];

  protected put(value: NonNullable<Value>): void {
    const text = value as string;
    let id = this.#known.get(text);
    if (id === undefined) {
      id = this.#entries.length;
      this.#known.set(text, id);
      this.#entries.push(Buffer.from(text));
    }
    this.#ids.push(id);
    this.group.string(this.#entries[id]!);
    this.group.hash(() => bytesHash(this.#entries[id]!));
  }

  protected begin(): void {
    this.#starts.push(this.#ids.length);
  }

  protected end(): WrittenColumn {
    const repeats = this.#entries.length <= this.#ids.length * distinctMost;
    const written = repeats ? this.#byDictionary() : this.#direct();
    this.#ids = [];
    this.#known = new Map();
    this.#entries = [];
    this.#starts = [];
    return written;
  }

  #byDictionary(): WrittenColumn {
    const order = this.#entries.map((_, id) => id);
    order.sort((left, right) => Buffer.compare(this.#entries[left]!, this.#entries[right]!));
    const places: number[] = [];
    order.forEach((id, place) => {
      places[id] = place;
    });
    const ids = new Stream(data, (out) => new IntegerRunWriter(out, false));
    this.#each((id) => ids.run.write(places[id]!), [ids]);
    const lengths = new Stream(length, (out) => new IntegerRunWriter(out, false));
    const blob = new Stream(dictionary, rawRun);
    for (const id of order) {
      const entry = this.#entries[id]!;
      lengths.run.write(entry.length);
      blob.out.raw(entry);
    }
    const streams = [ids.take(), lengths.take(), blob.take()];
    return { streams, encoding: 3, dictionarySize: order.length };
  }

  #direct(): WrittenColumn {
    const bytes = new Stream(data, rawRun);
    const lengths = new Stream(length, (out) => new IntegerRunWriter(out, false));
    this.#each(
      (id) => {
        const entry = this.#entries[id]!;
        bytes.out.raw(entry);
        lengths.run.write(entry.length);
      },
      [bytes, lengths],
    );
    return { streams: [bytes.take(), lengths.take()], encoding: 2, dictionarySize: 0 };
  }

  #each(write: (id: number) => void, streams: readonly { mark(): void }[]): void {
    let group = 0;
    const begin = (at: number): void => {
      for (; this.#starts[group] === at; group++) for (const stream of streams) stream.mark();
    };
    this.#ids.forEach((id, at) => {
      begin(at);
      write(id);
    });
    begin(this.#ids.length);
  }
}
