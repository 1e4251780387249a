import { assert, error } from "../../../error/error.ts";
import { intervalAmount } from "../../../schema/interval-text.ts";
import type { DataType } from "../../../schema/type.ts";
import type {
  CalendarDate,
  Decimal,
  Interval,
  LocalTime,
  LocalTimestamp,
  Timestamp,
  Value,
} from "../../../schema/value.ts";
import { toHybrid } from "../calendar.ts";
import { longHash, realHash, shortDecimal, textHash } from "../group/hash.ts";
import { streamKinds } from "../stripe.ts";
import type { BloomWriter } from "./bloom.ts";
import { BooleanRunWriter, ByteRunWriter, type Position } from "./byte-run.ts";
import { IntegerRunWriter } from "./integer-run.ts";
import { Output, zigzag } from "./output.ts";
import { decimalText, Gathered, type StatisticKind } from "./statistic.ts";
import type { TimestampMeaning } from "./time.ts";

/** A stream of a stripe, before it is compressed. */
export interface WrittenStream {
  readonly kind: number;
  readonly bytes: Uint8Array;
  /** Where each row group begins. */
  readonly positions: readonly Position[];
}

export interface WrittenColumn {
  /** Those whose positions are in the index first, in its order. */
  readonly streams: readonly WrittenStream[];
  /** As in ColumnEncoding. */
  readonly encoding: number;
  readonly dictionarySize: number;
}

/** One column of a stripe in the making. */
export abstract class ColumnWriter {
  abstract readonly statistic: StatisticKind;
  readonly children: readonly ColumnWriter[];
  /** Makes the bloom filters of the row groups, if there are to be some. */
  bloom: (() => BloomWriter) | undefined;
  /** Of each row group. */
  groups: Gathered[] = [];
  #present = new Output();
  #presence = new BooleanRunWriter(this.#present);
  #starts: Position[] = [];
  #nulls = false;

  constructor(children: readonly ColumnWriter[] = []) {
    this.children = children;
  }

  /** Begins a row group. */
  mark(): void {
    this.groups.push(new Gathered(this.bloom?.()));
    this.#starts.push(this.#presence.position());
    this.begin();
    for (const child of this.children) child.mark();
  }

  write(value: Value): void {
    this.#presence.write(value !== null);
    if (value === null) {
      this.#nulls = true;
      this.group.nulls = true;
      return;
    }
    this.group.values++;
    this.put(value);
  }

