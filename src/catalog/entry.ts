import { parseSchemaJson, schemaJson } from "../schema/json.ts";
import type { Stores } from "../storage/registry.ts";
import type { CatalogRelation, FileTableDefinition, TableName, ViewDefinition } from "./catalog.ts";

/** Schemas are Spark's JSON text in an entry. */
type Stored<T> = Omit<T, "schema"> & { readonly schema: string };

/** An entry file. `location` is a URI. */
type Entry =
  | {
      readonly provider: string;
      readonly location: string;
      readonly managed: boolean;
      readonly definition?: Stored<FileTableDefinition>;
    }
  | { readonly view: Stored<ViewDefinition> };

/** The bytes of the file that makes a relation known. */
export function encodeEntry(relation: CatalogRelation): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(entryOf(relation)));
}

function entryOf(relation: CatalogRelation): Entry {
  if (relation.kind === "view") return { view: stored(relation.definition) };
  const { location, provider, managed, definition } = relation;
  return {
    provider,
    location: location.store.uri(location.path),
    managed,
    ...(definition ? { definition: stored(definition) } : {}),
  };
}

function stored<T extends FileTableDefinition | ViewDefinition>(definition: T): Stored<T> {
  return { ...definition, schema: schemaJson(definition.schema) };
}

/** The relation that a file makes known under a name. */
export async function decodeEntry(
  bytes: Uint8Array,
  name: TableName,
  stores: Stores,
): Promise<CatalogRelation> {
  const entry = JSON.parse(new TextDecoder().decode(bytes)) as Entry;
  if ("view" in entry) {
    const { schema } = entry.view;
    return { kind: "view", name, definition: { ...entry.view, schema: parseSchemaJson(schema) } };
  }
  const { provider, managed, definition } = entry;
  const location = await stores.locateUri(entry.location);
  const table = { kind: "table", name, location, provider, managed } as const;
  if (!definition) return table;
  return { ...table, definition: { ...definition, schema: parseSchemaJson(definition.schema) } };
}
