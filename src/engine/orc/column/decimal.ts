import { expect } from "../corrupt.ts";
import type { BooleanRun } from "../run/boolean.ts";
import type { IntegerRun } from "../run/integer.ts";
import type { ByteStream } from "../stream.ts";
import { batchRows, ColumnReader, grown, spreadWide } from "./column.ts";

const twoTo32 = 0x1_0000_0000;
/** Bytes of the longest number: 128 bits and its sign. */
const numberBytes = 19;

/** Decimals of one scale: their digits as integers of 128 bits in four words, lowest first. */
export class DecimalReader extends ColumnReader {
  readonly kind = "decimal";
  readonly scale: number;
  words = new Int32Array(batchRows * 4);
  readonly #stream: ByteStream;
  readonly #scales: IntegerRun;
  #scaleOf = new Int32Array(batchRows);

  constructor(
    presence: BooleanRun | undefined,
    data: { readonly digits: ByteStream; readonly scales: IntegerRun },
    scale: number,
  ) {
    super(presence);
    this.#stream = data.digits;
    this.#scales = data.scales;
    this.scale = scale;
  }

  protected grow(capacity: number): void {
    this.words = grown(this.words, capacity * 4);
  }

  protected decode(start: number, count: number, values: number): void {
    if (this.#scaleOf.length < values) this.#scaleOf = new Int32Array(values);
    this.#scales.readInts(this.#scaleOf, 0, values);
    for (let i = 0; i < values; i++) this.#read(start + i, this.scale - this.#scaleOf[i]!);
    spreadWide(this.words, 4, { present: this.present, start, count, values });
  }

  /** Reads a number that lacks `zeros` digits of the scale. */
  #read(row: number, zeros: number): void {
    const stream = this.#stream;
    if (stream.end - stream.at < numberBytes) stream.fill(numberBytes);
    const { bytes } = stream;
    let at = stream.at;
    let value = 0;
    // 49 bits; a longer number is read again as an exact one.
    for (let factor = 1; factor < 2 ** 49; factor *= 128) {
      const byte = bytes[at++];
      expect(byte !== undefined && at <= stream.end, "a decimal is cut short");
      value += (byte & 127) * factor;
      if (byte >= 128) continue;
      stream.at = at;
      const half = Math.floor(value / 2);
      const signed = value % 2 === 0 ? half : -half - 1;
      if (zeros === 0) putNumber(this.words, row, signed);
      else putBigint(this.words, row, rescaled(BigInt(signed), zeros));
      return;
    }
    putBigint(this.words, row, rescaled(this.#bigint(), zeros));
  }

  #bigint(): bigint {
    const stream = this.#stream;
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      expect(shift < numberBytes * 7, "a decimal has more than 38 digits");
      expect(stream.at < stream.end, "a decimal is cut short");
      const byte = stream.bytes[stream.at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    return (value >> 1n) ^ -(value & 1n);
  }
}

/** Decimals of at most 18 digits in the format that never became 2.0. */
export class Decimal64Reader extends ColumnReader {
  readonly kind = "decimal";
  readonly scale: number;
  words = new Int32Array(batchRows * 4);
  readonly #run: IntegerRun;
  #pairs = new Int32Array(batchRows * 2);

  constructor(presence: BooleanRun | undefined, run: IntegerRun, scale: number) {
    super(presence);
    this.#run = run;
    this.scale = scale;
  }

  protected grow(capacity: number): void {
    this.words = grown(this.words, capacity * 4);
  }

  protected decode(start: number, count: number, values: number): void {
    if (this.#pairs.length < values * 2) this.#pairs = new Int32Array(values * 2);
    this.#run.readLongs(this.#pairs, 0, values);
    for (let i = 0; i < values; i++) {
      const [low, high] = [this.#pairs[i * 2]!, this.#pairs[i * 2 + 1]!];
      this.words.set([low, high, high >> 31, high >> 31], (start + i) * 4);
    }
    spreadWide(this.words, 4, { present: this.present, start, count, values });
  }
}

function putNumber(words: Int32Array, row: number, value: number): void {
  const at = row * 4;
  const high = Math.floor(value / twoTo32);
  words[at] = value | 0;
  words[at + 1] = high;
  words[at + 2] = words[at + 3] = value < 0 ? -1 : 0;
}

function putBigint(words: Int32Array, row: number, value: bigint): void {
  const limit = 10n ** 38n;
  expect(value < limit && value > -limit, "a decimal has more than 38 digits");
  for (let i = 0; i < 4; i++)
    words[row * 4 + i] = Number(BigInt.asIntN(32, value >> BigInt(32 * i)));
}

/** More or fewer digits after the point; what is cut off is rounded half up. */
function rescaled(value: bigint, zeros: number): bigint {
  if (zeros === 0 || value === 0n) return value;
  expect(Math.abs(zeros) <= 76, "a decimal has a scale out of its range");
  if (zeros > 0) return value * 10n ** BigInt(zeros);
  const divisor = 10n ** BigInt(-zeros);
  const half = value < 0n ? -divisor / 2n : divisor / 2n;
  return (value + half) / divisor;
}
