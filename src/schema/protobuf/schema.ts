/** Protobuf's kinds of fields, by the numbers that descriptors give them, from 1. */
export const protoKinds = [
  ..."double float int64 uint64 int32 fixed64 fixed32 bool string group message bytes uint32".split(
    " ",
  ),
  ..."enum sfixed32 sfixed64 sint32 sint64".split(" "),
] as readonly ProtoKind[];

export type ProtoKind =
  | "double"
  | "float"
  | "int64"
  | "uint64"
  | "int32"
  | "fixed64"
  | "fixed32"
  | "bool"
  | "string"
  | "group"
  | "message"
  | "bytes"
  | "uint32"
  | "enum"
  | "sfixed32"
  | "sfixed64"
  | "sint32"
  | "sint64";

export interface ProtoField {
  readonly name: string;
  readonly number: number;
  readonly kind: ProtoKind;
  readonly label: "optional" | "required" | "repeated";
  /** The full name of the message or enum. */
  readonly of: string;
  /** Whether a value that is zero is told from none. */
  readonly presence: boolean;
  readonly packed: boolean;
  /** The default that the schema gives, as text. */
  readonly fallback?: string;
  /** Whether its texts must be UTF-8. */
  readonly checked: boolean;
  /** Whether numbers that its enum does not have are as if they were not there. */
  readonly closed: boolean;
  /** Which of the message's sets of fields it is in, of which one has a value. */
  readonly oneof?: number;
  readonly jsonName: string;
}

export interface ProtoMessage {
  readonly name: string;
  readonly fullName: string;
  readonly fields: readonly ProtoField[];
  /** The messages declared in it, without those that maps are made of. */
  readonly nested: readonly ProtoMessage[];
  readonly isMapEntry: boolean;
}

export interface ProtoEnum {
  readonly name: string;
  readonly fullName: string;
  /** As they were written; two names may have one number. */
  readonly values: readonly { readonly name: string; readonly number: number }[];
}

/** Files of descriptors, linked: every name in a field is there. */
export interface ProtoSchema {
  readonly messages: ReadonlyMap<string, ProtoMessage>;
  readonly enums: ReadonlyMap<string, ProtoEnum>;
  readonly files: readonly ProtoFile[];
}

export interface ProtoFile {
  readonly name: string;
  /** The messages of the file that are in no other, as they come. */
  readonly top: readonly ProtoMessage[];
}

export function messageOf(schema: ProtoSchema, { of }: ProtoField): ProtoMessage {
  return schema.messages.get(of)!;
}

export function enumOf(schema: ProtoSchema, { of }: ProtoField): ProtoEnum {
  return schema.enums.get(of)!;
}

/** Whether fields of the kind hold messages. */
export function isMessage(kind: ProtoKind): boolean {
  return kind === "message" || kind === "group";
}

/** Messages that hold an instant or a span of time: by name and fields, wherever they are from. */
export function isMoment(message: ProtoMessage, name: "Timestamp" | "Duration"): boolean {
  const [seconds, nanos] = message.fields;
  if (message.name !== name || message.fields.length !== 2) return false;
  return seconds?.name === "seconds" && nanos?.name === "nanos";
}

export const anyName = "google.protobuf.Any";

/** The messages of Google's that hold one value, with the kind of it. */
export const wrappers: ReadonlyMap<string, ProtoKind> = new Map([
  ["google.protobuf.BoolValue", "bool"],
  ["google.protobuf.Int32Value", "int32"],
  ["google.protobuf.UInt32Value", "uint32"],
  ["google.protobuf.Int64Value", "int64"],
  ["google.protobuf.UInt64Value", "uint64"],
  ["google.protobuf.StringValue", "string"],
  ["google.protobuf.BytesValue", "bytes"],
  ["google.protobuf.FloatValue", "float"],
  ["google.protobuf.DoubleValue", "double"],
]);
