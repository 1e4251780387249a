import { type Column, outputOf } from "../../analysis/typed.ts";
import { checkNames, type ViewShape } from "../../analysis/view.ts";
import type { CatalogRelation, TableName, ViewDefinition } from "../../catalog/catalog.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { CreateView } from "../../plan/command.ts";
import { quoteName, type Relation } from "../../plan/relation.ts";
import { asNullable } from "../../schema/compare.ts";
import { field, type Json, struct } from "../../schema/type.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";
import { placeOf } from "./name.ts";
import { reliedOn, typedPlan } from "./resolve.ts";
import { capturedConf, type SessionView } from "./unfold.ts";

/** CREATE VIEW and ALTER VIEW … AS. The query is checked now and run when the view is read. */
export async function runCreateView(
  context: LocalContext,
  command: CreateView,
): Promise<CommandResult> {
  const [only = ""] = command.name;
  const own = command.name.length === 1 && context.views.has(only.toLowerCase());
  const { mode } = command;
  if (!command.temporary && !(mode === "alter" && own)) return createView(context, command);
  const names = command.columns?.map((column) => column.name);
  const plan: Relation = names
    ? { kind: "alias relation", input: command.query, alias: only, columns: names }
    : command.query;
  const output = outputOf(await typedPlan(context, plan));
  const shape: ViewShape = {
    name: quoteName([only]),
    schema: struct(output.map(({ name, type, metadata }) => field(name, type, true, metadata))),
    queryColumns: output.map((column) => column.name),
    mode: "compensation",
  };
  // Data of a source has no text that could come to mean something else.
  const isText = command.text !== "";
  const view = { name: only, plan, replace: mode !== "create" };
  defineView(context, isText ? { ...view, shape } : view);
  return noAnswer;
}

interface NewView extends Pick<SessionView, "plan" | "shape"> {
  readonly name: string;
  readonly replace: boolean;
}

/** Gives a plan a name for the session; TEMP_TABLE_OR_VIEW_ALREADY_EXISTS unless it replaces. */
export function defineView(context: LocalContext, view: NewView): void {
  const key = view.name.toLowerCase();
  if (!view.replace && context.views.has(key)) {
    throw error("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quoteName([view.name]) });
  }
  const { catalog, schema } = context.current;
  const { plan, shape } = view;
  const made = { plan, catalog, schema, conf: capturedConf(context) };
  context.views.set(key, shape ? { ...made, shape } : made);
}

async function createView(context: LocalContext, command: CreateView): Promise<CommandResult> {
  const { catalog, schema, table } = await placeOf(context, command.name);
  const name: TableName = [catalog.name, schema, table];
  if (!(await catalog.schemas()).includes(schema)) {
    throw error("SCHEMA_NOT_FOUND", { schemaName: quoteName([catalog.name, schema]) });
  }
  const found = await catalog.relation(schema, table);
  const { mode } = command;
  if (mode === "alter" && !found) {
    throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(command.name) });
  }
  if (found && mode === "if not exists") return noAnswer;
  checkReplaceable(command, found);
  const kept = found?.kind === "view" && mode === "alter" ? found.definition : undefined;
  const definition = await definitionOf(context, command, name);
  const view = {
    kind: "view",
    name,
    definition: { ...definition, ...kept, ...changed(definition) },
  };
  const made = (kept ? view : { kind: "view", name, definition }) as CatalogRelation;
  await (found ? catalog.replace(made) : catalog.register(made));
  return noAnswer;
}

/** What ALTER VIEW … AS changes; the rest of a view stays. */
function changed({ text, schema, queryColumns, catalog, namespace, conf }: ViewDefinition) {
  return { text, schema, queryColumns, catalog, namespace, conf };
}

function checkReplaceable({ mode }: CreateView, found: CatalogRelation | undefined): void {
  if (!found) return;
  if (found.kind === "table") {
    const operation = mode === "alter" ? "ALTER VIEW" : "CREATE VIEW";
    const tableName = quoteName(found.name);
    throw error("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", { tableName, operation });
  }
  if (mode === "create") {
    throw error("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quoteName(found.name) });
  }
}

async function definitionOf(
  context: LocalContext,
  command: CreateView,
  name: TableName,
): Promise<ViewDefinition> {
  await checkReads(context, command, name);
  const output = outputOf(await typedPlan(context, command.query));
  checkColumns(command, output, name);
  const schema = asNullable(
    struct(
      output.map((column, index) => {
        const given = command.columns?.[index];
        const comment = given?.comment;
        const metadata: Record<string, Json> = { ...column.metadata };
        if (comment !== undefined) metadata["comment"] = comment;
        return field(given?.name ?? column.name, column.type, true, metadata);
      }),
    ),
  );
  checkNames(schema.fields);
  const { catalog, schema: namespace } = context.current;
  const { text, properties, comment, schemaMode = "compensation" } = command;
  // Columns that the view names itself cannot come and go.
  const mode = schemaMode === "evolution" && command.columns ? "type evolution" : schemaMode;
  return {
    text,
    schema,
    queryColumns: output.map((column) => column.name),
    mode,
    catalog,
    namespace,
    conf: capturedConf(context),
    createdTime: env.now(),
    properties,
    ...(comment === undefined ? {} : { comment }),
  };
}

/** A view of a catalog reads nothing of a session, and not itself. */
async function checkReads(
  context: LocalContext,
  { query }: CreateView,
  name: TableName,
): Promise<void> {
  for (const relied of await reliedOn(context, query)) {
    if (relied.temporary && relied.depth === 0) {
      throw error("INVALID_TEMP_OBJ_REFERENCE", {
        obj: "VIEW",
        objName: quoteName(name),
        tempObj: relied.kind.toUpperCase(),
        tempObjName: quoteName(relied.name),
      });
    }
    if (relied.kind === "view" && quoteName(relied.name) === quoteName(name)) {
      throw error("RECURSIVE_VIEW", { viewIdent: quoteName(name) });
    }
  }
}

function checkColumns({ columns }: CreateView, output: readonly Column[], name: TableName): void {
  if (!columns || columns.length === output.length) return;
  const parameters = {
    viewName: quoteName(name),
    viewColumns: columns.map((column) => column.name).join(", "),
    dataColumns: output.map((column) => column.name).join(", "),
  };
  throw columns.length > output.length
    ? error("CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", parameters)
    : error("CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", parameters);
}
