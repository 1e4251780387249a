import type { TypedExpression } from "../../analysis/typed.ts";
import { write as writeFormat } from "../../connector/registry.ts";
import { error } from "../../error/error.ts";
import type { Write } from "../../plan/command.ts";
import type { Expression } from "../../plan/expression.ts";
import { quoteName } from "../../plan/relation.ts";
import type { StructType } from "../../schema/type.ts";
import type { Location } from "../../storage/store.ts";
import { type DeltaTable, tableAt } from "../../table/table.ts";
import { type CreateAs, writeTable } from "../../table/write.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import { type LocalContext, queryContext } from "./context.ts";
import { freePlace } from "./destination.ts";
import { insertedByName } from "./insert.ts";
import { batchPlan } from "./query.ts";
import { findTable, typedPlan } from "./resolve.ts";

/** Where a write goes, found or about to be made. */
interface Destination {
  readonly format: string;
  readonly name?: string;
  readonly location: Location;
  readonly exists: boolean;
  readonly managed: boolean;
  /** Makes the name of a new table known, where its place alone does not. */
  readonly register?: () => Promise<void>;
}

/** `df.write…`, INSERT: one commit of a Delta table, or files of another format. */
export async function runWrite(context: LocalContext, write: Write): Promise<CommandResult> {
  const destination = await destinationOf(context, write);
  if (destination.format === "delta") await writeDelta(context, write, destination);
  else await writeFiles(context, write, destination);
  // Last: a name must not stand for a write that failed.
  await destination.register?.();
  return noAnswer;
}

async function destinationOf(context: LocalContext, write: Write): Promise<Destination> {
  const format = (write.format ?? context.conf.get("spark.sql.sources.default")).toLowerCase();
  if (write.target.kind === "path") {
    const location = await context.connector.locate(write.target.path);
    return { format, location, exists: false, managed: false };
  }
  const { name } = write.target;
  if (name.length === 1 && context.views.has(name[0]!.toLowerCase())) {
    throw error("INSERT_INTO_VIEW", { viewName: quoteName(name) });
  }
  const found = await findTable(context, name);
  if (found) {
    const { location, provider, managed } = found;
    return { format: provider, name: found.name.join("."), location, exists: true, managed };
  }
  if (!write.create) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
  return newDestination(context, write, { format, name });
}

/** `saveAsTable` of a name that is free: managed, or at the option `path`. */
async function newDestination(
  context: LocalContext,
  { options }: Write,
  to: { readonly format: string; readonly name: readonly string[] },
): Promise<Destination> {
  const { format } = to;
  const { catalog, name, location, managed } = await freePlace(context, to.name, options);
  const made = { format, name: name.join("."), location, exists: false, managed };
  if (managed && format === "delta") return made;
  const register = () => catalog.register({ name, location, provider: format, managed });
  return { ...made, register };
}

async function writeDelta(
  context: LocalContext,
  write: Write,
  destination: Destination,
): Promise<void> {
  const table = await tableAt(destination.location, context.connector, destination.name);
  const byName = await insertedByName(write, table);
  const replaceWhere = await replaceWhereOf(context, { ...write, ...byName }, table);
  const relation = await batchPlan(context, byName.input, "write");
  await writeTable(table, {
    relation,
    context: queryContext(context),
    mode: write.mode,
    match: byName.match,
    options: write.options,
    dynamic: context.conf.get("spark.sql.sources.partitionOverwriteMode") === "DYNAMIC",
    ...(write.partitionBy.length > 0 ? { partitionBy: write.partitionBy } : {}),
    ...(replaceWhere ? { replaceWhere } : {}),
    ...(destination.exists || destination.name === undefined
      ? {}
      : { create: createAs(destination) }),
  });
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
  const given: Expression | undefined =
    write.replaceWhere ?? (text === undefined ? undefined : { kind: "text", text });
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

async function writeFiles(
  context: LocalContext,
  write: Write,
  destination: Destination,
): Promise<void> {
  const { format, location } = destination;
  const name = destination.name ?? `${format}.\`${location.path}\``;
  await writeFormat({
    format,
    options: write.options,
    target: { name, location },
    mode: write.mode,
    partitionBy: write.partitionBy,
    relation: await batchPlan(context, write.input, "write"),
    query: queryContext(context),
    context: context.connector,
  });
}
