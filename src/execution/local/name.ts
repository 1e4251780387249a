import type { CatalogRelation, CatalogTable } from "../../catalog/catalog.ts";
import { findCatalog, resolveName } from "../../catalog/name.ts";
import { error } from "../../error/error.ts";
import { quoteName } from "../../plan/relation.ts";
import type { LocalContext } from "./context.ts";

/** What the catalogs have under a name of one to three parts; undefined if there is nothing. */
export async function findRelation(
  context: LocalContext,
  name: readonly string[],
): Promise<CatalogRelation | undefined> {
  const { catalog, schema, table } = await placeOf(context, name);
  return catalog.relation(schema, table);
}

/** A table of the catalogs; a view is an error, `operation` is what it cannot do. */
export async function findTable(
  context: LocalContext,
  name: readonly string[],
  operation: string,
): Promise<CatalogTable | undefined> {
  const found = await findRelation(context, name);
  if (found?.kind !== "view") return found;
  throw error("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", {
    viewName: quoteName(found.name),
    operation,
  });
}

/** The catalog a name is in, and its schema and table part, whether the table is there or not. */
export async function placeOf(context: LocalContext, name: readonly string[]) {
  const [catalog, schema, table] = resolveName(name, context.current);
  return { catalog: findCatalog(context.catalogs, catalog), schema, table };
}

/** The temporary view of a name, which hides all else of the name. */
export function temporaryView(context: LocalContext, name: readonly string[]) {
  const [only, ...more] = name;
  return only === undefined || more.length > 0 ? undefined : context.views.get(only.toLowerCase());
}
