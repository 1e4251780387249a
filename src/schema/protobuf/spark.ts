import { error } from "../../error/error.ts";
import {
  array,
  binary,
  boolean,
  type DataType,
  dayTime,
  decimal,
  double,
  field,
  float,
  integer,
  long,
  map,
  type StructField,
  type StructType,
  string,
  struct,
  timestamp,
} from "../type.ts";
import type { ProtobufOptions } from "./option.ts";
import {
  anyName,
  isMessage,
  isMoment,
  messageOf,
  type ProtoField,
  type ProtoKind,
  type ProtoMessage,
  type ProtoSchema,
  wrappers,
} from "./schema.ts";

/** What stands in a message without fields where such are kept. */
const dummy = "__dummy_field_in_empty_struct";
/** Spark's bound on `recursive.fields.max.depth`. */
const depthMax = 10;

/** The types a schema's messages become, as Spark's SchemaConverters makes them. */
export interface Typing {
  readonly schema: ProtoSchema;
  readonly options: ProtobufOptions;
}

/** How often each message is held by itself, by full name. */
type Held = ReadonlyMap<string, number>;

/** The type of a message. Throws RECURSIVE_PROTOBUF_SCHEMA, PROTOBUF_FIELD_MISSING. */
export function messageType(message: ProtoMessage, typing: Typing): StructType {
  const fields = fieldsOf(message, new Map([[message.fullName, 1]]), typing);
  const kept = fields.length === 0 && typing.options.retainEmpty;
  return struct(kept ? [field(dummy, string)] : fields);
}

function fieldsOf(message: ProtoMessage, held: Held, typing: Typing): readonly StructField[] {
  const fields = message.fields.flatMap((one) => {
    const type = typeOf(one, held, typing);
    if (type === undefined) return [];
    if (type.type === "map") return [field(one.name, type)];
    if (one.label === "repeated") return [field(one.name, array(type, false))];
    return [field(one.name, type, one.label !== "required")];
  });
  const lower = fields.map(({ name }) => name.toLowerCase());
  const twice = fields.filter(
    (_, at) => lower.indexOf(lower[at]!) !== lower.lastIndexOf(lower[at]!),
  );
  if (twice.length === 0) return fields;
  throw error("PROTOBUF_FIELD_MISSING", {
    field: twice[0]!.name,
    protobufSchema: message.fullName,
    matchSize: String(twice.length),
    matches: `[${twice.map(({ name }) => name).join(", ")}]`,
  });
}

/** The type of one value of a field; undefined: it is left out. */
function typeOf(one: ProtoField, held: Held, typing: Typing): DataType | undefined {
  const { schema, options } = typing;
  if (one.kind === "enum") return options.enumsAsInts ? integer : string;
  if (!isMessage(one.kind)) return scalarType(one.kind, options);
  const message = messageOf(schema, one);
  if (isMoment(message, "Duration")) return dayTime("day", "second");
  if (isMoment(message, "Timestamp")) return timestamp;
  if (options.anyAsJson && message.fullName === anyName) return string;
  const wrapped = wrappers.get(message.fullName);
  if (wrapped && options.unwrapPrimitives) return scalarType(wrapped, options);
  if (one.label === "repeated" && message.isMapEntry) {
    const [key, value] = message.fields;
    const keyType = key && typeOf(key, held, typing);
    const valueType = value && typeOf(value, held, typing);
    return keyType && valueType && map(keyType, valueType, false);
  }
  return heldType(one, { message, held }, typing);
}

function heldType(
  one: ProtoField,
  { message, held }: { readonly message: ProtoMessage; readonly held: Held },
  typing: Typing,
): DataType | undefined {
  const { recursionDepth, retainEmpty } = typing.options;
  const depth = held.get(message.fullName);
  if (depth !== undefined) {
    if (recursionDepth <= 0 || recursionDepth > depthMax) {
      throw error("RECURSIVE_PROTOBUF_SCHEMA", { fieldDescriptor: `${one.name} (${one.of})` });
    }
    if (depth >= recursionDepth) return undefined;
  }
  const deeper = new Map([...held, [message.fullName, (depth ?? 0) + 1]]);
  const fields = fieldsOf(message, deeper, typing);
  if (fields.length > 0) return struct(fields);
  return retainEmpty ? struct([field(dummy, string)]) : undefined;
}

function scalarType(kind: ProtoKind, { upcastUnsigned }: ProtobufOptions): DataType {
  switch (kind) {
    case "int32":
    case "sint32":
    case "fixed32":
    case "sfixed32":
      return integer;
    case "uint32":
      return upcastUnsigned ? long : integer;
    case "uint64":
      return upcastUnsigned ? decimal(20, 0) : long;
    case "float":
      return float;
    case "double":
      return double;
    case "bool":
      return boolean;
    case "string":
      return string;
    case "bytes":
      return binary;
    default:
      return long;
  }
}
