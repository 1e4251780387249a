import { messageJson } from "../../../../schema/protobuf/json.ts";
import type { ProtobufOptions } from "../../../../schema/protobuf/option.ts";
import type { ProtoMessage, ProtoSchema } from "../../../../schema/protobuf/schema.ts";
import { type WireCursor, wires } from "../../../../schema/protobuf/wire.ts";
import type { StringColumn } from "../../text/string.ts";
import type { Body } from "./part.ts";

/** Reads messages of any type, of those that the schema has, into JSON. */
export class AnyBody implements Body {
  readonly #message: ProtoMessage;
  readonly #column: StringColumn;
  readonly #context: { readonly schema: ProtoSchema; readonly options: ProtobufOptions };
  #parts: Uint8Array[] = [];

  constructor(
    message: ProtoMessage,
    column: StringColumn,
    context: { readonly schema: ProtoSchema; readonly options: ProtobufOptions },
  ) {
    this.#message = message;
    this.#column = column;
    this.#context = context;
  }

  read(cursor: WireCursor): void {
    if (cursor.wire === wires.group) throw new Error("a message of any type is a group");
    const start = cursor.take(cursor.end - cursor.at);
    this.#parts.push(cursor.bytes.subarray(start, cursor.end));
  }

  finish(row: number): void {
    const { schema, options } = this.#context;
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    const { enumsAsInts } = options;
    this.#column.put(row, messageJson(this.#message, bytes, { schema, enumsAsInts }));
  }

  forget(row?: number): void {
    this.#parts = [];
    if (row !== undefined) this.#column.put(row, null);
  }
}
