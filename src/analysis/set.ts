import { error } from "../error/error.ts";
import type { SetOperation } from "../plan/relation.ts";
import type { DataType } from "../schema/type.ts";
import { wider } from "./coercion.ts";
import { newColumn, nullLiteral, passing } from "./expression.ts";
import { ordinalText } from "./function/definition.ts";
import { type Analyzed, castOutput, type Environment, trimmed } from "./output.ts";
import { quoteType } from "./type-text.ts";
import { type Column, type Named, outputOf, type TypedRelation } from "./typed.ts";
import { checkDistinct } from "./variant.ts";

/** UNION, INTERSECT, EXCEPT and unionByName. Names come from the left, types are widened. */
export function setOperation(given: SetOperation, environment: Environment): Analyzed {
  const first = trimmed(environment.analyze(given.left, environment));
  const second = trimmed(environment.analyze(given.right, environment));
  const [left, right] = given.byName ? matched(first, second, given) : ([first, second] as const);
  const { ansi } = environment.context.conf;
  const types = commonTypes(given, [outputOf(left), outputOf(right)], ansi);
  const mode = ansi ? "ansi" : "legacy";
  const inputs = [castOutput(left, types, mode), castOutput(right, types, mode)] as const;
  return over(combined(given, inputs));
}

function over(relation: TypedRelation): Analyzed {
  const visible = outputOf(relation).map((column) => ({ column, qualifier: [] }));
  return { relation, visible, hidden: [] };
}

function combined(
  given: SetOperation,
  inputs: readonly [TypedRelation, TypedRelation],
): TypedRelation {
  const [left, right] = inputs;
  const there = outputOf(right);
  const output = outputOf(left).map((column, index) => {
    const { name, type, nullable, metadata } = column;
    const either = nullable || (there[index]?.nullable ?? true);
    const some = given.operator === "union" ? either : nullable;
    return newColumn(name, type, { nullable: some, metadata });
  });
  const { operator, all } = given;
  if (operator !== "union" || !all) checkDistinct(output);
  if (operator !== "union") return { kind: "set", operator, left, right, all, output };
  const union: TypedRelation = { kind: "union", inputs: [...flat(left), ...flat(right)], output };
  if (all) return union;
  const keys = output.map((column) => column.id);
  return { kind: "deduplicate", input: union, keys, withinWatermark: false };
}

/** A union of unions is one union. */
function flat(relation: TypedRelation): readonly TypedRelation[] {
  return relation.kind === "union" ? relation.inputs : [relation];
}

function commonTypes(
  given: SetOperation,
  outputs: readonly [readonly Column[], readonly Column[]],
  ansi: boolean,
): readonly DataType[] {
  const [left, right] = outputs;
  const operator = `${given.operator.toUpperCase()}`;
  if (left.length !== right.length) {
    throw error("NUM_COLUMNS_MISMATCH", {
      operator,
      firstNumColumns: left.length,
      invalidOrdinalNum: "second",
      invalidNumColumns: right.length,
    });
  }
  return left.map((column, index) => {
    const other = right[index]?.type ?? column.type;
    const type = wider(column.type, other, ansi);
    if (type) return type;
    throw error("INCOMPATIBLE_COLUMN_TYPE", {
      operator,
      columnOrdinalNumber: ordinalText(index + 1),
      tableOrdinalNumber: "second",
      dataType1: quoteType(other),
      dataType2: quoteType(column.type),
    });
  });
}

/** unionByName: the right in the left's order; with allowMissingColumns absent ones are null. */
function matched(
  left: TypedRelation,
  right: TypedRelation,
  given: SetOperation,
): readonly [TypedRelation, TypedRelation] {
  const [leftColumns, rightColumns] = [outputOf(left), outputOf(right)];
  const missing = (column: Column): Named => {
    if (!given.allowMissingColumns) {
      throw error("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
        objectName: `\`${column.name}\``,
        proposal: rightColumns.map((one) => `\`${one.name}\``).join(", "),
      });
    }
    return { column: newColumn(column.name, column.type), expression: nullLiteral(column.type) };
  };
  const find = (columns: readonly Column[], name: string) =>
    columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const extra = rightColumns.filter((column) => !find(leftColumns, column.name));
  if (!given.allowMissingColumns && leftColumns.length !== rightColumns.length) {
    throw error("NUM_COLUMNS_MISMATCH", {
      operator: "UNION",
      firstNumColumns: leftColumns.length,
      invalidOrdinalNum: "second",
      invalidNumColumns: rightColumns.length,
    });
  }
  const onRight = leftColumns.map((column) => {
    const found = find(rightColumns, column.name);
    return found ? passing(found) : missing(column);
  });
  const rightAll: TypedRelation = {
    kind: "project",
    input: right,
    columns: [...onRight, ...extra.map(passing)],
  };
  if (extra.length === 0) return [left, rightAll];
  const columns = [...leftColumns.map(passing), ...extra.map(missing)];
  return [{ kind: "project", input: left, columns }, rightAll];
}
