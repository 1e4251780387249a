import { numberReader, wireOf } from "./scalar.ts";
import {
  enumOf,
  isMessage,
  messageOf,
  type ProtoField,
  type ProtoMessage,
  type ProtoSchema,
} from "./schema.ts";
import { WireCursor, wires } from "./wire.ts";

/** A value: a number of 64 bits as a bigint, an enum's as a number. */
export type ProtoValue = number | bigint | boolean | string | Uint8Array | ProtoTree;

/** A message that was read, with what came for its fields, by their numbers, in their order. */
export interface ProtoTree {
  readonly message: ProtoMessage;
  readonly values: ReadonlyMap<number, readonly ProtoValue[]>;
}

const decoder = new TextDecoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true });

/** Reads a message whole, as Google's Java does. Throws an Error where it is broken. */
export function readTree(message: ProtoMessage, bytes: Uint8Array, schema: ProtoSchema): ProtoTree {
  const cursor = new WireCursor();
  cursor.open(bytes);
  return treeOf(message, { cursor, group: 0 }, schema);
}

interface Place {
  readonly cursor: WireCursor;
  readonly group: number;
}

function treeOf(message: ProtoMessage, { cursor, group }: Place, schema: ProtoSchema): ProtoTree {
  const values = new Map<number, ProtoValue[]>();
  let closed = group === 0;
  while (cursor.next()) {
    closed = cursor.closes(group);
    if (closed) break;
    const field = message.fields.find(({ number }) => number === cursor.field);
    const read = field && valuesOf(field, cursor, schema);
    if (!read) {
      cursor.skip();
      continue;
    }
    put(values, { message, field, read });
  }
  if (!closed && group !== 0) throw new Error("a group has no end");
  const lacking = message.fields.find((one) => one.label === "required" && !values.has(one.number));
  if (lacking) throw new Error(`it lacks the required field ${lacking.name}`);
  return { message, values: new Map([...values].sort(([a], [b]) => a - b)) };
}

interface Came {
  readonly message: ProtoMessage;
  readonly field: ProtoField;
  readonly read: readonly ProtoValue[];
}

function put(values: Map<number, ProtoValue[]>, { message, field, read }: Came): void {
  const { number, label, oneof, presence } = field;
  if (label === "repeated") {
    values.set(number, [...(values.get(number) ?? []), ...read]);
    return;
  }
  for (const one of read) {
    const before = values.get(number)?.[0];
    values.set(number, [isTree(before) && isTree(one) ? merged(before, one) : one]);
    if (!presence && isZero(one)) values.delete(number);
  }
  if (oneof === undefined || read.length === 0) return;
  for (const other of message.fields) {
    if (other.oneof === oneof && other !== field) values.delete(other.number);
  }
}

/** Two messages that came for one field are one. */
function merged(before: ProtoTree, after: ProtoTree): ProtoTree {
  const { message } = before;
  const values = new Map([...before.values].map(([number, all]) => [number, [...all]]));
  for (const [number, read] of after.values) {
    put(values, { message, field: message.fields.find((one) => one.number === number)!, read });
  }
  return { message, values: new Map([...values].sort(([a], [b]) => a - b)) };
}

export function isTree(value: ProtoValue | undefined): value is ProtoTree {
  return typeof value === "object" && !(value instanceof Uint8Array);
}

function isZero(value: ProtoValue): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return Object.is(value, 0) || value === 0n || value === false || value === "";
}

/** What came at the cursor; undefined: it is not of the field's type, and to be skipped. */
function valuesOf(
  field: ProtoField,
  cursor: WireCursor,
  schema: ProtoSchema,
): readonly ProtoValue[] | undefined {
  const wire = wireOf(field.kind);
  if (isMessage(field.kind)) {
    if (cursor.wire !== wire) return undefined;
    let tree: ProtoTree | undefined;
    const message = messageOf(schema, field);
    cursor.within((group) => {
      tree = treeOf(message, { cursor, group }, schema);
    });
    return tree ? [tree] : [];
  }
  if (cursor.wire === wire) return known(field, [scalar(field, cursor)], schema);
  if (field.label !== "repeated" || wire === wires.bytes || cursor.wire !== wires.bytes) {
    return undefined;
  }
  const length = cursor.length();
  const outer = cursor.end;
  cursor.end = cursor.at + length;
  const all: ProtoValue[] = [];
  while (cursor.at < cursor.end) all.push(scalar(field, cursor));
  cursor.end = outer;
  return known(field, all, schema);
}

/** Without the numbers that a closed enum does not have. */
function known(
  field: ProtoField,
  all: readonly ProtoValue[],
  schema: ProtoSchema,
): readonly ProtoValue[] {
  if (!field.closed) return all;
  const { values } = enumOf(schema, field);
  return all.filter((value) => values.some(({ number }) => number === value));
}

const words = new DataView(new ArrayBuffer(8));

function scalar({ kind, checked }: ProtoField, cursor: WireCursor): ProtoValue {
  if (kind === "string" || kind === "bytes") {
    const length = cursor.length();
    const start = cursor.take(length);
    const bytes = cursor.bytes.subarray(start, start + length);
    if (kind === "bytes") return bytes;
    return checked ? strictDecoder.decode(bytes) : decoder.decode(bytes);
  }
  numberReader(kind)(cursor);
  words.setInt32(0, cursor.low, true);
  words.setInt32(4, cursor.high, true);
  switch (kind) {
    case "bool":
      return cursor.low !== 0;
    case "float":
      return words.getFloat32(0, true);
    case "double":
      return words.getFloat64(0, true);
    case "uint32":
    case "fixed32":
      return cursor.low >>> 0;
    case "uint64":
    case "fixed64":
      return words.getBigUint64(0, true);
    case "int64":
    case "sint64":
    case "sfixed64":
      return words.getBigInt64(0, true);
    default:
      return cursor.low;
  }
}
