import { type Column, outputOf } from "../../analysis/typed.ts";
import type { CatalogRelation, CatalogTable, CatalogView } from "../../catalog/catalog.ts";
import { fileFormat } from "../../connector/file/format.ts";
import { isError } from "../../error/error.ts";
import type { Describe } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import { CHAR_VARCHAR_KEY } from "../../schema/char.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { field, type StructField, string, struct } from "../../schema/type.ts";
import type { Row } from "../../schema/value.ts";
import type { CommandResult } from "../execution.ts";
import type { LocalContext } from "./context.ts";
import { definitionOf } from "./file-table.ts";
import { findRelation, temporaryView } from "./name.ts";
import { deltaProperties, deltaSnapshot, redacted, redactedOptions } from "./property.ts";
import { typedPlan } from "./resolve.ts";

const schema = struct([
  field("col_name", string, false),
  field("data_type", string, false),
  field("comment", string),
]);

const line = (name: string, type = "", comment: string | null = ""): Row => ({
  col_name: name,
  data_type: type,
  comment,
});

type Shown = Pick<StructField, "name" | "type" | "metadata">;

const columnLines = (columns: readonly Shown[]): readonly Row[] =>
  columns.map(({ name, type, metadata }) => {
    const { comment, [CHAR_VARCHAR_KEY]: raw } = metadata;
    const shown = typeof raw === "string" ? raw : formatDataType(type);
    return line(name, shown, typeof comment === "string" ? comment : null);
  });

/** DESCRIBE TABLE and DESCRIBE QUERY: columns, then partitioning, then with EXTENDED the table. */
export async function runDescribe(
  context: LocalContext,
  command: Describe,
): Promise<CommandResult> {
  const { relation, extended } = command;
  const name = relation.kind === "read" ? relation.table : undefined;
  const found =
    name && !temporaryView(context, name) ? await findRelation(context, name) : undefined;
  if (!found) {
    const columns = outputOf(await typedPlan(context, relation));
    return { schema, rows: columnLines(columns) };
  }
  const { columns, partitionBy, details } = await described(context, found, command);
  const rows = [...columnLines(columns)];
  if (partitionBy.length > 0) {
    rows.push(line("# Partition Information"), line("# col_name", "data_type", "comment"));
    rows.push(...columnLines(columns.filter((column) => partitionBy.includes(column.name))));
  }
  if (extended) {
    rows.push(line(""), line("# Detailed Table Information"));
    rows.push(...details.map(([key, value]) => line(key, value)));
  }
  return { schema, rows };
}

interface Described {
  readonly columns: readonly Shown[];
  readonly partitionBy: readonly string[];
  readonly details: readonly (readonly [key: string, value: string])[];
}

async function described(
  context: LocalContext,
  found: CatalogRelation,
  command: Describe,
): Promise<Described> {
  if (found.kind === "view") return describedView(context, found, command);
  return found.provider === "delta"
    ? describedDelta(context, found)
    : describedFiles(context, found);
}

async function describedDelta(context: LocalContext, found: CatalogTable): Promise<Described> {
  const snapshot = await deltaSnapshot(context, found);
  const { metadata } = snapshot;
  return {
    columns: snapshot.schema.fields,
    partitionBy: metadata.partitionColumns,
    details: [
      ["Name", found.name.join(".")],
      ["Type", found.managed ? "MANAGED" : "EXTERNAL"],
      ["Comment", metadata.description ?? ""],
      ["Location", found.location.store.uri(found.location.path)],
      ["Provider", found.provider],
      ["Table Properties", listed(deltaProperties(snapshot))],
    ],
  };
}

async function describedFiles(context: LocalContext, found: CatalogTable): Promise<Described> {
  const definition = await definitionOf(context, found);
  const { comment, properties, options, provider = found.provider } = definition;
  const { store, path } = found.location;
  const place = store.uri(path).replace(/^file:\/\/\//, "file:/");
  return {
    columns: definition.schema.fields,
    partitionBy: definition.partitionBy,
    details: [
      ...named(found, definition.createdTime),
      ["Type", found.managed ? "MANAGED" : "EXTERNAL"],
      ["Provider", provider],
      ...(comment === undefined ? [] : [["Comment", comment] as const]),
      ...(Object.keys(properties).length === 0
        ? []
        : [["Table Properties", listed(redacted(properties))] as const]),
      ...(fileFormat(found.provider) ? [["Location", place] as const] : []),
      ...(Object.keys(options).length === 0
        ? []
        : [["Storage Properties", listed(redactedOptions(options))] as const]),
      ...(definition.partitionBy.length > 0 ? [["Partition Provider", "Catalog"] as const] : []),
    ],
  };
}

async function describedView(
  context: LocalContext,
  view: CatalogView,
  { relation }: Describe,
): Promise<Described> {
  const { definition } = view;
  const evolves = definition.mode === "evolution" || definition.mode === "type evolution";
  const now = evolves ? await columnsNow(() => typedPlan(context, relation)) : undefined;
  const columns = now ?? definition.schema.fields;
  const queried =
    definition.mode === "evolution"
      ? columns.map((column) => column.name)
      : definition.queryColumns;
  const { comment, properties, text } = definition;
  return {
    columns,
    partitionBy: [],
    details: [
      ...named(view, definition.createdTime),
      ["Type", "VIEW"],
      ...(comment === undefined ? [] : [["Comment", comment] as const]),
      ["View Text", text],
      ["View Original Text", text],
      ["View Schema Mode", definition.mode.toUpperCase()],
      ["View Catalog and Namespace", `${definition.catalog}.${definition.namespace}`],
      ["View Query Output Columns", `[${queried.map((name) => quoteName([name])).join(", ")}]`],
      ...(Object.keys(properties).length === 0
        ? []
        : [["Table Properties", listed(redacted(properties))] as const]),
    ],
  };
}

/** The columns a view has now; undefined where what it reads is no longer as it was. */
async function columnsNow(
  typed: () => ReturnType<typeof typedPlan>,
): Promise<readonly Column[] | undefined> {
  try {
    return outputOf(await typed());
  } catch (thrown) {
    const gone = ["INCOMPATIBLE_VIEW_SCHEMA_CHANGE", "TABLE_OR_VIEW_NOT_FOUND"] as const;
    if (isError(thrown, ...gone)) return undefined;
    throw thrown;
  }
}

function named(
  { name: [catalog, database, table] }: CatalogRelation,
  createdTime: number,
): readonly (readonly [string, string])[] {
  return [
    ["Catalog", catalog],
    ["Database", database],
    ["Table", table],
    ["Created Time", new Date(createdTime).toISOString()],
    ["Last Access", "UNKNOWN"],
    ["Created By", "Millrace"],
  ];
}

function listed(properties: Readonly<Record<string, string>>): string {
  const entries = Object.entries(properties).map((entry) => entry.join("="));
  return `[${entries.join(",")}]`;
}
