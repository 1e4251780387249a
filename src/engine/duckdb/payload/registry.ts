import { readFileSync } from "node:fs";
import type { RegisteredSchema, RegistryPlace, SchemaLookup } from "../../../analysis/conf.ts";
import { error } from "../../../error/error.ts";
import { inlinedSchema } from "../../../schema/avro/inline.ts";
import { bundled } from "../../../schema/protobuf/bundle.ts";
import { type Found, question, refused } from "./question.ts";

/** Schemas that are kept: what a number means never changes. Beyond, all are asked for again. */
const schemaLimit = 1000;
/** Schemas that one may refer to, itself or by others. */
const referenceLimit = 100;

const schemas = new Map<string, string>();

/** Finds what calls about payloads name. */
export const schemaLookup: SchemaLookup = {
  avro: (subject, place) => latest(subject, place, avroOf),
  protobuf: (subject, place) => latest(subject, place, descriptorsOf),
  descriptorFile: (filePath) => {
    try {
      return readFileSync(filePath);
    } catch (thrown) {
      const reason = (thrown as Error).message;
      throw error("PROTOBUF_DESCRIPTOR_FILE_NOT_FOUND", { filePath, reason });
    }
  },
};

/** Makes one text of a schema and those that it refers to. */
type Whole = (found: Found, id: number, place: RegistryPlace) => string;

function latest(subject: string, place: RegistryPlace, whole: Whole): RegisteredSchema {
  const found = question(`/subjects/${encodeURIComponent(subject)}/versions/latest`, place);
  if (found === undefined) throw refused(place, `it has no subject ${subject}`);
  const id = Number(found["id"]);
  return { id, schema: remember(`${place.address} ${id}`, whole(found, id, place)) };
}

/** The Avro schema of a number. A number that is not known is the message's fault: an Error. */
export function avroOfId(id: number, place: RegistryPlace): string {
  return ofId(id, place, avroOf);
}

/** The descriptors of a number, as `avroOfId`. */
export function descriptorsOfId(id: number, place: RegistryPlace): string {
  return ofId(id, place, descriptorsOf);
}

function ofId(id: number, place: RegistryPlace, whole: Whole): string {
  const key = `${place.address} ${id}`;
  const known = schemas.get(key);
  if (known !== undefined) return known;
  const found = question(`/schemas/ids/${id}`, place);
  if (found === undefined) throw new Error(`the registry ${place.address} has no schema ${id}`);
  return remember(key, whole(found, id, place));
}

function remember(key: string, schema: string): string {
  if (schemas.size >= schemaLimit) schemas.clear();
  schemas.set(key, schema);
  return schema;
}

/** A schema that another refers to by a name. */
interface Referred {
  readonly name: string;
  readonly found: Found;
}

/** All that a schema refers to, and what they refer to; the same by the same name once. */
function referredBy(found: Found, place: RegistryPlace): readonly Referred[] {
  const all = new Map<string, Referred>();
  const add = (from: Found): void => {
    for (const one of Array.isArray(from["references"]) ? from["references"] : []) {
      const { name, subject, version } = one as { [key: string]: unknown };
      if (typeof name !== "string" || all.has(name)) continue;
      if (all.size >= referenceLimit) {
        throw refused(place, `the schema refers to more than ${referenceLimit} others`);
      }
      const path = `/subjects/${encodeURIComponent(String(subject))}/versions/${version}`;
      const other = question(path, place);
      if (other === undefined) throw refused(place, `it has no version ${version} of ${subject}`);
      all.set(name, { name, found: other });
      add(other);
    }
  };
  add(found);
  return [...all.values()];
}

function avroOf(found: Found, _: number, place: RegistryPlace): string {
  const others = referredBy(found, place).map((one) => textOf(one.found, "AVRO", place));
  return inlinedSchema(textOf(found, "AVRO", place), others);
}

function textOf(found: Found, kind: string, place: RegistryPlace): string {
  const { schema, schemaType = "AVRO" } = found;
  if (schemaType !== kind) throw refused(place, `the schema is of the kind ${schemaType}`);
  if (typeof schema !== "string") throw refused(place, "its answer has no schema");
  return schema;
}

/** The name that the file of a number itself has here: registries do not keep it. */
const ownName = "default";

/** A set of the descriptors that the registry makes of its texts, in base 64. */
function descriptorsOf(found: Found, id: number, place: RegistryPlace): string {
  textOf(found, "PROTOBUF", place);
  const files = [
    { name: ownName, bytes: serialized(id, place) },
    ...referredBy(found, place).map(({ name, found: other }) => {
      textOf(other, "PROTOBUF", place);
      return { name, bytes: serialized(Number(other["id"]), place) };
    }),
  ];
  return Buffer.from(bundled(files)).toString("base64");
}

function serialized(id: number, place: RegistryPlace): Uint8Array {
  const found = question(`/schemas/ids/${id}?format=serialized`, place);
  if (found === undefined) throw refused(place, `it has no schema ${id}`);
  const text = textOf(found, "PROTOBUF", place);
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return Buffer.from(text, "base64");
  throw refused(place, `it gives the schema ${id} as text alone, not by format=serialized`);
}
