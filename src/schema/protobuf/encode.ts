import { error } from "../../error/error.ts";
import { sameName } from "../compare.ts";
import { sqlDataType } from "../ddl.ts";
import { intervalAmount } from "../interval-text.ts";
import type { DataType, MapType, StructType } from "../type.ts";
import { floorDiv, type Interval, type Timestamp, type Value } from "../value.ts";
import { fallbackValue } from "./fallback.ts";
import { isUnwritten, leafPut } from "./leaf.ts";
import type { WireOutput } from "./output.ts";
import { wireOf } from "./scalar.ts";
import {
  isMessage,
  isMoment,
  messageOf,
  type ProtoField,
  type ProtoMessage,
  type ProtoSchema,
  wrappers,
} from "./schema.ts";
import { wires } from "./wire.ts";

type Struct = { readonly [name: string]: Value };

/** Writes a message's fields. */
export type PutMessage = (out: WireOutput, row: Struct) => void;

/** Writes a value that is not null, with its tag. */
type PutField = (out: WireOutput, value: Value) => void;

interface Place {
  readonly schema: ProtoSchema;
  readonly root: { readonly type: DataType; readonly message: ProtoMessage };
  readonly path: readonly string[];
}

/**
 * The encoder of rows as a message, as Spark's ProtobufSerializer: fields are found by name. Throws
 * UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE; what it makes throws
 * CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE and PROTOBUF_CANNOT_WRITE_NULL.
 */
export function messageEncoder(
  type: DataType,
  message: ProtoMessage,
  schema: ProtoSchema,
): PutMessage {
  const place = { schema, root: { type, message }, path: [] };
  if (type.type !== "struct") throw unfit(place, "only a struct is a message");
  return structPut(type, message, place);
}

interface Member {
  readonly name: string;
  readonly field: ProtoField;
  readonly put: PutField;
  /** What a null is written as; null: nothing is written. */
  readonly missing: Value;
}

function structPut(type: StructType, message: ProtoMessage, place: Place): PutMessage {
  const members = type.fields.map(({ name, type: of }): Member => {
    const field = message.fields.find((one) => sameName(one.name, name));
    const path = [...place.path, name];
    if (!field) throw unfit(place, `the message has no field for ${path.join(".")}`);
    const put = fieldPut(of, field, { ...place, path });
    const needed = field.label === "required" && !isMessage(field.kind) && of.type !== "void";
    const missing = needed ? fallbackValue(field, place.schema, of) : null;
    return { name, field, put, missing };
  });
  const lost = message.fields.find((one) => {
    return one.label === "required" && !members.some(({ field }) => field === one);
  });
  if (lost) {
    throw unfit(place, `the required field ${[...place.path, lost.name].join(".")} has no column`);
  }
  const ordered = members.toSorted((a, b) => a.field.number - b.field.number);
  const rivals = oneofs(members);
  return (out, row) => {
    for (const member of ordered) {
      const value = row[member.name] ?? member.missing;
      if (value === null) {
        if (member.field.label === "required") throw nullRefused(place, member);
        continue;
      }
      if (rivals.get(member)?.some(({ name }) => (row[name] ?? null) !== null)) continue;
      member.put(out, value);
    }
  };
}

/** Of the fields of which one may have a value, the last column that has one: those after each. */
function oneofs(members: readonly Member[]): ReadonlyMap<Member, readonly Member[]> {
  return new Map(
    members.flatMap((member, at) => {
      const { oneof } = member.field;
      if (oneof === undefined) return [];
      return [[member, members.slice(at + 1).filter(({ field }) => field.oneof === oneof)]];
    }),
  );
}

function fieldPut(type: DataType, field: ProtoField, place: Place): PutField {
  if (type.type === "void") return () => {};
  if (type.type === "map") return mapPut(type, field, place);
  if (field.label !== "repeated") return valuePut(type, field, place);
  if (type.type !== "array") throw unlike(type, field, place);
  const { elementType } = type;
  const inner = { ...place, path: [...place.path, "element"] };
  if (field.packed) return packedPut(elementType, field, inner);
  const put = valuePut(elementType, { ...field, label: "optional", presence: true }, inner);
  return (out, value) => {
    for (const item of value as readonly Value[]) {
      if (item === null) throw nullRefused(place, { field });
      put(out, item);
    }
  };
}

