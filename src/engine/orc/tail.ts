import { type Codec, codecOf, codecs } from "./codec/codec.ts";
import { expect, trusted } from "./corrupt.ts";
import { Message } from "./protobuf.ts";
import { type ColumnStatistics, readStatistics } from "./statistic.ts";
import { inflateAll } from "./stream.ts";
import { type FlatType, type OrcType, readType, typeTree } from "./type.ts";

/** The bytes of a file, as far as they are asked for. */
export interface ByteFile {
  readonly size: number;
  /** Exactly these bytes, or a throw. */
  read(start: number, length: number): Uint8Array;
}

/** Where a stripe lies: its indexes, its data, its footer. */
export interface StripePlace {
  readonly offset: number;
  readonly indexLength: number;
  readonly dataLength: number;
  readonly footerLength: number;
  readonly rows: number;
}

/** What the end of an ORC file says of the whole. */
export interface OrcTail {
  readonly codec: Codec;
  readonly root: OrcType;
  readonly rows: number;
  readonly stripes: readonly StripePlace[];
  /** Dates and times are of the proleptic Gregorian calendar, not of the hybrid of old. */
  readonly proleptic: boolean;
  /** Decimals of 18 digits and fewer are integers: the format 2.0 that never was. */
  readonly decimal64: boolean;
  /** Names of the keys that columns are encrypted with. */
  readonly keys: readonly string[];
  readonly metadata: Readonly<Record<string, Uint8Array>>;
  /** The statistics of each stripe by column id; none where the writer gave none to be trusted. */
  readonly statistics: readonly (readonly ColumnStatistics[])[];
  /** Rows of a row group; 0: there is no index. */
  readonly stride: number;
  readonly writer: Writer;
  /** Of the writer's own counting. 0 of Java's: its statistics may be wrong. */
  readonly writerVersion: number;
}

/** Who wrote a file, by number: 0 is ORC for Java, 1 is ORC for C++. */
export interface Writer {
  readonly number: number;
  /** Its release; empty where it does not say. */
  readonly release: string;
}

interface PostScript {
  readonly footerLength: number;
  readonly metadataLength: number;
  readonly codec: Codec;
  readonly version: readonly number[];
  readonly writerVersion: number;
}

const magic = "ORC";
/** What is read first, in the hope that it holds all of the tail. */
const guess = 16 << 10;
/** A chunk that may be larger is no one's: ORC writes 256 KiB. */
const blockMax = 1 << 24;

/** Reads the tail of a file; undefined where the file is empty, which Spark takes for no rows. */
export function readTail(file: ByteFile): OrcTail | undefined {
  if (file.size === 0) return undefined;
  const start = Math.max(0, file.size - guess);
  let end = file.read(start, file.size - start);
  const length = end.at(-1) ?? 0;
  expect(length > 0 && length < end.length, "it does not end in the tail of an ORC file");
  const postscript = readPostScript(file, end.subarray(end.length - 1 - length, end.length - 1));
  const { footerLength, metadataLength, codec } = postscript;
  const tail = 1 + length + footerLength + metadataLength;
  expect(tail <= file.size, "its footer is longer than the file");
  if (tail > end.length) end = file.read(file.size - tail, tail);
  const footerEnd = end.length - 1 - length;
  const part = (from: number, to: number): Message =>
    new Message(inflateAll(end.subarray(from, to), codec));
  const footer = readFooter(part(footerEnd - footerLength, footerEnd));
  const metadataEnd = footerEnd - footerLength;
  const statistics =
    postscript.writerVersion === 0
      ? []
      : (trusted(() => readMetadata(part(metadataEnd - metadataLength, metadataEnd))) ?? []);
  checkPlaces(footer, file.size - tail);
  const decimal64 = postscript.version[0] === 1 && postscript.version[1] === 9999;
  const { writerVersion } = postscript;
  return { ...footer, codec, decimal64, statistics, writerVersion };
}

