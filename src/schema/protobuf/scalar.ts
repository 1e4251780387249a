import type { ProtoKind } from "./schema.ts";
import { type WireCursor, wires } from "./wire.ts";

/** The wire type of a kind; of messages that of a length, whatever they are written as. */
export function wireOf(kind: ProtoKind): number {
  switch (kind) {
    case "double":
    case "fixed64":
    case "sfixed64":
      return wires.fixed64;
    case "float":
    case "fixed32":
    case "sfixed32":
      return wires.fixed32;
    case "string":
    case "bytes":
    case "message":
      return wires.bytes;
    case "group":
      return wires.group;
    default:
      return wires.varint;
  }
}

/** Leaves a number of a kind in the cursor's words. */
export function numberReader(kind: ProtoKind): (cursor: WireCursor) => void {
  const wire = wireOf(kind);
  if (wire === wires.fixed32) return (cursor) => cursor.fixed32();
  if (wire === wires.fixed64) return (cursor) => cursor.fixed64();
  switch (kind) {
    case "sint32":
      return (cursor) => {
        cursor.varint();
        cursor.low = (cursor.low >>> 1) ^ -(cursor.low & 1);
      };
    case "sint64":
      return (cursor) => {
        cursor.varint();
        const { low, high } = cursor;
        const sign = -(low & 1);
        cursor.low = ((low >>> 1) | (high << 31)) ^ sign;
        cursor.high = (high >>> 1) ^ sign;
      };
    case "bool":
      return (cursor) => {
        cursor.varint();
        cursor.low = cursor.low !== 0 || cursor.high !== 0 ? 1 : 0;
      };
    default:
      return (cursor) => cursor.varint();
  }
}
