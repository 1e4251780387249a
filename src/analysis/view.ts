import { error } from "../error/error.ts";
import type { ViewSchemaMode } from "../plan/command.ts";
import { sameName } from "../schema/compare.ts";
import { formatDataType } from "../schema/ddl.ts";
import type { DataType, StructField, StructType } from "../schema/type.ts";
import { cast, newColumn, passing, reference, sameType } from "./expression.ts";
import { type Column, type Named, outputOf, type TypedRelation } from "./typed.ts";

/** What a view promises of its columns. */
export interface ViewShape {
  /** Quoted, for messages. */
  readonly name: string;
  readonly schema: StructType;
  /** What the query called the columns when the view was made. */
  readonly queryColumns: readonly string[];
  readonly mode: ViewSchemaMode;
}

/**
 * A view's query with the columns the view has: found again by name, among equal names by place,
 * and of the type they were made with, as far as the view binds them (WITH SCHEMA). Throws
 * INCOMPATIBLE_VIEW_SCHEMA_CHANGE or CANNOT_UP_CAST_DATATYPE.
 */
export function viewOutput(relation: TypedRelation, view: ViewShape): TypedRelation {
  const output = outputOf(relation);
  if (view.mode === "evolution") {
    checkNames(output);
    return relation;
  }
  const columns = view.schema.fields.map((field, index): Named => {
    const source = found(output, view, index);
    if (isAsStored(source, field)) return passing(source);
    const expression = reference(source);
    const typed = view.mode === "type evolution" ? expression : stored(expression, field, view);
    const { metadata } = field;
    const column = newColumn(field.name, typed.type, { nullable: typed.nullable, metadata });
    return { column, expression: typed };
  });
  return { kind: "project", input: relation, columns };
}

function isAsStored(column: Column, field: StructField): boolean {
  return (
    column.name === field.name &&
    sameType(column.type, field.type) &&
    JSON.stringify(column.metadata) === JSON.stringify(field.metadata)
  );
}

/** Throws COLUMN_ALREADY_EXISTS for two columns of one name, which a view cannot have. */
export function checkNames(columns: readonly { readonly name: string }[]): void {
  columns.forEach(({ name }, index) => {
    const first = columns.findIndex((other) => sameName(other.name, name));
    if (first !== index) throw error("COLUMN_ALREADY_EXISTS", { columnName: name });
  });
}

function found(output: readonly Column[], view: ViewShape, index: number): Column {
  const name = view.queryColumns[index] ?? "";
  const named = (other: string): boolean => sameName(other, name);
  const candidates = output.filter((column) => named(column.name));
  const expected = view.queryColumns.filter(named).length;
  const place = view.queryColumns.slice(0, index).filter(named).length;
  const column = candidates.length === expected ? candidates[place] : undefined;
  if (column) return column;
  throw error("INCOMPATIBLE_VIEW_SCHEMA_CHANGE", {
    viewName: view.name,
    colName: name,
    expectedNum: expected,
    actualCols: `[${candidates.map((one) => one.name).join(",")}]`,
  });
}

function stored(expression: ReturnType<typeof reference>, field: StructField, view: ViewShape) {
  if (sameType(expression.type, field.type)) return expression;
  if (view.mode === "binding" && !upcasts(expression.type, field.type)) {
    throw error("CANNOT_UP_CAST_DATATYPE", {
      expression: `${view.name}.${field.name}`,
      sourceType: formatDataType(expression.type),
      targetType: formatDataType(field.type),
    });
  }
  return cast(expression, field.type, "ansi");
}

const widths = ["byte", "short", "integer", "long", "float", "double"];

/** Whether no value of a type is lost in another (Spark's Cast.canUpCast, of atomic types). */
function upcasts(from: DataType, to: DataType): boolean {
  if (from.type === "void" || sameType(from, to)) return true;
  if (to.type === "string") return !["array", "map", "struct", "binary"].includes(from.type);
  if (from.type === "decimal" && to.type === "decimal") {
    return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  }
  if (from.type === "date") return to.type === "timestamp" || to.type === "timestamp_ntz";
  const [narrow, wide] = [widths.indexOf(from.type), widths.indexOf(to.type)];
  return narrow >= 0 && wide >= narrow;
}