function readPostScript(file: ByteFile, bytes: Uint8Array): PostScript {
  const message = new Message(bytes);
  const version: number[] = [];
  let [footerLength, metadataLength, compression, block, named] = [0, 0, 0, 256 << 10, ""];
  let writerVersion = 0;
  while (message.next()) {
    if (message.field === 1) footerLength = message.number();
    else if (message.field === 2) compression = message.number();
    else if (message.field === 3) block = message.number();
    else if (message.field === 4) message.numbers(version);
    else if (message.field === 5) metadataLength = message.number();
    else if (message.field === 6) writerVersion = message.number();
    else if (message.field === 8000) named = message.text();
    else message.skip();
  }
  // The first writers put the name at the head of the file only.
  const named0 = named === magic || Buffer.from(file.read(0, 3)).toString("latin1") === magic;
  expect(named0, "it does not say that it is an ORC file");
  const kind = codecs[compression];
  expect(kind !== undefined, `it is compressed by the unknown codec ${compression}`);
  expect(block <= blockMax, `its chunks of ${block} bytes are too large`);
  const codec = codecOf(kind, block);
  return { footerLength, metadataLength, version, writerVersion, codec };
}

type Footer = Omit<OrcTail, "codec" | "decimal64" | "statistics" | "writerVersion">;

function readFooter(message: Message): Footer {
  const types: FlatType[] = [];
  const stripes: StripePlace[] = [];
  const metadata: Record<string, Uint8Array> = {};
  let keys: readonly string[] = [];
  let [rows, calendar, stride, number, release] = [0, 0, 0, 0, ""];
  while (message.next()) {
    if (message.field === 3) stripes.push(readPlace(message.message()));
    else if (message.field === 4) types.push(readType(message.message()));
    else if (message.field === 5) readItem(message.message(), metadata);
    else if (message.field === 6) rows = message.number();
    else if (message.field === 8) stride = message.number();
    else if (message.field === 9) number = message.number();
    else if (message.field === 10) keys = readKeys(message.message());
    else if (message.field === 11) calendar = message.number();
    else if (message.field === 12) release = message.text();
    else message.skip();
  }
  // A file without rows may have no types.
  const none = { ...readType(new Message(new Uint8Array([8, 12]))) };
  const root = typeTree(types.length === 0 ? [none] : types);
  const writer = { number, release };
  return { root, rows, stripes, proleptic: calendar === 2, keys, metadata, stride, writer };
}

function readPlace(message: Message): StripePlace {
  const place = { offset: 0, indexLength: 0, dataLength: 0, footerLength: 0, rows: 0 };
  while (message.next()) {
    if (message.field === 1) place.offset = message.number();
    else if (message.field === 2) place.indexLength = message.number();
    else if (message.field === 3) place.dataLength = message.number();
    else if (message.field === 4) place.footerLength = message.number();
    else if (message.field === 5) place.rows = message.number();
    else message.skip();
  }
  return place;
}

function readItem(message: Message, into: Record<string, Uint8Array>): void {
  let [name, value] = ["", new Uint8Array()];
  while (message.next()) {
    if (message.field === 1) name = message.text();
    else if (message.field === 2) value = Uint8Array.from(message.bytes());
    else message.skip();
  }
  into[name] = value;
}

function readKeys(message: Message): readonly string[] {
  const keys: string[] = [];
  while (message.next()) {
    if (message.field !== 2) {
      message.skip();
      continue;
    }
    const key = message.message();
    let name = "";
    while (key.next()) {
      if (key.field === 1) name = key.text();
      else key.skip();
    }
    keys.push(name);
  }
  return keys;
}

function readMetadata(message: Message): readonly (readonly ColumnStatistics[])[] {
  const stripes: ColumnStatistics[][] = [];
  while (message.next()) {
    if (message.field !== 1) {
      message.skip();
      continue;
    }
    const columns: ColumnStatistics[] = [];
    const stripe = message.message();
    while (stripe.next()) {
      if (stripe.field === 1) columns.push(readStatistics(stripe.message()));
      else stripe.skip();
    }
    stripes.push(columns);
  }
  return stripes;
}

function checkPlaces({ stripes, rows }: Footer, end: number): void {
  let [sum, before] = [0, 0];
  for (const { offset, indexLength, dataLength, footerLength, rows: own } of stripes) {
    const last = offset + indexLength + dataLength + footerLength;
    expect(last <= end, "a stripe lies outside of the file");
    // Else a small file could say the same rows over and over.
    expect(offset >= before, "a stripe lies in another");
    before = last;
    sum += own;
  }
  expect(sum === rows, `its stripes have ${sum} rows, and it says that there are ${rows}`);
}
