import type { Json } from "../type.ts";

type JsonObject = { readonly [name: string]: Json };

interface Definition {
  readonly object: JsonObject;
  /** The name with its namespace. */
  readonly name: string;
}

interface Names {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly written: Set<string>;
}

/**
 * One schema of a schema and those that it refers to: each named type of theirs stands where it is
 * first named. Texts that are no JSON come back as they are.
 */
export function inlinedSchema(text: string, others: readonly string[]): string {
  if (others.length === 0) return text;
  try {
    const definitions = new Map<string, Definition>();
    for (const other of others) collect(JSON.parse(other) as Json, "", definitions);
    const names = { definitions, written: new Set<string>() };
    return JSON.stringify(written(JSON.parse(text) as Json, "", names));
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return text;
    throw thrown;
  }
}

function collect(json: Json, namespace: string, into: Map<string, Definition>): void {
  if (Array.isArray(json)) for (const one of json) collect(one, namespace, into);
  if (json === null || typeof json !== "object" || Array.isArray(json)) return;
  const object = json as JsonObject;
  const name = definedName(object, namespace);
  if (name !== undefined && !into.has(name)) into.set(name, { object, name });
  const inner = name === undefined ? namespace : spaceOf(name);
  for (const part of partsOf(object)) collect(part, inner, into);
}

function partsOf(object: JsonObject): readonly Json[] {
  const fields = Array.isArray(object["fields"]) ? (object["fields"] as JsonObject[]) : [];
  const parts = [object["items"], object["values"], ...fields.map((field) => field["type"])];
  if (typeof object["type"] !== "string") parts.push(object["type"]);
  return parts.filter((part) => part !== undefined);
}

/** The full name of a type that is defined here. */
function definedName(object: JsonObject, namespace: string): string | undefined {
  const { type, name } = object;
  if (typeof name !== "string") return undefined;
  if (!["record", "error", "enum", "fixed"].includes(String(type))) return undefined;
  const own = typeof object["namespace"] === "string" ? object["namespace"] : namespace;
  return qualified(name, own);
}

function qualified(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
}

function spaceOf(name: string): string {
  return name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "";
}

function written(json: Json, namespace: string, names: Names): Json {
  if (typeof json === "string") return referred(json, namespace, names);
  if (Array.isArray(json)) return json.map((one) => written(one, namespace, names));
  if (json === null || typeof json !== "object") return json;
  const object = json as JsonObject;
  const name = definedName(object, namespace);
  if (name !== undefined) return defined({ object, name }, names);
  const result: Record<string, Json> = { ...object };
  for (const key of ["type", "items", "values"]) {
    if (object[key] !== undefined) result[key] = written(object[key], namespace, names);
  }
  return result;
}

function referred(name: string, namespace: string, names: Names): Json {
  for (const full of [qualified(name, namespace), name]) {
    if (names.written.has(full)) return full;
    const definition = names.definitions.get(full);
    if (definition) return defined(definition, names);
  }
  return name;
}

function defined({ object, name }: Definition, names: Names): Json {
  if (names.written.has(name)) return name;
  names.written.add(name);
  const { fields } = object;
  const space = name.includes(".") ? {} : { namespace: "" };
  const { namespace: _, ...rest } = object;
  if (!Array.isArray(fields)) return { ...rest, name, ...space };
  const inner = spaceOf(name);
  const inlined = (fields as JsonObject[]).map((field) => {
    return { ...field, type: written(field["type"] ?? null, inner, names) };
  });
  return { ...rest, name, ...space, fields: inlined };
}
