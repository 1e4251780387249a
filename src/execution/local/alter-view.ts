import type { CatalogView, ViewDefinition } from "../../catalog/catalog.ts";
import { error } from "../../error/error.ts";
import type { AlterView } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";
import { placeOf } from "./name.ts";

/** ALTER VIEW … RENAME TO, SET and UNSET TBLPROPERTIES, WITH SCHEMA. */
export async function runAlterView(
  context: LocalContext,
  { name, change }: AlterView,
): Promise<CommandResult> {
  const { catalog, schema, table } = await placeOf(context, name);
  const found = await catalog.relation(schema, table);
  if (!found) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
  if (found.kind === "table") {
    const operation = "ALTER VIEW";
    const tableName = quoteName(found.name);
    throw error("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", { tableName, operation });
  }
  if (change.kind === "rename") await rename(context, found, change.to);
  else await catalog.replace({ ...found, definition: changed(found.definition, change) });
  return noAnswer;
}

/** The new name comes before the old one goes: a crash in between leaves both. */
async function rename(
  context: LocalContext,
  view: CatalogView,
  to: readonly string[],
): Promise<void> {
  const { catalog, schema, table } = await placeOf(context, to);
  await catalog.register({ ...view, name: [catalog.name, schema, table] });
  const [from, namespace, old] = view.name;
  const before = (await placeOf(context, [from, namespace, old])).catalog;
  await before.drop(namespace, old);
}

function changed(
  definition: ViewDefinition,
  change: Exclude<AlterView["change"], { kind: "rename" }>,
): ViewDefinition {
  switch (change.kind) {
    case "set properties":
      return { ...definition, properties: { ...definition.properties, ...change.properties } };
    case "unset properties": {
      const left = Object.entries(definition.properties).filter(
        ([key]) => !change.keys.includes(key),
      );
      return { ...definition, properties: Object.fromEntries(left) };
    }
    case "schema mode":
      return { ...definition, mode: change.mode };
  }
}
