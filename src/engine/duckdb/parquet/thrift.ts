/** A value of Thrift's compact protocol, with its type code: what is not understood is kept. */
export interface Thrift {
  readonly type: number;
  readonly value: bigint | Buffer | Struct | readonly Thrift[] | readonly [Thrift, Thrift][];
}

/** Fields by id. */
export type Struct = Map<number, Thrift>;

export const code = {
  true: 1,
  false: 2,
  byte: 3,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

export interface Cursor {
  readonly buffer: Buffer;
  at: number;
}

/** The fields of a struct that are kept, and of structs in them, or in lists of them. */
export interface Kept {
  readonly [id: number]: Kept | true;
}

/**
 * Reads a struct at the cursor, which comes to stand behind it; of its fields those that are
 * `kept`, by default all. Throws at the end of the bytes.
 */
export function readStruct(cursor: Cursor, kept?: Kept): Struct {
  const fields: Struct = new Map();
  let id = 0;
  for (;;) {
    const head = byteOf(cursor);
    if (head === 0) return fields;
    const step = head >> 4;
    id = step === 0 ? Number(zigzag(varint(cursor))) : id + step;
    const inner = kept?.[id];
    if (kept !== undefined && inner === undefined) skipValue(cursor, head & 15);
    else fields.set(id, readValue(cursor, head & 15, inner === true ? undefined : inner));
  }
}

function readValue(cursor: Cursor, type: number, kept?: Kept): Thrift {
  switch (type) {
    case code.true:
    case code.false:
      return { type, value: 0n };
    case code.byte:
      return { type, value: BigInt(byteOf(cursor)) };
    case code.double:
      return { type, value: bytesOf(cursor, 8) };
    case code.binary:
      return { type, value: bytesOf(cursor, Number(varint(cursor))) };
    case code.list:
    case code.set:
      return { type, value: readList(cursor, kept) };
    case code.map:
      return { type, value: readMap(cursor) };
    case code.struct:
      return { type, value: readStruct(cursor, kept) };
    default:
      return { type, value: zigzag(varint(cursor)) };
  }
}

function readList(cursor: Cursor, kept?: Kept): Thrift[] {
  const [count, type] = listHead(cursor);
  return Array.from({ length: count }, () => readElement(cursor, type, kept));
}

function listHead(cursor: Cursor): readonly [count: number, type: number] {
  const head = byteOf(cursor);
  return [head >> 4 === 15 ? Number(varint(cursor)) : head >> 4, head & 15];
}

/** In a list a boolean is a byte of its own: its type is its value. */
function readElement(cursor: Cursor, type: number, kept?: Kept): Thrift {
  if (type === code.true || type === code.false) return { type: byteOf(cursor), value: 0n };
  return readValue(cursor, type, kept);
}

function readMap(cursor: Cursor): [Thrift, Thrift][] {
  const count = Number(varint(cursor));
  if (count === 0) return [];
  const types = byteOf(cursor);
  return Array.from({ length: count }, () => [
    readElement(cursor, types >> 4),
    readElement(cursor, types & 15),
  ]);
}

/** Goes past a value and makes nothing of it: in one loop, for most of a footer is passed over. */
function skipValue(cursor: Cursor, type: number): void {
  const { buffer } = cursor;
  /** The lists and structs around, innermost last: elements that are left, -1 for a struct. */
  const left: number[] = [];
  const types: number[] = [];
  for (let now = type; ; ) {
    if (now === code.struct) {
      left.push(-1);
      types.push(0);
    } else if (now === code.list || now === code.set) {
      const [count, element] = listHead(cursor);
      const isBytes = element === code.true || element === code.false;
      if (isBytes) cursor.at += count;
      left.push(isBytes ? 0 : count);
      types.push(element);
    } else skipPlain(cursor, now);
    if (cursor.at > buffer.length) throw new RangeError("a Thrift value is cut short");
    for (now = 0; now === 0; ) {
      const top = left.length - 1;
      if (top < 0) return;
      if (left[top] === -1) {
        const head = byteOf(cursor);
        if (head !== 0 && head >> 4 === 0) skipPlain(cursor, code.i32);
        now = head & 15;
      } else if (left[top]! > 0) {
        left[top]! -= 1;
        now = types[top]!;
      }
      if (now === 0) {
        left.pop();
        types.pop();
      }
    }
  }
}

/** The same of a value that is no struct, list or set. */
function skipPlain(cursor: Cursor, type: number): void {
  switch (type) {
    case code.true:
    case code.false:
      return;
    case code.byte:
      cursor.at += 1;
      return;
    case code.double:
      cursor.at += 8;
      return;
    case code.binary: {
      const length = Number(varint(cursor));
      cursor.at += length;
      return;
    }
    case code.map:
      readMap(cursor);
      return;
    default:
      while (byteOf(cursor) >= 128);
  }
}

function byteOf(cursor: Cursor): number {
  const found = cursor.buffer[cursor.at];
  if (found === undefined) throw new RangeError("a Thrift struct is cut short");
  cursor.at += 1;
  return found;
}

function bytesOf(cursor: Cursor, length: number): Buffer {
  const end = cursor.at + length;
  if (end > cursor.buffer.length) throw new RangeError("a Thrift text is cut short");
  const bytes = cursor.buffer.subarray(cursor.at, end);
  cursor.at = end;
  return bytes;
}

function varint(cursor: Cursor): bigint {
  let low = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const part = byteOf(cursor);
    low |= (part & 127) << shift;
    if (part < 128) return BigInt(low);
  }
  let result = BigInt(low);
  for (let shift = 28n; ; shift += 7n) {
    const part = byteOf(cursor);
    result |= BigInt(part & 127) << shift;
    if (part < 128) return result;
  }
}

function zigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}

/** The bytes of a struct. */
export function structBytes(fields: Struct): Buffer {
  const parts: Buffer[] = [];
  writeStruct(parts, fields);
  return Buffer.concat(parts);
}

function writeStruct(parts: Buffer[], fields: Struct): void {
  let before = 0;
  for (const [id, field] of [...fields].sort(([left], [right]) => left - right)) {
    const step = id - before;
    const short = step > 0 && step < 16;
    parts.push(Buffer.from([(short ? step << 4 : 0) | field.type]));
    if (!short) parts.push(varintBytes(zigzagOf(BigInt(id))));
    before = id;
    if (field.type !== code.true && field.type !== code.false) writeValue(parts, field);
  }
  parts.push(Buffer.from([0]));
}

function writeValue(parts: Buffer[], { type, value }: Thrift): void {
  if (typeof value === "bigint") {
    if (type === code.true || type === code.false) parts.push(Buffer.from([type]));
    else if (type === code.byte) parts.push(Buffer.from([Number(value)]));
    else parts.push(varintBytes(zigzagOf(value)));
  } else if (Buffer.isBuffer(value)) {
    if (type === code.binary) parts.push(varintBytes(BigInt(value.length)));
    parts.push(value);
  } else if (value instanceof Map) {
    writeStruct(parts, value);
  } else if (type === code.map) {
    writeMap(parts, value as readonly [Thrift, Thrift][]);
  } else {
    writeList(parts, value as readonly Thrift[]);
  }
}

function writeList(parts: Buffer[], items: readonly Thrift[]): void {
  const type = items[0]?.type ?? code.struct;
  if (items.length < 15) parts.push(Buffer.from([(items.length << 4) | type]));
  else parts.push(Buffer.from([0xf0 | type]), varintBytes(BigInt(items.length)));
  for (const item of items) writeValue(parts, item);
}

function writeMap(parts: Buffer[], entries: readonly [Thrift, Thrift][]): void {
  parts.push(varintBytes(BigInt(entries.length)));
  const [first] = entries;
  if (first === undefined) return;
  parts.push(Buffer.from([(first[0].type << 4) | first[1].type]));
  for (const [key, item] of entries) {
    writeValue(parts, key);
    writeValue(parts, item);
  }
}

function varintBytes(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function zigzagOf(value: bigint): bigint {
  return value < 0n ? (-value << 1n) - 1n : value << 1n;
}
