import type { CatalogTable, CatalogView } from "../../catalog/catalog.ts";
import { fileFormat } from "../../connector/file/format.ts";
import { error } from "../../error/error.ts";
import { quoteName } from "../../plan/relation.ts";
import { CHAR_VARCHAR_KEY } from "../../schema/char.ts";
import { quoteIfNeeded, sqlDataType } from "../../schema/ddl.ts";
import { field, type StructField, string, struct } from "../../schema/type.ts";
import type { CommandResult } from "../execution.ts";
import type { LocalContext } from "./context.ts";
import { definitionOf } from "./file-table.ts";
import { findRelation } from "./name.ts";
import { deltaSnapshot, redacted, redactedOptions } from "./property.ts";

const schema = struct([field("createtab_stmt", string, false)]);

/** SHOW CREATE TABLE: the statement that makes a table or view again. */
export async function showCreate(
  context: LocalContext,
  name: readonly string[],
): Promise<CommandResult> {
  const found = await findRelation(context, name);
  if (!found) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
  const lines = found.kind === "view" ? viewLines(found) : await tableLines(context, found);
  return { schema, rows: [{ createtab_stmt: `${lines.join("\n")}\n` }] };
}

interface Shown {
  readonly fields: readonly StructField[];
  readonly partitionBy: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly comment?: string | undefined;
  readonly provider?: string;
}

async function tableLines(context: LocalContext, table: CatalogTable): Promise<readonly string[]> {
  const { location } = table;
  const shown = await shownOf(context, table);
  const columns = shown.fields.map((column) => `  ${columnText(column)}`).join(",\n");
  return [
    `CREATE TABLE ${dotted(table.name)} (`,
    `${columns})`,
    `USING ${shown.provider ?? table.provider}`,
    ...listed("OPTIONS", redactedOptions(shown.options)),
    ...(shown.partitionBy.length > 0
      ? [`PARTITIONED BY (${shown.partitionBy.map(quoteIfNeeded).join(", ")})`]
      : []),
    ...(shown.comment === undefined ? [] : [`COMMENT '${escaped(shown.comment)}'`]),
    ...(table.managed || !(table.provider === "delta" || fileFormat(table.provider))
      ? []
      : [`LOCATION '${escaped(shortUri(location.store.uri(location.path)))}'`]),
    ...listed("TBLPROPERTIES", redacted(shown.properties)),
  ];
}

async function shownOf(context: LocalContext, table: CatalogTable): Promise<Shown> {
  if (table.provider !== "delta") {
    const definition = await definitionOf(context, table);
    return { ...definition, fields: definition.schema.fields };
  }
  const { schema: stored, metadata } = await deltaSnapshot(context, table);
  const { partitionColumns: partitionBy, configuration: properties, description } = metadata;
  return { fields: stored.fields, partitionBy, properties, options: {}, comment: description };
}

function columnText({ name, type, nullable, metadata }: StructField): string {
  const raw = metadata[CHAR_VARCHAR_KEY];
  const plain = type.type === "string" ? "STRING COLLATE UTF8_BINARY" : sqlDataType(type);
  const { comment, CURRENT_DEFAULT: standard } = metadata;
  return [
    quoteIfNeeded(name),
    typeof raw === "string" ? `${raw.toUpperCase()} COLLATE UTF8_BINARY` : plain,
    ...(nullable ? [] : ["NOT NULL"]),
    ...(typeof standard === "string" ? [`DEFAULT ${standard}`] : []),
    ...(typeof comment === "string" ? [`COMMENT '${escaped(comment)}'`] : []),
  ].join(" ");
}

function viewLines({ name, definition }: CatalogView): readonly string[] {
  const columns = definition.schema.fields.map(({ name: column, metadata }) => {
    const { comment } = metadata;
    const said = typeof comment === "string" ? ` COMMENT '${escaped(comment)}'` : "";
    return `  ${quoteIfNeeded(column)}${said}`;
  });
  const { comment, properties, mode, text } = definition;
  return [
    `CREATE VIEW ${dotted(name.slice(1))} (`,
    `${columns.join(",\n")})`,
    ...(comment === undefined ? [] : [`COMMENT '${escaped(comment)}'`]),
    ...listed("TBLPROPERTIES", redacted(properties)),
    `WITH SCHEMA ${mode.toUpperCase()}`,
    `AS ${text}`,
  ];
}

function dotted(name: readonly string[]): string {
  return name.map(quoteIfNeeded).join(".");
}

function listed(word: string, entries: Readonly<Record<string, string>>): readonly string[] {
  const all = Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
  if (all.length === 0) return [];
  const lines = all.map(([key, value]) => `  '${escaped(key)}' = '${escaped(value)}'`);
  return [`${word} (`, `${lines.join(",\n")})`];
}

/** A place without an authority as Hadoop prints it: `file:/data`. */
function shortUri(uri: string): string {
  return uri.replace(/^file:\/\/\//, "file:/");
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