function packedPut(type: DataType, field: ProtoField, place: Place): PutField {
  const path = place.path.join(".");
  const put = leafPut(type, { field, schema: place.schema, path });
  if (!put) throw unlike(type, field, place);
  return (out, value) => {
    const items = value as readonly Value[];
    if (items.length === 0) return;
    out.tag(field.number, wires.bytes);
    out.within(() => {
      for (const item of items) {
        if (item === null) throw nullRefused(place, { field });
        put(out, item);
      }
    });
  };
}

/** One value, after its tag. */
function valuePut(type: DataType, field: ProtoField, place: Place): PutField {
  const { schema } = place;
  if (isMessage(field.kind)) return wholePut(type, field, place);
  const put = leafPut(type, { field, schema, path: place.path.join(".") });
  if (!put) throw unlike(type, field, place);
  const wire = wireOf(field.kind);
  return (out, value) => {
    if (isUnwritten(value, field, schema)) return;
    out.tag(field.number, wire);
    put(out, value);
  };
}

function wholePut(type: DataType, field: ProtoField, place: Place): PutField {
  const write = insidePut(type, field, place);
  if (field.kind === "group") {
    return (out, value) => out.group(field.number, () => write(out, value));
  }
  return (out, value) => {
    out.tag(field.number, wires.bytes);
    out.within(() => write(out, value));
  };
}

/** The fields of the message that a value is. */
function insidePut(type: DataType, field: ProtoField, place: Place): PutField {
  const message = messageOf(place.schema, field);
  if (type.type === "struct") {
    const put = structPut(type, message, place);
    return (out, value) => put(out, value as Struct);
  }
  if (type.type === "timestamp" && isMoment(message, "Timestamp")) {
    return momentPut(message, (value) => (value as Timestamp).micros);
  }
  if (type.type === "interval" && type.unit === "day" && isMoment(message, "Duration")) {
    return momentPut(message, (value) => intervalAmount(value as Interval, type));
  }
  const [only] = message.fields;
  if (!wrappers.has(message.fullName) || !only) throw unlike(type, field, place);
  const bytes = { ...place, path: [...place.path, only.name] };
  const put = valuePut(type, only, bytes);
  return (out, value) => {
    if (value instanceof Uint8Array && value.length === 0) return;
    put(out, value);
  };
}

/** Seconds and nanoseconds of whole milliseconds, which is all that Spark keeps. */
function momentPut(message: ProtoMessage, micros: (value: Value) => bigint): PutField {
  const [seconds, nanos] = message.fields;
  return (out, value) => {
    const millis = floorDiv(micros(value), 1000n);
    const parts = [millis / 1000n, (millis % 1000n) * 1_000_000n];
    for (const [at, field] of [seconds!, nanos!].entries()) {
      if (parts[at] === 0n) continue;
      out.tag(field.number, wires.varint);
      out.long(parts[at]!);
    }
  };
}

function mapPut(type: MapType, field: ProtoField, place: Place): PutField {
  const entry = isMessage(field.kind) ? messageOf(place.schema, field) : undefined;
  // Google's Java writes both, also where the schema does not tell a zero from none.
  const [key, value] = ["key", "value"].map((name) => {
    const one = entry?.fields.find((part) => part.name === name);
    return one && { ...one, presence: true };
  });
  if (!entry?.isMapEntry || !key || !value) throw unlike(type, field, place);
  const putKey = valuePut(type.keyType, key, { ...place, path: [...place.path, "key"] });
  const within = { ...place, path: [...place.path, "value"] };
  const putValue = valuePut(type.valueType, value, within);
  const absent = isMessage(value.kind) ? null : fallbackValue(value, place.schema, type.valueType);
  return (out, given) => {
    for (const [one, item] of given as ReadonlyMap<Value, Value>) {
      const known = item ?? absent;
      if (known === null) throw nullRefused(within, { field: value });
      out.tag(field.number, wires.bytes);
      out.within(() => {
        putKey(out, one);
        putValue(out, known);
      });
    }
  };
}

function nullRefused({ path }: Place, { field }: Pick<Member, "field">): Error {
  const protobufColumn = [...path, field.name].join(".");
  const reason = field.label === "required" ? "it is required" : "it is of values that are there";
  return error("PROTOBUF_CANNOT_WRITE_NULL", { protobufColumn, reason });
}

function unlike(type: DataType, field: ProtoField, place: Place): Error {
  const { label, kind } = field;
  const what = `${place.path.join(".")} of the type ${sqlDataType(type)}`;
  return unfit(place, `${what} cannot be written as ${label} ${kind}`);
}

function unfit({ root }: Place, reason: string): Error {
  return error("UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE", {
    toType: sqlDataType(root.type),
    protobufType: root.message.name,
    reason,
  });
}
