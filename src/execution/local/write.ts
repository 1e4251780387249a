import type { TypedExpression } from "../../analysis/typed.ts";
import { write as writeFormat } from "../../connector/registry.ts";
import { error } from "../../error/error.ts";
import type { Write } from "../../plan/command.ts";
import type { Expression } from "../../plan/expression.ts";
import { quoteName } from "../../plan/relation.ts";
import { type StructType, struct } from "../../schema/type.ts";
import type { Location } from "../../storage/store.ts";
import { type DeltaTable, tableAt } from "../../table/table.ts";
import { type CreateAs, writeTable } from "../../table/write.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import { type LocalContext, queryContext } from "./context.ts";
import { freePlace } from "./destination.ts";
import { createFileTableAs, redefineFileTable, writeFileTable } from "./file-write.ts";
import { fixedColumns, fixedCondition, insertedByName, type TableShape } from "./insert.ts";
import { findTable, temporaryView } from "./name.ts";
import { batchPlan } from "./query.ts";
import { typedPlan } from "./resolve.ts";
import { isSource } from "./source.ts";
import { createSourceTableAs, insertIntoView, writeSourceTable } from "./source-table.ts";

/** A Delta table that a write goes to, found or about to be made. */
interface Destination {
  readonly name?: string;
  readonly location: Location;
  readonly exists: boolean;
  readonly managed: boolean;
}

/** `df.write…`, INSERT: one commit of a Delta table, or files of another format. */
export async function runWrite(context: LocalContext, write: Write): Promise<CommandResult> {
  const { target } = write;
  const format = formatOf(context, write);
  if (target?.kind === "table") {
    await writeNamed(context, write, target.name);
    return noAnswer;
  }
  if (target === undefined) {
    await writeSource(context, write, format);
    return noAnswer;
  }
  const location = await context.connector.locate(target.path);
  if (format === "delta") {
    await writeDelta(context, write, { location, exists: false, managed: false });
  } else await writeFiles(context, write, { format, location });
  return noAnswer;
}

function formatOf(context: LocalContext, write: Write): string {
  return (write.format ?? context.conf.get("spark.sql.sources.default")).toLowerCase();
}

async function writeNamed(
  context: LocalContext,
  write: Write,
  name: readonly string[],
): Promise<void> {
  const view = temporaryView(context, name);
  if (view && !write.create && (await insertIntoView(context, write, { name, view }))) return;
  if (view) throw error("INSERT_INTO_VIEW", { viewName: quoteName(name) });
  const found = await findTable(context, name, write.create ? "saveAsTable" : "INSERT");
  if (!found) {
    if (!write.create) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
    return writeNew(context, write, name);
  }
  const { location, managed } = found;
  if (found.provider === "delta") {
    const destination = { name: found.name.join("."), location, exists: true, managed };
    return writeDelta(context, write, destination);
  }
  const source = await isSource(context, found.provider);
  if (write.create && write.mode === "ignore") return;
  if (write.create && write.mode === "errorifexists") {
    throw error("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quoteName(found.name) });
  }
  if (source) return writeSourceTable(context, write, found);
  if (write.create && write.mode === "overwrite") return redefineFileTable(context, write, found);
  return writeFileTable(context, write, found);
}

/** `saveAsTable` of a name that is free: managed, or at the option `path`. */
async function writeNew(
  context: LocalContext,
  write: Write,
  given: readonly string[],
): Promise<void> {
  const { catalog, name, location, managed } = await freePlace(context, given, write.options);
  const provider = formatOf(context, write);
  const table = { kind: "table", name, location, provider, managed } as const;
  if (await isSource(context, provider)) {
    await createSourceTableAs(context, write, { catalog, table });
    return;
  }
  if (provider !== "delta") return createFileTableAs(context, write, table);
  await writeDelta(context, write, { name: name.join("."), location, exists: false, managed });
  // Last: a name must not stand for a write that failed.
  await catalog.register(table);
}

async function writeDelta(
  context: LocalContext,
  write: Write,
  destination: Destination,
): Promise<void> {
  const table = await tableAt(destination.location, context.connector, destination.name);
  const named = write.columns || write.partition ? await shapeOf(table) : noShape;
  const { input, match } = insertedByName(write, named);
  const replaceWhere = await replaceWhereOf(context, write, table);
  const relation = await batchPlan(context, input, "write");
  await writeTable(table, {
    relation,
    context: queryContext(context),
    mode: write.mode,
    match,
    options: write.options,
    dynamic: context.conf.get("spark.sql.sources.partitionOverwriteMode") === "DYNAMIC",
    ...(write.partitionBy.length > 0 ? { partitionBy: write.partitionBy } : {}),
    ...(replaceWhere ? { replaceWhere } : {}),
    ...(destination.exists || destination.name === undefined
      ? {}
      : { create: createAs(destination) }),
  });
}

const noShape: TableShape = { schema: struct([]), partitionBy: [] };

async function shapeOf(table: DeltaTable): Promise<TableShape> {
  const snapshot = await table.log.update();
  if (!snapshot) throw error("DELTA_TABLE_NOT_FOUND", { tableName: table.name });
  return { schema: snapshot.schema, partitionBy: snapshot.metadata.partitionColumns };
}

function createAs({ managed }: Destination): CreateAs {
  return { definition: {}, mode: "create", isManaged: managed };
}

async function replaceWhereOf(
  context: LocalContext,
  write: Write,
  table: DeltaTable,
): Promise<{ condition: TypedExpression; text: string } | undefined> {
  const text = write.options["replacewhere"];
  const fixed = write.mode === "overwrite" ? fixedColumns(write) : [];
  const given: Expression | undefined =
    fixed.length > 0
      ? fixedCondition(fixed)
      : (write.replaceWhere ?? (text === undefined ? undefined : { kind: "text", text }));
  const snapshot = given && (await table.log.update());
  if (!given || !snapshot) return undefined;
  const condition = await conditionOver(context, snapshot.schema, given);
  return { condition, text: text ?? "INSERT REPLACE WHERE" };
}

/** A condition typed over the columns of a schema, by name. */
async function conditionOver(
  context: LocalContext,
  schema: StructType,
  condition: Expression,
): Promise<TypedExpression> {
  const input = { kind: "local", schema, rows: [] } as const;
  const plan = await typedPlan(context, { kind: "filter", input, condition });
  if (plan.kind !== "filter") throw new Error("Assertion failed: a filter was not typed as one");
  return plan.condition;
}

/** Where the options say, for formats that have no paths. */
async function writeSource(context: LocalContext, write: Write, format: string): Promise<void> {
  await writeFormat({
    format,
    options: write.options,
    mode: write.mode,
    partitionBy: write.partitionBy,
    relation: await batchPlan(context, write.input, "write"),
    query: queryContext(context),
    context: context.connector,
  });
}

async function writeFiles(
  context: LocalContext,
  write: Write,
  { format, location }: { readonly format: string; readonly location: Location },
): Promise<void> {
  const dynamic =
    context.conf.get("spark.sql.sources.partitionOverwriteMode").toUpperCase() === "DYNAMIC";
  const replaces = { values: {}, written: true };
  await writeFormat({
    format,
    options: write.options,
    target: { name: `${format}.\`${location.path}\``, location },
    mode: write.mode,
    partitionBy: write.partitionBy,
    relation: await batchPlan(context, write.input, "write"),
    query: queryContext(context),
    context: context.connector,
    ...(dynamic && write.partitionBy.length > 0 ? { replaces } : {}),
  });
}
