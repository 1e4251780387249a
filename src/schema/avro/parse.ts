import { error } from "../../error/error.ts";
import type { Json } from "../type.ts";
import type {
  AvroField,
  AvroLogical,
  AvroLogicalName,
  AvroPrimitiveName,
  AvroSchema,
} from "./schema.ts";

type JsonObject = { readonly [name: string]: Json };

interface Names {
  readonly known: Map<string, AvroSchema>;
  readonly namespace: string;
}

const primitives: ReadonlySet<string> = new Set<AvroPrimitiveName>([
  ...(["null", "boolean", "int", "long", "float", "double", "bytes", "string"] as const),
]);

/** The type each logical type may stand on; others are not looked at. */
const bases: Readonly<Record<AvroLogicalName, readonly string[]>> = {
  date: ["int"],
  "time-millis": ["int"],
  "time-micros": ["long"],
  "timestamp-millis": ["long"],
  "timestamp-micros": ["long"],
  "timestamp-nanos": ["long"],
  "local-timestamp-millis": ["long"],
  "local-timestamp-micros": ["long"],
  "local-timestamp-nanos": ["long"],
  uuid: ["string", "fixed"],
  duration: ["fixed"],
};

/** The schema of its JSON text. Throws INVALID_AVRO_SCHEMA. */
export function parseAvroSchema(text: string): AvroSchema {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (cause) {
    // A bare name is a schema too, quoted or not.
    if (primitives.has(text.trim())) return { type: text.trim() as AvroPrimitiveName };
    throw invalid(text, (cause as Error).message);
  }
  return schemaOf(json, { known: new Map(), namespace: "" });
}

function invalid(schema: Json, reason: string): Error {
  const text = typeof schema === "string" ? schema : JSON.stringify(schema);
  return error("INVALID_AVRO_SCHEMA", { schema: text.slice(0, 500), reason });
}

function schemaOf(json: Json, names: Names): AvroSchema {
  if (typeof json === "string") return named(json, names);
  if (Array.isArray(json)) return unionOf(json, names);
  if (json === null || typeof json !== "object")
    throw invalid(json, "a type is a name, a list or an object");
  const object = json as JsonObject;
  const { type } = object;
  switch (type) {
    case "record":
    case "error":
      return recordOf(object, names);
    case "enum":
      return enumOf(object, names);
    case "fixed":
      return fixedOf(object, names);
    case "array":
      return { type, items: schemaOf(required(object, "items"), names) };
    case "map":
      return { type, values: schemaOf(required(object, "values"), names) };
    default:
      break;
  }
  if (typeof type !== "string") return schemaOf(required(object, "type"), names);
  if (!primitives.has(type)) return named(type, names);
  const logical = logicalOf(object, type, undefined);
  const catalyst = object["spark.sql.catalyst.type"];
  return {
    type: type as AvroPrimitiveName,
    ...(logical ? { logical } : {}),
    ...(typeof catalyst === "string" ? { catalyst } : {}),
  };
}

function required(object: JsonObject, key: string): Json {
  const value = object[key];
  if (value === undefined) throw invalid(object as Json, `it has no "${key}"`);
  return value;
}

function named(name: string, { known, namespace }: Names): AvroSchema {
  if (primitives.has(name)) return { type: name as AvroPrimitiveName };
  const found = known.get(qualified(name, namespace)) ?? known.get(name);
  if (found) return found;
  throw invalid(name, "no type of this name is defined before it");
}

function qualified(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
}

function unionOf(json: readonly Json[], names: Names): AvroSchema {
  const branches = json.map((branch) => schemaOf(branch, names));
  const nested = branches.some((branch) => branch.type === "union");
  if (nested) throw invalid(json as Json, "a union cannot hold a union");
  return { type: "union", branches };
}

/** Registers a named type before its parts are read: they may refer to it. */
function define<T extends AvroSchema>(object: JsonObject, names: Names, make: (own: Own) => T): T {
  const given = required(object, "name");
  if (typeof given !== "string") throw invalid(object as Json, "a name is a text");
  const space = object["namespace"];
  const namespace = typeof space === "string" ? space : names.namespace;
  const name = qualified(given, namespace).replace(/^\./, "");
  if (names.known.has(name)) throw invalid(object as Json, `${name} is defined twice`);
  const inner = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "";
  const aliases = texts(object["aliases"]).map((alias) => qualified(alias, inner));
  const schema = make({ name, aliases, inner });
  return schema;
}

interface Own {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly inner: string;
}

function texts(json: Json | undefined): readonly string[] {
  return Array.isArray(json) ? json.filter((one): one is string => typeof one === "string") : [];
}

function recordOf(object: JsonObject, names: Names): AvroSchema {
  return define(object, names, ({ name, aliases, inner }) => {
    const fields: AvroField[] = [];
    const schema = { type: "record" as const, name, aliases, fields };
    names.known.set(name, schema);
    const list = required(object, "fields");
    if (!Array.isArray(list)) throw invalid(object as Json, `"fields" is a list`);
    for (const one of list as readonly JsonObject[]) {
      const fallback = one["default"];
      fields.push({
        name: String(required(one, "name")),
        aliases: texts(one["aliases"]),
        schema: schemaOf(required(one, "type"), { ...names, namespace: inner }),
        ...(fallback === undefined ? {} : { fallback }),
      });
    }
    return schema;
  });
}

function enumOf(object: JsonObject, names: Names): AvroSchema {
  return define(object, names, ({ name, aliases }) => {
    const fallback = object["default"];
    const schema = {
      ...{ type: "enum" as const, name, aliases, symbols: texts(required(object, "symbols")) },
      ...(typeof fallback === "string" ? { fallback } : {}),
    };
    names.known.set(name, schema);
    return schema;
  });
}

function fixedOf(object: JsonObject, names: Names): AvroSchema {
  return define(object, names, ({ name, aliases }) => {
    const size = required(object, "size");
    if (typeof size !== "number" || size < 0) throw invalid(object as Json, "a size is a number");
    const logical = logicalOf(object, "fixed", size);
    const schema = { type: "fixed" as const, name, aliases, size, ...(logical ? { logical } : {}) };
    names.known.set(name, schema);
    return schema;
  });
}

function logicalOf(
  object: JsonObject,
  type: string,
  size: number | undefined,
): AvroLogical | undefined {
  const name = object["logicalType"];
  if (typeof name !== "string") return undefined;
  if (name === "decimal" || name === "custom-decimal") {
    const fits = name === "decimal" ? type === "bytes" || type === "fixed" : type === "long";
    const precision = object["precision"];
    const scale = object["scale"] ?? 0;
    if (!fits || typeof precision !== "number" || typeof scale !== "number") return undefined;
    if (precision <= 0 || scale < 0 || scale > precision) return undefined;
    if (size !== undefined && precision > digitsOf(size)) return undefined;
    return { name, precision, scale };
  }
  if (!Object.hasOwn(bases, name)) return undefined;
  const known = name as AvroLogicalName;
  return bases[known].includes(type) ? { name: known } : undefined;
}

/** The decimal digits that any number of so many bytes can have. */
function digitsOf(bytes: number): number {
  return Math.floor(Math.log10(2) * (8 * bytes - 1));
}
