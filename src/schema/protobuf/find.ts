import { error } from "../../error/error.ts";
import type { ProtoMessage, ProtoSchema } from "./schema.ts";

/**
 * The message of a name, with or without its package, that is in no other message. `anywhere`: or
 * one that is, by its full name. Throws PROTOBUF_MESSAGE_NOT_FOUND.
 */
export function findMessage(
  schema: ProtoSchema,
  messageName: string,
  anywhere = false,
): ProtoMessage {
  for (const { top } of schema.files) {
    const found = top.find(
      ({ name, fullName }) => name === messageName || fullName === messageName,
    );
    if (found) return found;
  }
  const inner = anywhere ? schema.messages.get(messageName) : undefined;
  if (inner) return inner;
  throw error("PROTOBUF_MESSAGE_NOT_FOUND", { messageName });
}

/** The message at a place in the schema's first file, and there in the messages it is in. */
export function messageAt(schema: ProtoSchema, path: readonly number[]): ProtoMessage | undefined {
  let found: ProtoMessage | undefined;
  let among = schema.files[0]?.top ?? [];
  for (const index of path) {
    found = among[index];
    among = found?.nested ?? [];
  }
  return found;
}

/** The place of a message, as `messageAt` takes it; empty where it is in no first file. */
export function pathOf(schema: ProtoSchema, message: ProtoMessage): readonly number[] {
  const within = (among: readonly ProtoMessage[]): readonly number[] | undefined => {
    for (const [index, one] of among.entries()) {
      if (one === message) return [index];
      const deeper = within(one.nested);
      if (deeper) return [index, ...deeper];
    }
    return undefined;
  };
  return within(schema.files[0]?.top ?? []) ?? [];
}
