import type { RegisteredSchema, RegistryPlace, SchemaRegistry } from "../../../analysis/conf.ts";
import { error } from "../../../error/error.ts";
import type { Json } from "../../../schema/type.ts";
import { askNow } from "./ask.ts";

/** How long one attempt at a question may take. */
const attemptMs = 10_000;
/** Schemas that are kept: what a number means never changes. Beyond, all are asked for again. */
const schemaLimit = 1000;

const schemas = new Map<string, string>();
const prefix = "confluent.schema.registry.";
const credentials = `${prefix}basic.auth.`;

/** The newest schema of a subject. Throws SCHEMA_REGISTRY_UNAVAILABLE, …_CLIENT_ERROR. */
export const latestSchema: SchemaRegistry = (subject, place): RegisteredSchema => {
  const path = `/subjects/${encodeURIComponent(subject)}/versions/latest`;
  const found = asked(path, place);
  if (found === undefined) throw refused(place, `it has no subject ${subject}`);
  const schema = avroOf(found, place);
  const id = Number(found["id"]);
  remember(`${place.address} ${id}`, schema);
  return { id, schema };
};

/** The schema of a number. A number that is not known is the message's fault: a plain Error. */
export function schemaOfId(id: number, place: RegistryPlace): string {
  const key = `${place.address} ${id}`;
  const known = schemas.get(key);
  if (known !== undefined) return known;
  const found = asked(`/schemas/ids/${id}`, place);
  if (found === undefined) throw new Error(`the registry ${place.address} has no schema ${id}`);
  return remember(key, avroOf(found, place));
}

function remember(key: string, schema: string): string {
  if (schemas.size >= schemaLimit) schemas.clear();
  schemas.set(key, schema);
  return schema;
}

type Found = { readonly [name: string]: Json };

/** What the registry says; undefined where it says that there is no such thing. */
function asked(path: string, place: RegistryPlace): Found | undefined {
  const { address } = place;
  if (!/^https?:\/\//i.test(address)) throw refused(place, "its address is no http or https");
  const url = `${address.replace(/\/+$/, "")}${path}`;
  const { status, body } = askNow({ url, headers: headersOf(place), ms: attemptMs });
  if (status === 404) return undefined;
  if (status === undefined || status >= 500 || status === 429) {
    const reason = status === undefined ? body : `HTTP ${status}`;
    throw error("SCHEMA_REGISTRY_UNAVAILABLE", { address, reason });
  }
  if (status !== 200) throw refused(place, `HTTP ${status} to ${path}: ${body.slice(0, 200)}`);
  try {
    return JSON.parse(body) as Found;
  } catch {
    throw refused(place, `its answer to ${path} is no JSON`);
  }
}

function headersOf(place: RegistryPlace): Record<string, string> {
  const accept = "application/vnd.schemaregistry.v1+json, application/json";
  const { options } = place;
  const own = Object.keys(options).filter((key) => key.startsWith(prefix));
  const other = own.find((key) => !key.startsWith(credentials));
  if (other) throw refused(place, `the option ${other} is not built`);
  const source = options[`${credentials}credentials.source`] ?? "USER_INFO";
  const user = options[`${credentials}user.info`];
  if (user === undefined) return { accept };
  if (source.toUpperCase() !== "USER_INFO") {
    throw refused(place, `credentials.source is ${source}, and only USER_INFO is built`);
  }
  return { accept, authorization: `Basic ${Buffer.from(user).toString("base64")}` };
}

function avroOf(found: Found, place: RegistryPlace): string {
  const { schema, schemaType = "AVRO", references } = found;
  if (schemaType !== "AVRO") throw refused(place, `the schema is of the kind ${schemaType}`);
  if (Array.isArray(references) && references.length > 0) {
    throw refused(place, "the schema refers to others, which is not built");
  }
  if (typeof schema !== "string") throw refused(place, "its answer has no schema");
  return schema;
}

function refused({ address }: RegistryPlace, reason: string): Error {
  return error("SCHEMA_REGISTRY_CLIENT_ERROR", { address, reason });
}
