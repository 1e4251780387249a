import { error, isError } from "../../error/error.ts";
import { type Features, refined, syntaxFeatures } from "./feature.ts";
import { RawMessage } from "./raw.ts";
import {
  isMessage,
  type ProtoEnum,
  type ProtoField,
  type ProtoFile,
  type ProtoKind,
  type ProtoMessage,
  type ProtoSchema,
  protoKinds,
} from "./schema.ts";

/** The numbers of fields of descriptors, as in Google's `descriptor.proto`. */
const inSet = { file: 1 };
const inFile = { name: 1, package: 2, dependency: 3, message: 4, enum: 5, options: 8, syntax: 12 };
const inMessage = { name: 1, field: 2, message: 3, enum: 4, options: 7 };
const inEnum = { name: 1, value: 2, options: 3 };
const inValue = { name: 1, number: 2 };
const inField = {
  ...{ name: 1, number: 3, label: 4, type: 5, typeName: 6, fallback: 7, options: 8, oneof: 9 },
  ...{ jsonName: 10, optional3: 17 },
};
/** Where options hold their `FeatureSet`. */
const features = { file: 50, message: 12, field: 21, enum: 7 };
const checkTexts = 27;
const isEntry = 7;
const isPacked = 2;
const labels = [undefined, "optional", "required", "repeated"] as const;

/** A field before its type's name is looked up. */
interface Loose {
  readonly raw: RawMessage;
  readonly scope: string;
  readonly features: Features;
  readonly inEntry: boolean;
  readonly checkedFile: boolean;
}

interface Named {
  readonly messages: Map<string, ProtoMessage>;
  readonly enums: Map<string, ProtoEnum>;
  readonly closed: Set<string>;
  /** What is still to be linked, in the arrays that messages already have. */
  readonly loose: { readonly fields: ProtoField[]; readonly of: readonly Loose[] }[];
}

/**
 * The schema in a serialized `FileDescriptorSet`. Throws CANNOT_PARSE_PROTOBUF_DESCRIPTOR, and
 * PROTOBUF_DEPENDENCY_NOT_FOUND for an import that is not in it.
 */
export function parseDescriptorSet(bytes: Uint8Array): ProtoSchema {
  return describing(() => linked(new RawMessage(bytes).messages(inSet.file)));
}

/** What a serialized `FileDescriptorProto` imports. Throws CANNOT_PARSE_PROTOBUF_DESCRIPTOR. */
export function importsOf(file: Uint8Array): readonly string[] {
  return describing(() => new RawMessage(file).texts(inFile.dependency));
}

function describing<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (isError(thrown)) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw error("CANNOT_PARSE_PROTOBUF_DESCRIPTOR", { reason });
  }
}

function linked(raws: readonly RawMessage[]): ProtoSchema {
  const names = new Set(raws.map((raw) => raw.text(inFile.name)));
  for (const dependencyName of raws.flatMap((raw) => raw.texts(inFile.dependency))) {
    if (!names.has(dependencyName))
      throw error("PROTOBUF_DEPENDENCY_NOT_FOUND", { dependencyName });
  }
  const named: Named = { messages: new Map(), enums: new Map(), closed: new Set(), loose: [] };
  const files = raws.map((raw) => fileOf(raw, named));
  for (const { fields, of } of named.loose) fields.push(...of.map((one) => fieldOf(one, named)));
  return { messages: named.messages, enums: named.enums, files };
}

function fileOf(raw: RawMessage, named: Named): ProtoFile {
  const options = raw.message(inFile.options);
  const own = refined(syntaxFeatures(raw.text(inFile.syntax)), options.message(features.file));
  const place = {
    scope: raw.text(inFile.package) ?? "",
    features: own,
    checkedFile: options.number(checkTexts) === 1,
  };
  for (const one of raw.messages(inFile.enum)) addEnum(one, place, named);
  const top = raw.messages(inFile.message).map((one) => addMessage(one, place, named));
  return { name: raw.text(inFile.name) ?? "", top };
}

type Place = Pick<Loose, "scope" | "features" | "checkedFile">;

