import { error } from "../error/error.ts";
import { quoteName } from "../plan/relation.ts";
import type { Catalog, TableName } from "./catalog.ts";

/** The catalog a session starts in; Spark's `spark_catalog` is another name for it. */
const DEFAULT_CATALOG = "main";
/** The schema a session starts in; every catalog has it. */
export const DEFAULT_SCHEMA = "default";

const SPARK_CATALOG = "spark_catalog";

/** A catalog and a schema in it: what USE sets, and what short names are completed from. */
export interface Namespace {
  readonly catalog: string;
  readonly schema: string;
}

/**
 * The full name, in lower case, of a name of one to three parts. Throws
 * REQUIRES_SINGLE_PART_NAMESPACE for more.
 */
export function resolveName(parts: readonly string[], current: Namespace): TableName {
  const lower = parts.map((part) => part.toLowerCase());
  if (lower.length === 0 || lower.length > 3) throw tooLong(parts.slice(0, -1), current);
  const table = lower.at(-1)!;
  const schema = lower.at(-2) ?? current.schema;
  return [catalogName(lower.at(-3) ?? current.catalog, current), schema, table];
}

/**
 * The namespace that one or two parts name: `catalog.schema`, a catalog (then its default schema)
 * or a schema of the current catalog, in this order. Whether the schema is there is not asked.
 */
export function resolveNamespace(
  parts: readonly string[],
  current: Namespace,
  catalogs: ReadonlyMap<string, Catalog>,
): Namespace {
  const [first, second, ...rest] = parts.map((part) => part.toLowerCase());
  if (first === undefined || rest.length > 0) throw tooLong(parts, current);
  if (second !== undefined) return { catalog: catalogName(first, current), schema: second };
  const catalog = catalogName(first, current);
  return catalogs.has(catalog)
    ? { catalog, schema: DEFAULT_SCHEMA }
    : { catalog: current.catalog, schema: first };
}

/** The catalog of that name; CATALOG_NOT_FOUND if there is none. Keys are in lower case. */
export function findCatalog(catalogs: ReadonlyMap<string, Catalog>, name: string): Catalog {
  const key = name.toLowerCase();
  const found =
    catalogs.get(key) ?? (key === SPARK_CATALOG ? catalogs.get(DEFAULT_CATALOG) : undefined);
  if (found) return found;
  throw error("CATALOG_NOT_FOUND", { catalogName: quoteName([name]) });
}

/** A session whose own catalog is called `spark_catalog` has it under that name. */
function catalogName(name: string, current: Namespace): string {
  return name === SPARK_CATALOG && current.catalog !== SPARK_CATALOG ? DEFAULT_CATALOG : name;
}

function tooLong(namespace: readonly string[], current: Namespace): Error {
  return error("REQUIRES_SINGLE_PART_NAMESPACE", {
    sessionCatalog: current.catalog,
    namespace: quoteName(namespace),
  });
}
