import { numberReader, wireOf } from "../../../../schema/protobuf/scalar.ts";
import {
  enumOf,
  isMessage,
  messageOf,
  type ProtoField,
  type ProtoMessage,
  type ProtoSchema,
} from "../../../../schema/protobuf/schema.ts";
import { type WireCursor, wires } from "../../../../schema/protobuf/wire.ts";
import { isUtf8Span } from "../../text/utf8.ts";
import { type Part, type Took, took } from "./part.ts";

/** A field that has no column: what comes for it must be sound all the same, as in Spark. */
export class Unread implements Part {
  readonly #field: ProtoField;
  readonly #schema: ProtoSchema;
  #came = false;

  constructor(field: ProtoField, schema: ProtoSchema) {
    this.#field = field;
    this.#schema = schema;
  }

  take(cursor: WireCursor): Took {
    const done = checkValue(cursor, this.#field, this.#schema);
    if (done === took.value) this.#came = true;
    return done;
  }

  finish(): void {
    const { label, name } = this.#field;
    if (label === "required" && !this.#came) throw new Error(`it lacks the required field ${name}`);
    this.#came = false;
  }

  forget(): void {
    this.#came = false;
  }
}

function checkValue(cursor: WireCursor, field: ProtoField, schema: ProtoSchema): Took {
  const { kind, label } = field;
  const wire = wireOf(kind);
  if (isMessage(kind)) {
    if (cursor.wire !== wire) return took.other;
    const message = messageOf(schema, field);
    cursor.within((group) => checkFields(cursor, { message, group }, schema));
    return took.value;
  }
  const packs = label === "repeated" && wire !== wires.bytes;
  if (packs && cursor.wire === wires.bytes) {
    const length = cursor.length();
    const outer = cursor.end;
    cursor.end = cursor.at + length;
    let whole = true;
    while (cursor.at < cursor.end) whole = checkScalar(cursor, field, schema) && whole;
    cursor.end = outer;
    return whole ? took.value : took.strange;
  }
  if (cursor.wire !== wire) return took.other;
  return checkScalar(cursor, field, schema) ? took.value : took.strange;
}

/** Whether the value is one of the field's. */
function checkScalar(cursor: WireCursor, field: ProtoField, schema: ProtoSchema): boolean {
  const { kind, checked, name, closed } = field;
  if (kind === "string" || kind === "bytes") {
    const length = cursor.length();
    const start = cursor.take(length);
    if (kind === "string" && checked && !isUtf8Span(cursor.bytes, start, length)) {
      throw new Error(`the text ${name} is not UTF-8`);
    }
    return true;
  }
  numberReader(kind)(cursor);
  return !closed || enumOf(schema, field).values.some(({ number }) => number === cursor.low);
}

function checkFields(
  cursor: WireCursor,
  { message, group }: { readonly message: ProtoMessage; readonly group: number },
  schema: ProtoSchema,
): void {
  const came = new Set<number>();
  let closed = group === 0;
  while (cursor.next()) {
    if (cursor.closes(group)) {
      closed = true;
      break;
    }
    const { field: number } = cursor;
    const field = message.fields.find((one) => one.number === number);
    const done = field ? checkValue(cursor, field, schema) : took.other;
    if (done === took.value) came.add(number);
    else if (done === took.other) cursor.skip();
  }
  if (!closed) throw new Error("a group has no end");
  const lacking = message.fields.find((one) => one.label === "required" && !came.has(one.number));
  if (lacking) throw new Error(`it lacks the required field ${lacking.name}`);
}
