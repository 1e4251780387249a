import type { Codec } from "./codec/codec.ts";
import type { Dictionary } from "./column/bytes.ts";
import { expect, trusted } from "./corrupt.ts";
import type { StreamPart } from "./group/place.ts";
import { Message } from "./protobuf.ts";
import { ByteStream, inflateAll } from "./stream.ts";
import type { ByteFile, OrcTail, StripePlace } from "./tail.ts";

/** Streams by their number in the footer of a stripe. */
export const streamKinds = {
  present: 0,
  data: 1,
  length: 2,
  dictionary: 3,
  secondary: 5,
} as const;

export type StreamName = keyof typeof streamKinds;

/** Streams of the index. */
export const indexKinds = { index: 6, bloom: 7, bloomUtf8: 8 } as const;

export type IndexName = keyof typeof indexKinds;

export interface Encoding {
  readonly dictionary: boolean;
  readonly version: 1 | 2;
  readonly size: number;
  /** Of the bloom filter: 1 is by UTF-8 and UTC, what is more is not known. */
  readonly bloom: number;
}

const kinds = { ...streamKinds, ...indexKinds };

/** One stripe, ready for its columns to be read. */
export interface Stripe {
  readonly rows: number;
  /** The time zone of the writer, or the reader's where the writer said none. */
  readonly writerZone: string;
  encoding(column: number): Encoding;
  /** Opens a stream, or a part of it; without bytes where the stripe has no such stream. */
  stream(column: number, name: StreamName, part?: StreamPart): ByteStream;
  has(column: number, name: StreamName): boolean;
  /** The dictionary of a column, read once. */
  dictionary(column: number, read: () => Dictionary): Dictionary;
  place(column: number, name: StreamName | IndexName): StreamPlace | undefined;
  /** A stream of the index; undefined where the stripe has none, or it is damaged. */
  index<T>(column: number, name: IndexName, read: (message: Message) => T): T | undefined;
}

/** Where a stream lies in the file. */
export interface StreamPlace {
  readonly kind: number;
  readonly column: number;
  readonly start: number;
  readonly length: number; // bytes
}

export interface StripeRequest {
  readonly file: ByteFile;
  readonly tail: OrcTail;
  /** The time zone of the reader. */
  readonly zone: string;
}

/** Reads the footer of a stripe. Bytes of columns are read when their streams are. */
export function openStripe(place: StripePlace, { file, tail, zone }: StripeRequest): Stripe {
  const bytes = file.read(place.offset + place.indexLength + place.dataLength, place.footerLength);
  const { streams, encodings, writerZone } = readFooter(place, bytes, tail.codec);
  const places = new Map(streams.map((one) => [`${one.column} ${one.kind}`, one]));
  const find = (column: number, name: StreamName | IndexName): StreamPlace | undefined =>
    places.get(`${column} ${kinds[name]}`);
  const dictionaries = new Map<number, Dictionary>();
  return {
    rows: place.rows,
    writerZone: writerZone || zone,
    encoding(column) {
      const found = encodings[column];
      expect(found !== undefined, `the column ${column} has no encoding`);
      return found;
    },
    stream(column, name, part) {
      const { start, length } = find(column, name) ?? { start: 0, length: 0 };
      if (part === undefined)
        return new ByteStream(file, { start, end: start + length }, tail.codec);
      const stream = new ByteStream(file, part, tail.codec, part.end < start + length);
      stream.skip(part.bytes);
      return stream;
    },
    dictionary(column, read) {
      const known = dictionaries.get(column) ?? read();
      dictionaries.set(column, known);
      return known;
    },
    has: (column, name) => find(column, name) !== undefined,
    place: find,
    index(column, name, read) {
      const found = find(column, name);
      if (found === undefined) return undefined;
      const bytes = file.read(found.start, found.length);
      return trusted(() => read(new Message(inflateAll(bytes, tail.codec))));
    },
  };
}

function readFooter(place: StripePlace, bytes: Uint8Array, codec: Codec) {
  const message = new Message(inflateAll(bytes, codec));
  const streams: StreamPlace[] = [];
  const encodings: Encoding[] = [];
  const end = place.offset + place.indexLength + place.dataLength;
  let writerZone = "";
  let start = place.offset;
  while (message.next()) {
    if (message.field === 1) {
      const stream = readStream(message.message());
      streams.push({ ...stream, start });
      start += stream.length;
      expect(start <= end, "a stream lies outside of its stripe");
    } else if (message.field === 2) encodings.push(readEncoding(message.message()));
    else if (message.field === 3) writerZone = message.text();
    else message.skip();
  }
  return { streams, encodings, writerZone };
}

function readStream(message: Message) {
  const stream = { kind: 0, column: 0, length: 0 };
  while (message.next()) {
    if (message.field === 1) stream.kind = message.number();
    else if (message.field === 2) stream.column = message.number();
    else if (message.field === 3) stream.length = message.number();
    else message.skip();
  }
  return stream;
}

function readEncoding(message: Message): Encoding {
  let [kind, size, bloom] = [0, 0, 0];
  while (message.next()) {
    if (message.field === 1) kind = message.number();
    else if (message.field === 2) size = message.number();
    else if (message.field === 3) bloom = message.number();
    else message.skip();
  }
  expect(kind <= 3, `a column has the unknown encoding ${kind}`);
  return { dictionary: kind % 2 === 1, version: kind < 2 ? 1 : 2, size, bloom };
}
