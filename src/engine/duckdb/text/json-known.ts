import type { DataType, StructType } from "../../../schema/type.ts";
import type { Block } from "./block.ts";
import { SLOW } from "./json-cell.ts";
import { STOPS, skipBytes, skipNumber, skipWord } from "./json-skip.ts";

/** Digits of an integer that surely fits into 64 bits. */
const SURE_DIGITS = 18;

/** The place after the value at `p` if it leaves the type of its column as it is, else SLOW. */
type SkipKnown = (bytes: Buffer, p: number) => number;

/**
 * Steps over plain lines (one flat object, strict JSON) that add nothing to what is known of a
 * schema, by their bytes alone. Whatever else a line is, inference proper has to look at it.
 */
export class KnownLines {
  readonly #inferTypes: boolean;
  #schema: StructType | undefined;
  #keys: readonly Buffer[] = [];
  #skips: readonly SkipKnown[] = [];
  /** By column, one for the start of a line at the end: the column that came after it last. */
  #after: Int32Array = new Int32Array(1);

  /** `inferTypes`: as in the inference; without, any value is a string. */
  constructor(inferTypes: boolean) {
    this.#inferTypes = inferTypes;
  }

  /** What is known from here on. */
  learn(schema: StructType): void {
    if (this.#schema && sameFields(this.#schema, schema)) return;
    this.#schema = schema;
    this.#keys = schema.fields.map((field) => Buffer.from(JSON.stringify(field.name)));
    this.#skips = schema.fields.map((field) => (this.#inferTypes ? skipOf(field.type) : skipBytes));
    this.#after = new Int32Array(this.#keys.length + 1);
  }

  /** The place after the line feed of the block's next line, or SLOW. */
  read({ bytes, start }: Block): number {
    if (bytes[start] !== 0x7b || this.#keys.length === 0) return SLOW;
    let column = this.#keys.length;
    let p = blanks(bytes, start + 1);
    if (bytes[p] === 0x7d) p++;
    else {
      for (;;) {
        column = this.#columnAt(bytes, p, column);
        if (column < 0) return SLOW;
        p = blanks(bytes, p + this.#keys[column]!.length);
        if (bytes[p++] !== 0x3a) return SLOW;
        p = this.#skips[column]!(bytes, blanks(bytes, p));
        if (p < 0) return SLOW;
        p = blanks(bytes, p);
        const byte = bytes[p++];
        if (byte === 0x7d) break;
        if (byte !== 0x2c) return SLOW;
        p = blanks(bytes, p);
      }
    }
    if (bytes[p] === 13) p++;
    return bytes[p] === 10 ? p + 1 : SLOW;
  }

  /** The column whose key is at `p`: most likely the one that followed `before` in other lines. */
  #columnAt(bytes: Buffer, p: number, before: number): number {
    const likely = this.#after[before]!;
    if (isAt(bytes, p, this.#keys[likely]!)) return likely;
    const found = this.#keys.findIndex((key) => isAt(bytes, p, key));
    if (found >= 0) this.#after[before] = found;
    return found;
  }
}

function isAt(bytes: Buffer, p: number, key: Buffer): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[p + i] !== key[i]) return false;
  return true;
}

function blanks(bytes: Buffer, start: number): number {
  let p = start;
  while (bytes[p] === 32) p++;
  return p;
}

function sameFields(left: StructType, right: StructType): boolean {
  return (
    left.fields.length === right.fields.length &&
    left.fields.every((field, index) => {
      const other = right.fields[index]!;
      return field.name === other.name && field.type === other.type;
    })
  );
}

function skipOf({ type }: DataType): SkipKnown {
  switch (type) {
    case "string":
      return skipScalar;
    case "long":
      return (bytes, p) => skipSureNumber(bytes, p, false);
    case "double":
      return (bytes, p) => skipSureNumber(bytes, p, true);
    case "boolean":
      return skipWord;
    default:
      return () => SLOW;
  }
}

/** A string takes any text and any scalar, but no array and no object. */
function skipScalar(bytes: Buffer, start: number): number {
  const byte = bytes[start]!;
  if (byte !== 0x22) return byte === 0x7b || byte === 0x5b ? SLOW : skipBytes(bytes, start);
  let p = start + 1;
  while (STOPS[bytes[p]!] === 0) p++;
  return bytes[p] === 0x22 ? p + 1 : skipBytes(bytes, start);
}

function skipSureNumber(bytes: Buffer, p: number, real: boolean): number {
  if (bytes[p] === 0x6e) return skipWord(bytes, p); // null
  const after = skipNumber(bytes, p);
  if (after < 0 || after - p > SURE_DIGITS) return SLOW;
  if (real) return after;
  for (let at = p; at < after; at++) if (bytes[at]! > 57 || bytes[at] === 46) return SLOW;
  return after;
}
