import type { RegistryPlace } from "../../../analysis/conf.ts";
import { error } from "../../../error/error.ts";
import type { Json } from "../../../schema/type.ts";
import { askNow } from "./ask.ts";

/** How long one attempt at a question may take. */
const attemptMs = 10_000;

const prefix = "confluent.schema.registry.";
const credentials = `${prefix}basic.auth.`;

/** What a registry says. */
export type Found = { readonly [name: string]: Json };

/**
 * Asks a registry for what is at a path; undefined where it says that there is no such thing.
 * Throws SCHEMA_REGISTRY_UNAVAILABLE, SCHEMA_REGISTRY_CLIENT_ERROR.
 */
export function question(path: string, place: RegistryPlace): Found | undefined {
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

export function refused({ address }: RegistryPlace, reason: string): Error {
  return error("SCHEMA_REGISTRY_CLIENT_ERROR", { address, reason });
}
