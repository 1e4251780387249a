import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { asNullable } from "../../schema/compare.ts";
import { parseDescriptorSet } from "../../schema/protobuf/descriptor.ts";
import { messageEncoder } from "../../schema/protobuf/encode.ts";
import { findMessage } from "../../schema/protobuf/find.ts";
import { protobufOptions } from "../../schema/protobuf/option.ts";
import type { ProtoMessage, ProtoSchema } from "../../schema/protobuf/schema.ts";
import { messageType } from "../../schema/protobuf/spark.ts";
import { binary, string } from "../../schema/type.ts";
import type { RegistryPlace } from "../conf.ts";
import { call, literal } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import { argument, coerce, type FunctionCall, type Group, only } from "./definition.ts";
import { constantUnfit, isPermissive, payloadOptions, payloadText } from "./payload.ts";

const names = { ordinal: "second", index: 1, meaning: "representing the Protobuf message name" };
const files = {
  ...{ ordinal: "third", index: 2 },
  meaning: "representing the Protobuf descriptor file path",
};

/**
 * Protobuf. The message's name, the descriptors in base 64, the options as JSON and what is known
 * of a registry stay arguments of the call.
 */
export const protobufs: Group = {
  from_protobuf: {
    arity: [2, 4],
    resolve: (given) => {
      const known = knownOf(given);
      const { options, schema, message } = known;
      const permissive = isPermissive("from_protobuf", options);
      const type = messageType(message, { schema, options: protobufOptions(options) });
      const data = coerce(given, 0, only(binary));
      return call("from_protobuf", [data, ...constantsOf(known)], {
        type: permissive ? asNullable(type) : type,
        nullable: true,
      });
    },
    print,
  },
  to_protobuf: {
    arity: [2, 4],
    resolve: (given) => {
      const known = knownOf(given);
      const value = argument(given, 0);
      const { type, nullable } = value;
      if (type.type !== "void") messageEncoder(type, known.message, known.schema);
      return call("to_protobuf", [value, ...constantsOf(known)], { type: binary, nullable });
    },
    print,
  },
};

/** Bytes are not printed, nor the options of a registry: credentials may be among them. */
function print(texts: readonly string[], name: string, args: readonly TypedExpression[]): string {
  const isPlain = args[1]?.type.type !== "map" && args[2]?.type.type !== "binary";
  const [data, message, file = "NULL", options = "NULL"] = texts;
  if (!isPlain) return `${name}(${data})`;
  return `${name}(${data}, ${message}, ${file}, ${options})`;
}

/** What a call's constants mean. */
interface Known {
  readonly name: string;
  readonly descriptors: Uint8Array;
  readonly options: Options;
  readonly schema: ProtoSchema;
  readonly message: ProtoMessage;
  readonly registry?: RegistryPlace & { readonly id: number };
}

function constantsOf({ name, descriptors, options, registry }: Known): readonly TypedExpression[] {
  const own = [name, Buffer.from(descriptors).toString("base64"), JSON.stringify(options)];
  const all = registry ? [...own, JSON.stringify(registry)] : own;
  return all.map((text) => literal(text, string));
}

function knownOf(given: FunctionCall): Known {
  if (isMap(given.arguments[1])) return registered(given);
  const name = payloadText(given, names) ?? "";
  const third = given.arguments[2];
  const last = isMap(third) ? 2 : 3;
  const options = payloadOptions(given, { ...optionPlace(given), index: last });
  const descriptors = last === 2 ? undefined : descriptorsOf(given, third);
  if (!descriptors) throw error("CANNOT_LOAD_PROTOBUF_CLASS", { protobufClassName: name });
  const schema = parseDescriptorSet(descriptors);
  return { name, descriptors, options, schema, message: findMessage(schema, name) };
}

function optionPlace({ name }: FunctionCall) {
  const way = name.toLowerCase() === "from_protobuf" ? "value from" : "value to";
  const meaning = `containing the options to use for converting the ${way} Protobuf format`;
  return { ordinal: "fourth", meaning };
}

function isMap(value: TypedExpression | undefined): boolean {
  return value?.type.type === "map";
}

/** The descriptors at a path, or as they are; undefined of none. */
function descriptorsOf(
  given: FunctionCall,
  value: TypedExpression | undefined,
): Uint8Array | undefined {
  if (value === undefined) return undefined;
  if (value.kind === "literal" && value.value instanceof Uint8Array) return value.value;
  if (value.type.type === "binary") throw constantUnfit(given, files, "a constant binary");
  const path = payloadText(given, files);
  return path === undefined ? undefined : given.lookup.descriptorFile(path);
}

/** Databricks' form: options that name a subject and a registry stand where the name does. */
function registered(given: FunctionCall): Known {
  const options = payloadOptions(given, { ...optionPlace(given), ordinal: "second", index: 1 });
  const [subject, address] = ["subject", "address"].map((key) => {
    const value = options[`schema.registry.${key}`];
    if (value !== undefined) return value;
    const reason = "without a message and its descriptors it is needed";
    throw error("INVALID_TEXT_OPTION", { option: `schema.registry.${key}`, value: "", reason });
  });
  checkEvolution(options["schema.registry.schema.evolution.mode"]?.toLowerCase());
  const place = { address: address!, options };
  const { id, schema: text } = given.lookup.protobuf(subject!, place);
  const descriptors = Buffer.from(text, "base64");
  const schema = parseDescriptorSet(descriptors);
  const asked = options["schema.registry.protobuf.name"];
  const message = asked === undefined ? firstOf(schema) : findMessage(schema, asked, true);
  const { fullName: name } = message;
  return { name, descriptors, options, schema, message, registry: { ...place, id } };
}

function firstOf(schema: ProtoSchema): ProtoMessage {
  const first = schema.files[0]?.top[0];
  if (first) return first;
  throw error("PROTOBUF_MESSAGE_NOT_FOUND", { messageName: "of the first place" });
}

function checkEvolution(mode: string | undefined): void {
  if (mode === undefined || mode === "restart" || mode === "none") return;
  const reason = "it is none or restart";
  const option = "schema.registry.schema.evolution.mode";
  throw error("INVALID_TEXT_OPTION", { option, value: mode, reason });
}