function addMessage(raw: RawMessage, place: Place, named: Named): ProtoMessage {
  const name = raw.text(inMessage.name) ?? "";
  const fullName = joined(place.scope, name);
  const options = raw.message(inMessage.options);
  const own = refined(place.features, options.message(features.message));
  const isMapEntry = options.number(isEntry) === 1;
  const within = { ...place, scope: fullName, features: own };
  for (const one of raw.messages(inMessage.enum)) addEnum(one, within, named);
  const inner = raw.messages(inMessage.message).map((one) => addMessage(one, within, named));
  const nested = inner.filter((one) => !one.isMapEntry);
  const fields: ProtoField[] = [];
  const of = raw.messages(inMessage.field).map((one) => {
    return { ...within, raw: one, inEntry: isMapEntry };
  });
  named.loose.push({ fields, of });
  const message = { name, fullName, fields, nested, isMapEntry };
  named.messages.set(fullName, message);
  return message;
}

function addEnum(raw: RawMessage, place: Place, named: Named): void {
  const name = raw.text(inEnum.name) ?? "";
  const fullName = joined(place.scope, name);
  const own = raw.message(inEnum.options).message(features.enum);
  const values = raw.messages(inEnum.value).map((one) => ({
    name: one.text(inValue.name) ?? "",
    number: one.number(inValue.number) ?? 0,
  }));
  if (values.length === 0) throw new Error(`the enum ${fullName} has no value`);
  named.enums.set(fullName, { name, fullName, values });
  if (refined(place.features, own).closedEnums) named.closed.add(fullName);
}

function fieldOf(loose: Loose, named: Named): ProtoField {
  const { raw, scope, checkedFile } = loose;
  const name = raw.text(inField.name) ?? "";
  const options = raw.message(inField.options);
  const own = refined(loose.features, options.message(features.field));
  const of = typeNameOf(loose, named);
  const kind = kindOf(raw, { of, own }, named);
  if (kind === undefined || (isMessage(kind) ? !named.messages.has(of) : false)) {
    throw new Error(`the field ${scope}.${name} is of no known type`);
  }
  if (kind === "enum" && !named.enums.has(of)) {
    throw new Error(`the field ${scope}.${name} is of no known enum`);
  }
  const given = labels[raw.number(inField.label) ?? 1] ?? "optional";
  const label = given === "optional" && own.presence === "required" ? "required" : given;
  const optional3 = raw.number(inField.optional3) === 1;
  const oneof = optional3 ? undefined : raw.number(inField.oneof);
  const single = label !== "repeated";
  const told = isMessage(kind) || optional3 || oneof !== undefined || own.presence !== "implicit";
  const packed = options.number(isPacked);
  const fallback = raw.text(inField.fallback);
  return {
    ...{ name, number: raw.number(inField.number) ?? 0, kind, label, of },
    presence: single && told,
    packed: !single && packable(kind) && (packed === undefined ? own.packed : packed === 1),
    checked: own.checkedTexts || checkedFile || loose.inEntry,
    closed: kind === "enum" && (loose.features.closedEnums || named.closed.has(of)),
    jsonName: raw.text(inField.jsonName) ?? name,
    ...(fallback === undefined ? {} : { fallback }),
    ...(oneof === undefined ? {} : { oneof }),
  };
}

/** Without a kind the name tells it, as compilers but Google's leave it. */
function kindOf(
  raw: RawMessage,
  { of, own }: { readonly of: string; readonly own: Features },
  { messages, enums }: Named,
): ProtoKind | undefined {
  const said = protoKinds[(raw.number(inField.type) ?? 0) - 1];
  if (said === "message" && own.delimited) return "group";
  if (said !== undefined) return said;
  if (messages.has(of)) return "message";
  return enums.has(of) ? "enum" : undefined;
}

/** The full name that is meant: one with a dot before it is whole, else the innermost counts. */
function typeNameOf({ raw, scope }: Loose, { messages, enums }: Named): string {
  const name = raw.text(inField.typeName) ?? "";
  if (name.startsWith(".")) return name.slice(1);
  for (let outer = scope; ; outer = outer.slice(0, Math.max(0, outer.lastIndexOf(".")))) {
    const full = joined(outer, name);
    if (messages.has(full) || enums.has(full) || outer === "") return full;
  }
}

function packable(kind: ProtoKind): boolean {
  return kind !== "string" && kind !== "bytes" && !isMessage(kind);
}

function joined(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}
