import { instantOf, zoneOf } from "../../../schema/zone.ts";
import { expect } from "../corrupt.ts";
import type { StreamPart } from "../group/place.ts";
import { BooleanRun } from "../run/boolean.ts";
import { ByteRun } from "../run/byte.ts";
import { IntegerRun } from "../run/integer.ts";
import type { ByteStream } from "../stream.ts";
import type { StreamName, Stripe } from "../stripe.ts";
import type { OrcType } from "../type.ts";
import { BytesReader, DictionaryReader, readDictionary } from "./bytes.ts";
import { Decimal64Reader, DecimalReader } from "./decimal.ts";
import { ListReader, StructReader, UnionReader } from "./nested.ts";
import { BooleanReader, ByteReader, IntReader, LongReader, RealReader } from "./number.ts";
import { TimestampReader } from "./time.ts";

/** The decoder of a column, told apart by `kind`. */
export type Reader =
  | BooleanReader
  | ByteReader
  | IntReader
  | LongReader
  | RealReader
  | TimestampReader
  | DecimalReader
  | Decimal64Reader
  | BytesReader
  | DictionaryReader
  | StructReader
  | ListReader
  | UnionReader;

export interface ColumnRequest {
  readonly stripe: Stripe;
  readonly decimal64: boolean;
  /** Which columns are wanted, by id; a parent of one is. */
  readonly wanted: (type: OrcType) => boolean;
  /** What of the streams is read, where that is some row groups alone. */
  readonly part?: (column: number, name: StreamName) => StreamPart | undefined;
}

/** 2015-01-01T00:00:00, as if in UTC: the second 0 of timestamps. */
const baseSeconds = 1_420_070_400;

/** Opens a column of a stripe, with its children. */
export function openColumn(type: OrcType, request: ColumnRequest): Reader {
  const { stripe } = request;
  const { id } = type;
  const encoding = stripe.encoding(id);
  const { stream, integers, bytes, bits } = openStreams(type, request);
  const presence = stripe.has(id, "present") ? bits("present") : undefined;
  const children = (): (Reader | undefined)[] =>
    type.children.map((child) => (request.wanted(child) ? openColumn(child, request) : undefined));
  switch (type.kind) {
    case "boolean":
      return new BooleanReader(presence, bits("data"));
    case "byte":
      return new ByteReader(presence, bytes("data"));
    case "short":
    case "int":
    case "date":
      return new IntReader(presence, integers("data", true));
    case "long":
      return new LongReader(presence, integers("data", true));
    case "float":
    case "double":
      return new RealReader(presence, stream("data"), type.kind);
    case "timestamp":
    case "timestamp_instant": {
      const runs = { seconds: integers("data", true), nanos: integers("secondary", false) };
      const writerZone = type.kind === "timestamp" ? stripe.writerZone : "";
      return new TimestampReader(presence, runs, { base: baseIn(type, stripe), writerZone });
    }
    case "decimal": {
      if (request.decimal64 && type.precision <= 18) {
        return new Decimal64Reader(presence, integers("data", true, 2), type.scale);
      }
      const data = { digits: stream("data"), scales: integers("secondary", true) };
      return new DecimalReader(presence, data, type.scale);
    }
    case "string":
    case "char":
    case "varchar":
    case "binary": {
      const lengths = integers("length", false);
      if (!encoding.dictionary) return new BytesReader(presence, stream("data"), lengths);
      const dictionary = stripe.dictionary(id, () =>
        readDictionary(encoding.size, lengths, stream("dictionary")),
      );
      return new DictionaryReader(presence, integers("data", false), dictionary);
    }
    case "struct":
      return new StructReader(presence, children());
    case "list":
    case "map":
      return new ListReader(presence, integers("length", false), children());
    case "union": {
      const variants = type.children.map((child) => openColumn(child, request));
      return new UnionReader(presence, bytes("data"), variants);
    }
  }
}

/** The streams of a column, each where it is to be read from. */
function openStreams({ id }: OrcType, { stripe, part }: ColumnRequest) {
  const stream = (name: StreamName): ByteStream => stripe.stream(id, name, part?.(id, name));
  return {
    stream,
    integers(name: StreamName, signed: boolean, version = stripe.encoding(id).version): IntegerRun {
      const run = new IntegerRun(stream(name), { signed, version });
      run.skip(part?.(id, name)?.values ?? 0);
      return run;
    },
    bytes(name: StreamName): ByteRun {
      const run = new ByteRun(stream(name));
      run.skip(part?.(id, name)?.values ?? 0);
      return run;
    },
    bits(name: StreamName): BooleanRun {
      const run = new BooleanRun(stream(name));
      const { values = 0, bits = 0 } = part?.(id, name) ?? {};
      run.skip(values, bits);
      return run;
    },
  };
}

/** When 2015 began in the zone of the writer. */
function baseIn(type: OrcType, { writerZone }: Stripe): number {
  if (type.kind === "timestamp_instant") return baseSeconds;
  const zone = zoneOf(writerZone);
  expect(zone !== undefined, `there is no time zone ${writerZone}`);
  return Number(instantOf(zone, BigInt(baseSeconds) * 1_000_000n) / 1_000_000n);
}
