import { WireOutput } from "./output.ts";
import { type ProtoKind, protoKinds } from "./schema.ts";
import { wires } from "./wire.ts";

/** A message's fields: kind or `.` and type, name, number; `*`: repeated, `|`: of the one oneof. */
type Fields = readonly string[];

interface GoogleFile {
  readonly package: string;
  readonly messages: Readonly<Record<string, Fields>>;
  readonly enums?: Readonly<Record<string, readonly string[]>>;
}

const single = (kind: ProtoKind): Fields => [`${kind} value 1`];

/**
 * The files that schemas import without saying what they are, as the registry's clients know them.
 * Of those that only make options there is nothing to say.
 */
const files: Readonly<Record<string, GoogleFile>> = {
  "google/protobuf/any.proto": google({ Any: ["string type_url 1", "bytes value 2"] }),
  "google/protobuf/duration.proto": google({ Duration: ["int64 seconds 1", "int32 nanos 2"] }),
  "google/protobuf/timestamp.proto": google({ Timestamp: ["int64 seconds 1", "int32 nanos 2"] }),
  "google/protobuf/empty.proto": google({ Empty: [] }),
  "google/protobuf/field_mask.proto": google({ FieldMask: ["string paths 1 *"] }),
  "google/protobuf/descriptor.proto": google({}),
  "google/protobuf/wrappers.proto": google({
    DoubleValue: single("double"),
    FloatValue: single("float"),
    Int64Value: single("int64"),
    UInt64Value: single("uint64"),
    Int32Value: single("int32"),
    UInt32Value: single("uint32"),
    BoolValue: single("bool"),
    StringValue: single("string"),
    BytesValue: single("bytes"),
  }),
  "google/protobuf/struct.proto": {
    ...google({
      Struct: [".Struct.FieldsEntry fields 1 *"],
      Value: [
        ...[".NullValue null_value 1 |", "double number_value 2 |", "string string_value 3 |"],
        ...["bool bool_value 4 |", ".Struct struct_value 5 |", ".ListValue list_value 6 |"],
      ],
      ListValue: [".Value values 1 *"],
    }),
    enums: { NullValue: ["NULL_VALUE"] },
  },
  "confluent/meta.proto": { package: "confluent", messages: {} },
  "confluent/type/decimal.proto": {
    package: "confluent.type",
    messages: { Decimal: ["bytes value 1", "uint32 precision 2", "int32 scale 3"] },
  },
};

/** What is in `Struct` beside its field: the entries of a map. */
const structEntry: Fields = ["string key 1", ".Value value 2"];

function google(messages: GoogleFile["messages"]): GoogleFile {
  return { package: "google.protobuf", messages };
}

/** The serialized `FileDescriptorProto` of a file that is known by its name. */
export function googleFile(name: string): Uint8Array | undefined {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  if (!file) return undefined;
  const out = new WireOutput();
  text(out, 1, name);
  text(out, 2, file.package);
  for (const [message, fields] of Object.entries(file.messages)) {
    nested(out, 4, () => putMessage(out, { message, fields, file }));
  }
  for (const [name, values] of Object.entries(file.enums ?? {})) {
    nested(out, 5, () => {
      text(out, 1, name);
      for (const [number, value] of values.entries()) {
        nested(out, 2, () => {
          text(out, 1, value);
          numeral(out, 2, number);
        });
      }
    });
  }
  text(out, 12, "proto3");
  return out.taken();
}

interface Message {
  readonly message: string;
  readonly fields: Fields;
  readonly file: GoogleFile;
}

function putMessage(out: WireOutput, { message, fields, file }: Message): void {
  text(out, 1, message);
  for (const field of fields) nested(out, 2, () => putField(out, field, file));
  if (message === "Struct") {
    nested(out, 3, () => {
      putMessage(out, { message: "FieldsEntry", fields: structEntry, file });
      nested(out, 7, () => numeral(out, 7, 1));
    });
  }
  if (fields.some((field) => field.endsWith("|"))) nested(out, 8, () => text(out, 1, "kind"));
}

function putField(out: WireOutput, field: string, file: GoogleFile): void {
  const [type = "", name = "", number = "", mark] = field.split(" ");
  const isName = type.startsWith(".");
  const isEnum = Object.hasOwn(file.enums ?? {}, type.slice(1));
  const kind = isName ? (isEnum ? "enum" : "message") : type;
  text(out, 1, name);
  numeral(out, 3, Number(number));
  numeral(out, 4, mark === "*" ? 3 : 1);
  numeral(out, 5, protoKinds.indexOf(kind as ProtoKind) + 1);
  if (isName) text(out, 6, `.${file.package}${type}`);
  if (mark === "|") numeral(out, 9, 0);
}

function text(out: WireOutput, field: number, value: string): void {
  out.tag(field, wires.bytes);
  out.text(value);
}

function numeral(out: WireOutput, field: number, value: number): void {
  out.tag(field, wires.varint);
  out.word(value);
}

function nested(out: WireOutput, field: number, put: () => void): void {
  out.tag(field, wires.bytes);
  out.within(put);
}
