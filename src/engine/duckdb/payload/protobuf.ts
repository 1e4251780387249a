import { assert } from "../../../error/error.ts";
import { parseDescriptorSet } from "../../../schema/protobuf/descriptor.ts";
import { messageEncoder } from "../../../schema/protobuf/encode.ts";
import { findMessage, messageAt, pathOf } from "../../../schema/protobuf/find.ts";
import { protobufOptions } from "../../../schema/protobuf/option.ts";
import { WireOutput } from "../../../schema/protobuf/output.ts";
import type { ProtoMessage, ProtoSchema } from "../../../schema/protobuf/schema.ts";
import { WireCursor } from "../../../schema/protobuf/wire.ts";
import type { Value } from "../../../schema/value.ts";
import { StructColumn } from "../text/column.ts";
import { byNumber } from "./evolution.ts";
import type { PayloadReader } from "./fill.ts";
import { framedId, framedMessage, messageFrame } from "./frame.ts";
import type { Payload, RegistryUse } from "./payload.ts";
import { messageBody } from "./protobuf/build.ts";
import { descriptorsOfId } from "./registry.ts";

/** The reader of `from_protobuf`. */
export function protobufReader(
  payload: Payload & { readonly kind: "from_protobuf" },
): PayloadReader {
  const { type, options: given, kind, registry } = payload;
  assert(type.type === "struct", "a message is a struct");
  const schema = schemaOf(payload.descriptors);
  const message = findMessage(schema, payload.message, registry !== undefined);
  const column = new StructColumn(type);
  const options = protobufOptions(given);
  const body = messageBody(message, { type, column }, { schema, options });
  const check = registry && framed(registry, { message, options: given });
  const cursor = new WireCursor();
  const read: PayloadReader["read"] = (bytes, row) => {
    cursor.open(check ? bytes.subarray(check(bytes)) : bytes);
    try {
      body.read(cursor, row, 0);
      body.finish(row);
    } catch (thrown) {
      body.forget();
      throw thrown;
    }
  };
  const strict = (given["mode"] ?? "FAILFAST").toUpperCase() === "FAILFAST";
  const malformed = "MALFORMED_PROTOBUF_MESSAGE";
  return { name: kind, column, read, malformed, ...(strict ? {} : { lost: {} }) };
}

function schemaOf(descriptors: string): ProtoSchema {
  return parseDescriptorSet(Buffer.from(descriptors, "base64"));
}

/**
 * Where in the bytes of a framed message it begins. It is read by the schema of the call, whatever
 * wrote it, but has to be of the same name.
 */
function framed(
  registry: RegistryUse,
  call: { readonly message: ProtoMessage; readonly options: Readonly<Record<string, string>> },
): (bytes: Uint8Array) => number {
  const mode = call.options["schema.registry.schema.evolution.mode"]?.toLowerCase() ?? "restart";
  const make = (id: number): ProtoSchema => schemaOf(descriptorsOfId(id, registry));
  const schemaOfId = byNumber(registry, mode === "restart", make);
  return (bytes) => {
    const schema = schemaOfId(framedId(bytes));
    const { path, start } = framedMessage(bytes);
    const written = messageAt(schema, path);
    if (written?.fullName === call.message.fullName) return start;
    throw new Error(`it is ${written?.fullName ?? "no message of its schema"}`);
  };
}

/** The writer of `to_protobuf`. Throws as `messageEncoder` does. */
export function protobufWriter(
  payload: Payload & { readonly kind: "to_protobuf" },
): (value: Value) => Uint8Array {
  const { type, id } = payload;
  const schema = schemaOf(payload.descriptors);
  const message = findMessage(schema, payload.message, id !== undefined);
  const put = messageEncoder(type, message, schema);
  const out = new WireOutput();
  const head = id === undefined ? undefined : messageFrame(id, pathOf(schema, message));
  return (value) => {
    out.clear();
    if (head) out.raw(head);
    put(out, value as { readonly [name: string]: Value });
    return out.taken();
  };
}
