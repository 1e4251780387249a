import { call, columnsOf, memberAt, newColumn, reference } from "../../analysis/expression.ts";
import type { Column, TypedExpression, TypedRelation } from "../../analysis/typed.ts";
import type { Options } from "../../plan/relation.ts";
import { findField } from "../../schema/compare.ts";
import { schemaJson } from "../../schema/json.ts";
import type { FieldPath } from "../../schema/rescued.ts";
import { type StructField, type StructType, struct, variant } from "../../schema/type.ts";
import { hiddenFields } from "../file/format.ts";
import { filesInput } from "../file/input.ts";
import { addedFields } from "./evolution.ts";
import { fitColumns, fits, named, rescuedText } from "./fit.ts";
import type { CloudFilesOptions } from "./option.ts";
import type { ResolvedSchema } from "./schema.ts";
import type { StoredFile } from "./stored.ts";

/** How files of a typed format become rows. */
export interface TypedRows {
  /** What the readers of the format are told. */
  readonly options: Options;
  readonly settings: CloudFilesOptions;
  readonly resolved: ResolvedSchema;
  /** What a batch yields: the stream's columns, then the hidden ones in use. */
  readonly columns: StructType;
}

/** The fields of files that the schema does not have. */
export function unknownFields(
  files: readonly StoredFile[],
  { full }: ResolvedSchema,
): readonly FieldPath[] {
  const all = files.flatMap(({ schema }) => addedFields(full, schema));
  return [...new Map(all.map((path) => [path.join("\0"), path])).values()];
}

/** Whether all the columns of all files have a place in the schema, as the file has them. */
export function allFit(files: readonly StoredFile[], rows: TypedRows): boolean {
  const { settings, resolved } = rows;
  const { caseSensitive, format } = settings;
  const rules = { caseSensitive, exact: format === "orc" };
  return files.every(({ schema }) => fits(ownColumns(schema, rows), resolved.data, rules));
}

/** Files as rows of the stream's columns, and what has no place in them as the rescued column. */
export function typedRelation(files: readonly StoredFile[], rows: TypedRows): TypedRelation {
  const groups = new Map<string, StoredFile[]>();
  for (const file of files) {
    const key = schemaJson(file.schema);
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const inputs = [...groups.values()].map((group) => groupRelation(group, rows));
  if (inputs.length === 1) return inputs[0]!;
  return { kind: "union", inputs, output: columnsOf(rows.columns) };
}

/** Columns of a file that are not given by its folder. */
function ownColumns(stored: StructType, { resolved }: TypedRows): StructType {
  const folders = struct(resolved.partitions);
  return struct(stored.fields.filter(({ name }) => !findField(folders, name)));
}

function groupRelation(group: readonly StoredFile[], rows: TypedRows): TypedRelation {
  const { settings, resolved, columns } = rows;
  const own = ownColumns(group[0]!.schema, rows);
  const hidden = hiddenFields(own, settings.format);
  const schema = struct([...own.fields, ...resolved.partitions, ...hidden]);
  const files = group.map(({ file }) => file);
  const input = filesInput(settings.format, schema, { files, options: rows.options });
  const output = columnsOf(schema);
  const at = (name: string): Column => output.find((one) => one.name === name)!;
  const given = own.fields.map(({ name }) => ({ name, expression: reference(at(name)) }));
  const { variantColumn } = settings;
  const { values, rests } =
    variantColumn === undefined
      ? fitColumns(given, resolved.data, settings)
      : { values: [variantOf(given)], rests: [] };
  const byName = new Map<string, TypedExpression>();
  for (const [index, { name }] of resolved.data.fields.entries()) byName.set(name, values[index]!);
  for (const { name } of [...resolved.partitions, ...hidden]) byName.set(name, reference(at(name)));
  if (settings.rescuedColumn !== undefined) {
    const path = settings.rescuedFilePath ? pathOf(hidden, at) : undefined;
    byName.set(settings.rescuedColumn, rescuedText(rests, path));
  }
  return {
    kind: "project",
    input: { kind: "input", input, output },
    columns: columns.fields.map(({ name, type }) => ({
      column: newColumn(name, type),
      expression: byName.get(name)!,
    })),
  };
}

/** All columns of a row as one variant. */
function variantOf(
  columns: readonly { readonly name: string; readonly expression: TypedExpression }[],
): TypedExpression {
  const row = named(columns.map(({ name, expression }) => [name, expression]));
  return call("to_variant_object", [row], { type: variant, nullable: false });
}

/** `_metadata.file_path`; undefined where a column of the file has that name. */
function pathOf(
  [metadata]: readonly StructField[],
  at: (name: string) => Column,
): TypedExpression | undefined {
  return metadata && memberAt(reference(at(metadata.name)), 0);
}
