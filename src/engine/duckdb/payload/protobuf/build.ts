import { assert } from "../../../../error/error.ts";
import { sameName } from "../../../../schema/compare.ts";
import { fallbackValue } from "../../../../schema/protobuf/fallback.ts";
import type { ProtobufOptions } from "../../../../schema/protobuf/option.ts";
import {
  anyName,
  isMessage,
  isMoment,
  messageOf,
  type ProtoField,
  type ProtoMessage,
  type ProtoSchema,
  wrappers,
} from "../../../../schema/protobuf/schema.ts";
import type { DataType, StructType } from "../../../../schema/type.ts";
import { type Column, ListColumn, MapColumn, StructColumn } from "../../text/column.ts";
import { FixedColumn } from "../../text/fixed.ts";
import { StringColumn } from "../../text/string.ts";
import { AnyBody } from "./any.ts";
import { MessageBody, type Slot } from "./body.ts";
import { MomentBody } from "./moment.ts";
import type { Body, Part } from "./part.ts";
import { RepeatedMessage, RepeatedScalar } from "./repeated.ts";
import { scalarReader } from "./scalar.ts";
import { SingleMessage, SingleScalar } from "./single.ts";
import { Unread } from "./unread.ts";

interface Context {
  readonly schema: ProtoSchema;
  readonly options: ProtobufOptions;
}

/** Where the values of a field go. */
interface Target {
  readonly type: DataType;
  readonly column: Column;
}

/** The reader of whole messages into the rows of a column of the type `messageType` made. */
export function messageBody(
  message: ProtoMessage,
  target: { readonly type: StructType; readonly column: StructColumn },
  context: Context,
): Body {
  return bodyOf(message, { ...target, strict: true }, context);
}

function bodyOf(
  message: ProtoMessage,
  target: {
    readonly type: StructType;
    readonly column: StructColumn;
    readonly strict: boolean;
  },
  context: Context,
): Body {
  const { type, column, strict } = target;
  const slots = message.fields.map((field): Slot => {
    const at = type.fields.findIndex(({ name }) => sameName(name, field.name));
    const to = type.fields[at];
    if (to === undefined) return { field, part: new Unread(field, context.schema) };
    return { field, part: partOf(field, { type: to.type, column: column.members[at]! }, context) };
  });
  return new MessageBody(slots, column.own, strict);
}

function partOf(field: ProtoField, target: Target, context: Context): Part {
  const { type, column } = target;
  if (type.type === "map") {
    assert(column instanceof MapColumn, "maps have columns of maps");
    return new RepeatedMessage(field, entryBody(field, { type, column }, context), column);
  }
  if (field.label !== "repeated") {
    if (isMessage(field.kind)) {
      return new SingleMessage(field, valueBody(field, target, context), column, false);
    }
    return singleScalar(field, target, context, context.options.emitDefaults);
  }
  assert(type.type === "array" && column instanceof ListColumn, "repeated fields are arrays");
  const element = { type: type.elementType, column: column.element };
  if (isMessage(field.kind)) {
    return new RepeatedMessage(field, valueBody(field, element, context), column);
  }
  const read = scalarReader(field, { schema: context.schema, ...element });
  return new RepeatedScalar(field, read, column);
}

/** `emit`: where the schema does not tell a zero from no value, it is a zero. */
function singleScalar(field: ProtoField, target: Target, context: Context, emit: boolean): Part {
  const { schema } = context;
  const { type, column } = target;
  const known = field.fallback !== undefined || (emit && !field.presence);
  const absent = known ? fallbackValue(field, schema, type) : null;
  return new SingleScalar(field, scalarReader(field, { schema, ...target }), column, absent);
}

/** The key and the value of an entry of a map; what did not come is as its type's zero. */
function entryBody(
  field: ProtoField,
  { type, column }: { readonly type: DataType & { type: "map" }; readonly column: MapColumn },
  context: Context,
): Body {
  const slots = messageOf(context.schema, field).fields.map((one): Slot => {
    const isKey = one.name === "key";
    const target = isKey
      ? { type: type.keyType, column: column.key }
      : { type: type.valueType, column: column.item };
    if (isMessage(one.kind)) {
      const body = valueBody(one, target, context);
      return { field: one, part: new SingleMessage(one, body, target.column, true) };
    }
    const read = scalarReader(one, { schema: context.schema, ...target });
    const absent = fallbackValue(one, context.schema, target.type);
    return { field: one, part: new SingleScalar(one, read, target.column, absent) };
  });
  return new MessageBody(slots, undefined, false);
}

/** The reader of the messages of a field, into what Spark makes of such. */
function valueBody(field: ProtoField, { type, column }: Target, context: Context): Body {
  const message = messageOf(context.schema, field);
  if (type.type === "struct") {
    assert(column instanceof StructColumn, "structs have columns of structs");
    return bodyOf(message, { type, column, strict: false }, context);
  }
  const moment = isMoment(message, "Timestamp") || isMoment(message, "Duration");
  if (moment && column instanceof FixedColumn) return new MomentBody(message, column);
  if (message.fullName === anyName && column instanceof StringColumn) {
    return new AnyBody(message, column, context);
  }
  assert(wrappers.has(message.fullName), "other messages are structs");
  const { emitDefaults } = context.options;
  const slots = message.fields.map((one, at): Slot => {
    if (at > 0) return { field: one, part: new Unread(one, context.schema) };
    return { field: one, part: singleScalar(one, { type, column }, context, emitDefaults) };
  });
  return new MessageBody(slots, undefined, false);
}