  /** Ends the stripe; the column is then as new. */
  finish(): WrittenColumn {
    this.#presence.flush();
    const present = {
      kind: streamKinds.present,
      bytes: Uint8Array.from(this.#present.bytes),
      positions: this.#starts,
    };
    const { streams, ...rest } = this.end();
    const written = { streams: this.#nulls ? [present, ...streams] : streams, ...rest };
    this.groups = [];
    this.#present = new Output();
    this.#presence = new BooleanRunWriter(this.#present);
    this.#starts = [];
    this.#nulls = false;
    return written;
  }

  protected get group(): Gathered {
    return this.groups.at(-1)!;
  }

  protected abstract put(value: NonNullable<Value>): void;
  /** Notes where the row group begins in the streams. */
  protected abstract begin(): void;
  protected abstract end(): WrittenColumn;
}

/** What writes a stream and says where it is. */
interface Run {
  flush(): void;
  position(): Position;
}

/** A stream in the making. */
export class Stream<R extends Run> {
  readonly kind: number;
  readonly #make: (out: Output) => R;
  out = new Output();
  run: R;
  #starts: Position[] = [];

  constructor(kind: number, make: (out: Output) => R) {
    this.kind = kind;
    this.#make = make;
    this.run = make(this.out);
  }

  mark(): void {
    this.#starts.push(this.run.position());
  }

  take(): WrittenStream {
    this.run.flush();
    const bytes = Uint8Array.from(this.out.bytes);
    const written = { kind: this.kind, bytes, positions: this.#starts };
    this.out = new Output();
    this.run = this.#make(this.out);
    this.#starts = [];
    return written;
  }
}

/** Bytes as they are: a place in them is a place. */
export function rawRun(out: Output): Run & { readonly out: Output } {
  return { out, flush: () => {}, position: () => [out.size] };
}

const { data, secondary } = streamKinds;

/** Columns whose values are each put into one stream or two. */
class PlainWriter extends ColumnWriter {
  readonly statistic: StatisticKind;
  readonly #streams: readonly Stream<Run>[];
  readonly #put: (value: NonNullable<Value>, group: Gathered) => void;
  readonly #encoding: number;

  constructor(request: {
    readonly statistic: StatisticKind;
    readonly streams: readonly Stream<Run>[];
    readonly encoding?: number;
    readonly put: (value: NonNullable<Value>, group: Gathered) => void;
  }) {
    super();
    this.statistic = request.statistic;
    this.#streams = request.streams;
    this.#encoding = request.encoding ?? 2;
    this.#put = request.put;
  }

  protected put(value: NonNullable<Value>): void {
    this.#put(value, this.group);
  }

  protected begin(): void {
    for (const stream of this.#streams) stream.mark();
  }

  protected end(): WrittenColumn {
    const streams = this.#streams.map((stream) => stream.take());
    return { streams, encoding: this.#encoding, dictionarySize: 0 };
  }
}

/** The writer of a type without parts, but for texts and binaries. */
export function plainWriter(type: DataType, meaning: TimestampMeaning): ColumnWriter {
  switch (type.type) {
    case "boolean": {
      const bits = new Stream(data, (out) => new BooleanRunWriter(out));
      return new PlainWriter({
        ...{ statistic: "boolean", streams: [bits], encoding: 0 },
        put: (value, group) => {
          if (value === true) group.trues++;
          bits.run.write(value === true);
        },
      });
    }
    case "byte": {
      const bytes = new Stream(data, (out) => new ByteRunWriter(out));
      return new PlainWriter({
        ...{ statistic: "integer", streams: [bytes], encoding: 0 },
        put: (value, group) => {
          group.integer(BigInt(value as number));
          group.hash(() => longHash(BigInt(value as number)));
          bytes.run.write(value as number);
        },
      });
    }
    case "float":
    case "double": {
      const raw = new Stream(data, rawRun);
      const isFloat = type.type === "float";
      return new PlainWriter({
        ...{ statistic: "real", streams: [raw], encoding: 0 },
        put: (value, group) => {
          group.double(value as number);
          group.hash(() => realHash(value as number));
          if (isFloat) raw.out.float(value as number);
          else raw.out.double(value as number);
        },
      });
    }
    case "decimal":
      return decimalWriter(type.scale);
    case "timestamp":
      return timestampWriter(meaning);
    default:
      return wholeWriter(type);
  }
}

function decimalWriter(scale: number): ColumnWriter {
  const digits = new Stream(data, rawRun);
  const scales = new Stream(secondary, (out) => new IntegerRunWriter(out, true));
  return new PlainWriter({
    ...{ statistic: { scale }, streams: [digits, scales] },
    put: (value, group) => {
      const { unscaled } = value as Decimal;
      group.integer(unscaled);
      group.hash(() => textHash(shortDecimal(decimalText(unscaled, scale))));
      digits.out.varint(zigzag(unscaled));
      scales.run.write(scale);
    },
  });
}

function timestampWriter({ partsOf }: TimestampMeaning): ColumnWriter {
  const seconds = new Stream(data, (out) => new IntegerRunWriter(out, true));
  const nanos = new Stream(secondary, (out) => new IntegerRunWriter(out, false));
  return new PlainWriter({
    ...{ statistic: "timestamp", streams: [seconds, nanos] },
    put: (value, group) => {
      const parts = partsOf((value as Timestamp).micros);
      if (parts === undefined) {
        throw error("UNSUPPORTED_FEATURE.ORC_TIMESTAMP", { value: String(value) });
      }
      group.integer(parts.wallMs);
      group.hash(() => longHash(parts.wallMs));
      seconds.run.write(parts.second);
      nanos.run.write(parts.nano);
    },
  });
}

/** Integers of up to 64 bits, and what is kept as one. */
function wholeWriter(type: DataType): ColumnWriter {
  const stream = new Stream(data, (out) => new IntegerRunWriter(out, true));
  const isDate = type.type === "date";
  return new PlainWriter({
    ...{ statistic: isDate ? "date" : "integer", streams: [stream] },
    put: (value, group) => {
      const whole = wholeOf(value, type);
      group.integer(whole);
      group.hash(() => longHash(whole));
      stream.run.write(whole);
    },
  });
}

function wholeOf(value: NonNullable<Value>, type: DataType): bigint {
  switch (type.type) {
    case "date":
      return BigInt(toHybrid((value as CalendarDate).days));
    case "timestamp_ntz":
      return (value as LocalTimestamp).micros;
    case "time":
      return (value as LocalTime).micros * 1000n;
    case "interval":
      assert(type.unit !== "calendar", "no column of ORC holds such an interval");
      return intervalAmount(value as Interval, type);
    default:
      return BigInt(value as number | bigint);
  }
}
