import { declaredChar, storedChar } from "../../analysis/char.ts";
import { outputOf, type TypedProject, type TypedRelation } from "../../analysis/typed.ts";
import type { CatalogTable, FileTableDefinition } from "../../catalog/catalog.ts";
import { findCatalog } from "../../catalog/name.ts";
import type { ReplacedPartitions } from "../../connector/connector.ts";
import { fileTableDefinition } from "../../connector/file/definition.ts";
import { write as writeFormat } from "../../connector/registry.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Write } from "../../plan/command.ts";
import type { Alias } from "../../plan/expression.ts";
import { quoteName, type Relation } from "../../plan/relation.ts";
import { findField } from "../../schema/compare.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { type StructField, struct } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import { type AlignRefusal, alignRelation } from "../../table/align.ts";
import { type LocalContext, queryContext } from "./context.ts";
import { definitionOf, requireVacant, schemaOf, tableFormat, writeNew } from "./file-table.ts";
import { type FixedColumn, fixedColumns, insertedByName } from "./insert.ts";
import { batchPlan, runQuery } from "./query.ts";
import { typedPlan } from "./resolve.ts";

/** Adds to, or overwrites, what is in a table of files: columns as the table has them. */
export async function writeFileTable(
  context: LocalContext,
  write: Write,
  table: CatalogTable,
): Promise<void> {
  if (write.replaceWhere) {
    const tableName = quoteName(table.name);
    throw error("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName, operation: "REPLACE WHERE" });
  }
  const definition = await definitionOf(context, table);
  const relation = await alignedRelation(context, write, { name: table.name, definition });
  await writeFormat({
    format: table.provider,
    options: { ...definition.options, ...write.options },
    target: { name: table.name.join("."), location: table.location },
    mode: write.mode,
    partitionBy: definition.partitionBy,
    relation,
    query: queryContext(context),
    context: context.connector,
    ...(await replacedBy(context, write, definition)),
  });
}

interface Written {
  readonly name: readonly string[];
  readonly definition: Pick<FileTableDefinition, "schema" | "partitionBy">;
}

/** The rows with the table's columns: what is missing gets its default, values are cast. */
export async function alignedRelation(
  context: LocalContext,
  write: Write,
  { name, definition }: Written,
): Promise<TypedRelation> {
  const { schema, partitionBy } = definition;
  const tableName = quoteName(name);
  if (write.columns) await checkArity(context, write, tableName);
  const { input, match } = insertedByName(write, { schema, partitionBy });
  const given = await batchPlan(context, input, "write");
  const columns = outputOf(given).map((column) => column.name);
  const extra = columns.filter((one) => !findField(schema, one));
  if (match === "name" && extra.length > 0) {
    throw error("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", {
      tableName,
      extraColumns: quoteName(extra),
    });
  }
  const whole = match === "name" ? withDefaults(input, schema.fields, columns) : input;
  const relation = whole === input ? given : await batchPlan(context, whole, "write");
  const aligned = alignRelation({ relation, schema, match, table: tableName, refusal });
  return storedChars(aligned, schema.fields);
}

/** Columns of CHAR and VARCHAR within their lengths. */
function storedChars(aligned: TypedProject, fields: readonly StructField[]): TypedProject {
  const columns = aligned.columns.map(({ column, expression }, index) => {
    const declared = fields[index] && declaredChar(fields[index]);
    return { column, expression: declared ? storedChar(expression, declared) : expression };
  });
  return { ...aligned, columns };
}

async function checkArity(context: LocalContext, write: Write, tableName: string): Promise<void> {
  const data = outputOf(await typedPlan(context, write.input)).map((column) => column.name);
  const columns = write.columns ?? [];
  if (data.length !== columns.length) throw refusal.arity(tableName, columns, data);
}

/** Columns that the rows lack and that have a DEFAULT, by it. */
function withDefaults(
  input: Relation,
  fields: readonly StructField[],
  columns: readonly string[],
): Relation {
  const present = struct(columns.map((name) => ({ ...fields[0]!, name })));
  const missing = fields.flatMap(({ name, metadata }): Alias[] => {
    const text = metadata["CURRENT_DEFAULT"];
    if (typeof text !== "string" || findField(present, name)) return [];
    return [{ kind: "alias", input: { kind: "text", text }, names: [name] }];
  });
  return missing.length === 0 ? input : { kind: "with columns", input, columns: missing };
}

/** Spark's errors of data that does not fit a table. */
const refusal: AlignRefusal = {
  arity(tableName, columns, data) {
    const parameters = {
      tableName,
      tableColumns: columns.map((name) => quoteName([name])).join(", "),
      dataColumns: data.map((name) => quoteName([name])).join(", "),
    };
    return data.length < columns.length
      ? error("INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", parameters)
      : error("INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", parameters);
  },
  type: (tableName, colName, { from, to }) =>
    error("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", {
      tableName,
      colName,
      srcType: formatDataType(from),
      targetType: formatDataType(to),
    }),
  absent: (tableName, colName) =>
    error("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA", { tableName, colName }),
};

/** What INSERT OVERWRITE replaces of a partitioned table; nothing said: all of it. */
async function replacedBy(
  context: LocalContext,
  write: Write,
  { schema, partitionBy }: FileTableDefinition,
): Promise<{ readonly replaces?: ReplacedPartitions }> {
  if (write.mode !== "overwrite" || partitionBy.length === 0) return {};
  const fixed = fixedColumns(write);
  const written =
    fixed.length < partitionBy.length &&
    context.conf.get("spark.sql.sources.partitionOverwriteMode").toUpperCase() === "DYNAMIC";
  if (fixed.length === 0 && !written) return {};
  return { replaces: { values: await valuesOf(context, fixed, schema.fields), written } };
}

/** The values of static partition columns, each of its column's type, by the column's name. */
export async function valuesOf(
  context: LocalContext,
  fixed: readonly FixedColumn[],
  fields: readonly StructField[],
): Promise<Readonly<Record<string, Value>>> {
  if (fixed.length === 0) return {};
  const columns = fixed.map(({ name, value }) => {
    const column = findField(struct(fields), name);
    if (!column) throw error("NON_PARTITION_COLUMN", { columnName: name });
    return { column, value };
  });
  await using result = await runQuery(context, {
    kind: "project",
    input: { kind: "one row" },
    expressions: columns.map(({ column, value }): Alias => {
      const input = { kind: "cast", input: value, type: column.type, mode: "cast" } as const;
      return { kind: "alias", input, names: [column.name] };
    }),
  });
  const chunk = await result.next();
  return Object.fromEntries(
    columns.map(({ column }, index) => [column.name, chunk?.columns[index]?.[0] ?? null]),
  );
}

/**
 * `saveAsTable` over a table of files that is there, in mode overwrite: the rows' columns take the
 * place of the table's. New files first, then the definition, then the old files go.
 */
export async function redefineFileTable(
  context: LocalContext,
  write: Write,
  table: CatalogTable,
): Promise<void> {
  const relation = await batchPlan(context, write.input, "write");
  const definition = await definitionAs(table, write, relation);
  const { store, path } = table.location;
  const before: string[] = [];
  for await (const file of store.list(`${path}/`, { recursive: true })) before.push(file.path);
  const redefined = { ...table, definition };
  await writeNew(context, redefined, { relation, mode: "append" });
  await findCatalog(context.catalogs, table.name[0]).replace(redefined);
  for (const old of before) if (old !== `${path}/_SUCCESS`) await store.delete(old);
}

/** `saveAsTable` of a free name: the files, then the name. */
export async function createFileTableAs(
  context: LocalContext,
  write: Write,
  table: CatalogTable,
): Promise<void> {
  if (table.managed) await requireVacant(table);
  const relation = await batchPlan(context, write.input, "write");
  const made = { ...table, definition: await definitionAs(table, write, relation) };
  await writeNew(context, made, { relation, mode: write.mode });
  await findCatalog(context.catalogs, table.name[0]).register(made);
}

async function definitionAs(
  table: CatalogTable,
  write: Write,
  relation: TypedRelation,
): Promise<FileTableDefinition> {
  const { path: _, ...options } = write.options;
  return fileTableDefinition({
    format: await tableFormat(table.provider),
    table: quoteName(table.name),
    schema: schemaOf(relation),
    partitionBy: write.partitionBy,
    options,
    properties: {},
    createdTime: env.now(),
  });
}
