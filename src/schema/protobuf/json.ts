import { formatDouble, formatFloat } from "../number.ts";
import { briefForms, quoted } from "./json-form.ts";
import { anyName, enumOf, type ProtoField, type ProtoMessage, type ProtoSchema } from "./schema.ts";
import { isTree, type ProtoTree, type ProtoValue, readTree } from "./tree.ts";

export interface JsonContext {
  readonly schema: ProtoSchema;
  readonly enumsAsInts: boolean;
}

/**
 * A message as JSON: that of Google's JsonFormat in Java, names as in the schema, no space. Throws
 * an Error where the message is broken, or one in it is of a type that the schema lacks.
 */
export function messageJson(
  message: ProtoMessage,
  bytes: Uint8Array,
  context: JsonContext,
): string {
  return treeJson(readTree(message, bytes, context.schema), context);
}

function treeJson(tree: ProtoTree, context: JsonContext): string {
  if (tree.message.fullName === anyName) return anyJson(tree, context);
  const brief = briefForms[tree.message.fullName];
  if (brief) return brief(tree, (inner) => treeJson(inner, context));
  return `{${membersOf(tree, context).join(",")}}`;
}

function membersOf({ message, values }: ProtoTree, context: JsonContext): readonly string[] {
  return message.fields
    .toSorted((a, b) => a.number - b.number)
    .flatMap((field) => {
      const all = values.get(field.number);
      if (all === undefined || all.length === 0) return [];
      return [`${quoted(field.name)}:${fieldJson(field, all, context)}`];
    });
}

function fieldJson(field: ProtoField, all: readonly ProtoValue[], context: JsonContext): string {
  const [first] = all;
  if (isTree(first) && first.message.isMapEntry) {
    return `{${all.map((entry) => entryJson(entry as ProtoTree, context)).join(",")}}`;
  }
  const texts = all.map((value) => valueJson(field, value, context));
  return field.label === "repeated" ? `[${texts.join(",")}]` : texts[0]!;
}

function entryJson({ message, values }: ProtoTree, context: JsonContext): string {
  const [key, value] = ["key", "value"].map((name) => {
    const field = message.fields.find((one) => one.name === name)!;
    const one = values.get(field.number)?.[0] ?? zeroOf(field, context.schema);
    return valueJson(field, one, context);
  });
  return `${key?.startsWith('"') ? key : `"${key}"`}:${value}`;
}

function zeroOf(field: ProtoField, schema: ProtoSchema): ProtoValue {
  switch (field.kind) {
    case "message":
      return { message: schema.messages.get(field.of)!, values: new Map() };
    case "enum":
      return enumOf(schema, field).values[0]!.number;
    case "string":
      return "";
    case "bytes":
      return new Uint8Array();
    case "bool":
      return false;
    default:
      return /64$/.test(field.kind) ? 0n : 0;
  }
}

function valueJson(field: ProtoField, value: ProtoValue, context: JsonContext): string {
  if (isTree(value)) return treeJson(value, context);
  if (field.kind === "enum") return symbolJson(field, value as number, context);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
  if (typeof value === "string") return quoted(value);
  if (typeof value === "bigint") return `"${value}"`;
  if (field.kind === "float" || field.kind === "double") {
    const text =
      field.kind === "float" ? formatFloat(value as number) : formatDouble(value as number);
    return Number.isFinite(value) ? text : `"${text}"`;
  }
  return String(value);
}

function symbolJson(field: ProtoField, number: number, context: JsonContext): string {
  if (field.of === "google.protobuf.NullValue")
    return context.enumsAsInts ? String(number) : "null";
  const name = enumOf(context.schema, field).values.find((one) => one.number === number)?.name;
  return name === undefined || context.enumsAsInts ? String(number) : quoted(name);
}

/** A message of any type, with its type before its fields; without both it is empty. */
function anyJson(tree: ProtoTree, context: JsonContext): string {
  const [urlField, bytesField] = tree.message.fields;
  const url = tree.values.get(urlField?.number ?? 1)?.[0] as string | undefined;
  const bytes = tree.values.get(bytesField?.number ?? 2)?.[0] as Uint8Array | undefined;
  if (url === undefined && bytes === undefined) return "{}";
  const slash = url?.lastIndexOf("/") ?? -1;
  if (url === undefined || slash < 0) throw new Error(`the type ${url} has no slash`);
  const message = context.schema.messages.get(url.slice(slash + 1));
  if (!message) throw new Error(`the schema has no message of the type ${url}`);
  const inner = readTree(message, bytes ?? new Uint8Array(), context.schema);
  const type = `"@type":${quoted(url)}`;
  if (message.fullName === anyName || briefForms[message.fullName]) {
    return `{${type},"value":${treeJson(inner, context)}}`;
  }
  return `{${[type, ...membersOf(inner, context)].join(",")}}`;
}
