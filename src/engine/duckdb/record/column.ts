import { error } from "../../../error/error.ts";
import type { StructType } from "../../../schema/type.ts";
import { CHUNK_ROWS, type Column, ListColumn, StructColumn } from "../text/column.ts";
import { FixedColumn } from "../text/fixed.ts";
import { HEAP_LIMIT, StringColumn } from "../text/string.ts";
import type { RecordCursor } from "./cursor.ts";

/** Of what partition the rows are. */
export interface Place {
  readonly topic: Buffer;
  readonly partition: number;
}

/** Milliseconds beyond which microseconds are no exact numbers: then they are counted in bigint. */
const exactMs = 9_000_000_000_000;

/** The columns of a chunk of records; those that nobody wants are not filled. */
export class RecordColumns {
  rows = 0;
  readonly key: StringColumn | undefined;
  readonly value: StringColumn | undefined;
  readonly #all: readonly (Column | undefined)[];
  readonly #fixed: FixedColumn[] = [];
  readonly #topic: StringColumn | undefined;
  readonly #partition: FixedColumn | undefined;
  readonly #offset: FixedColumn | undefined;
  readonly #timestamp: FixedColumn | undefined;
  readonly #timestampType: FixedColumn | undefined;
  readonly #headers: HeaderColumn | undefined;
  readonly #ordinal = new FixedColumn({ type: "long" });
  #next = 0;
  /** A row of this chunk that has the topic. */
  #named = -1;
  #place: Place | undefined;

  constructor(schema: StructType, wanted: readonly number[]) {
    const fixed = (type: "integer" | "long" | "timestamp"): FixedColumn => {
      const column = new FixedColumn({ type });
      this.#fixed.push(column);
      return column;
    };
    const places = new Set(wanted);
    const one = <T>(name: string, make: () => T): T | undefined =>
      schema.fields.some((field, place) => field.name === name && places.has(place))
        ? make()
        : undefined;
    this.key = one("key", () => new StringColumn());
    this.value = one("value", () => new StringColumn());
    this.#topic = one("topic", () => new StringColumn());
    this.#partition = one("partition", () => fixed("integer"));
    this.#offset = one("offset", () => fixed("long"));
    this.#timestamp = one("timestamp", () => fixed("timestamp"));
    this.#timestampType = one("timestampType", () => fixed("integer"));
    this.#headers = one("headers", () => new HeaderColumn());
    const named: Readonly<Record<string, Column | undefined>> = {
      ...{ key: this.key, value: this.value, topic: this.#topic, partition: this.#partition },
      ...{ offset: this.#offset, timestamp: this.#timestamp, headers: this.#headers?.list },
      timestampType: this.#timestampType,
    };
    this.#all = [...schema.fields.map(({ name }) => named[name]), this.#ordinal];
    this.#fixed.push(this.#ordinal);
  }

  /** Whether a record has to be read to its headers. */
  get reads(): boolean {
    return this.#headers !== undefined;
  }

  get full(): boolean {
    const { rows, key, value } = this;
    return rows >= CHUNK_ROWS || (value?.used ?? 0) + (key?.used ?? 0) >= HEAP_LIMIT;
  }

  reset(): void {
    for (const column of this.#all) column?.reset(this.rows);
    for (const { validity } of this.#fixed) validity.bits.fill(255);
    this.rows = 0;
    this.#named = -1;
  }

  /** What is the same for the rows to come. */
  open(place: Place): void {
    this.#place = place;
    this.#named = -1;
  }

  /** Writes what is known of a row without its bytes. Its number may be beyond 2^53. */
  put(offset: number, millis: number, timestampType: number): void {
    const row = this.rows;
    if (this.#offset) putWhole(this.#offset.words, row, offset);
    if (this.#timestamp) this.#putMillis(this.#timestamp, row, { millis, offset });
    if (this.#timestampType) this.#timestampType.words[row] = timestampType;
    if (this.#partition) this.#partition.words[row] = this.#place!.partition;
    if (this.#topic) this.#putTopic(this.#topic, row);
    putWhole(this.#ordinal.words, row, this.#next++);
  }

  putHeaders(cursor: RecordCursor): void {
    this.#headers?.put(this.rows, cursor);
  }

  flush(column: number, vector: Parameters<Column["flush"]>[0], rows: number): void {
    this.#all[column]?.flush(vector, rows);
  }

  #putTopic(column: StringColumn, row: number): void {
    if (this.#named < 0) {
      const { topic } = this.#place!;
      column.putSpan(row, topic, 0, topic.length);
      this.#named = row;
      return;
    }
    const from = this.#named * 4;
    column.cells.copyWithin(row * 4, from, from + 4);
    column.validity.set(row);
  }

  #putMillis(column: FixedColumn, row: number, at: { millis: number; offset: number }): void {
    const { millis, offset } = at;
    if (Math.abs(millis) < exactMs) {
      putWhole(column.words, row, millis * 1000);
      return;
    }
    const micros = BigInt(millis) * 1000n;
    if (BigInt.asIntN(64, micros) !== micros) {
      const { topic, partition } = this.#place!;
      throw error("KAFKA_MALFORMED_RECORD_TIMESTAMP", {
        ...{ topic: topic.toString(), partition, offset, timestamp: millis },
      });
    }
    column.words[row * 2] = Number(BigInt.asIntN(32, micros));
    column.words[row * 2 + 1] = Number(micros >> 32n);
  }
}

/** Writes a whole number that a double holds exactly as 64 bits. */
function putWhole(words: Int32Array, row: number, value: number): void {
  words[row * 2] = value;
  words[row * 2 + 1] = Math.floor(value / 0x1_0000_0000);
}

/** `array<struct<key string, value binary>>`; null where a record has no headers. */
class HeaderColumn {
  readonly list: ListColumn;
  readonly #pairs: StructColumn;

  constructor() {
    this.#pairs = new StructColumn({
      type: "struct",
      fields: [
        { name: "key", type: { type: "string" }, nullable: true, metadata: {} },
        { name: "value", type: { type: "binary" }, nullable: true, metadata: {} },
      ],
    });
    this.list = new ListColumn(this.#pairs);
  }

  put(row: number, cursor: RecordCursor): void {
    const count = cursor.varint();
    if (count <= 0) {
      this.list.put(row, null);
      return;
    }
    const first = this.list.entries.count;
    this.list.entries.put(row, count);
    const [keys, values] = this.#pairs.members as [StringColumn, StringColumn];
    for (let at = first; at < first + count; at++) {
      this.#pairs.own.put(at, true);
      putBytes(keys, at, cursor);
      putBytes(values, at, cursor);
    }
  }
}

/** Writes a length and bytes; a negative length is null. */
export function putBytes(column: StringColumn, row: number, cursor: RecordCursor): void {
  const length = cursor.varint();
  if (length < 0) column.putNull(row);
  else column.putSpan(row, cursor.bytes, cursor.take(length), length);
}
