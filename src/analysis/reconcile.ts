import { error } from "../error/error.ts";
import type { ToSchema } from "../plan/relation.ts";
import { fieldIndex, sameName, sameType } from "../schema/compare.ts";
import type { DataType, StructField, StructType } from "../schema/type.ts";
import { assignable } from "./assign.ts";
import {
  call,
  cast,
  isNull,
  memberAt,
  newColumn,
  nullLiteral,
  passing,
  reference,
  stringLiteral,
  when,
} from "./expression.ts";
import { type Analyzed, type Environment, trimmed, unqualified } from "./output.ts";
import { unresolved } from "./scope.ts";
import { quoteType } from "./type-text.ts";
import { type Column, type Named, outputOf, type TypedExpression } from "./typed.ts";

/**
 * `to`: each column of the schema from that of its name, as Project.matchSchema does: members of
 * structs by name too, other types by ANSI store assignment. UNRESOLVED_COLUMN,
 * NULLABLE_COLUMN_OR_FIELD and INVALID_COLUMN_OR_FIELD_DATA_TYPE say what does not fit.
 */
export function toSchema(given: ToSchema, environment: Environment): Analyzed {
  const analyzed = environment.analyze(given.input, environment);
  const input = trimmed(analyzed);
  const output = outputOf(input);
  const columns = given.schema.fields.map((target): Named => {
    const source = output.find((column) => sameName(column.name, target.name));
    if (source) return reconciled(source, target);
    if (!target.nullable) throw unresolved([target.name], [analyzed]);
    return { column: newColumn(target.name, target.type), expression: nullLiteral(target.type) };
  });
  const relation = { kind: "project" as const, input, columns };
  return { relation, visible: unqualified(relation), hidden: [] };
}

function reconciled(source: Column, target: StructField): Named {
  const expression = fitted(reference(source), target, [target.name]);
  if (source.name === target.name && expression.kind === "reference") return passing(source);
  const metadata = { ...source.metadata, ...target.metadata };
  const { nullable } = expression;
  return { column: newColumn(target.name, target.type, { nullable, metadata }), expression };
}

function fitted(
  source: TypedExpression,
  target: Pick<StructField, "type" | "nullable">,
  path: readonly string[],
): TypedExpression {
  const { type: from } = source;
  const { type: to } = target;
  if (source.nullable && !target.nullable) throw nullable(path);
  checkNulls(from, to, path);
  if (from.type === "struct" && to.type === "struct") return fittedStruct(source, to, path);
  if (sameType(from, to)) return source;
  if (!assignable(from, to)) {
    throw error("INVALID_COLUMN_OR_FIELD_DATA_TYPE", {
      name: nameOf(path),
      type: quoteType(from),
      expectedType: quoteType(to),
    });
  }
  return cast(source, to, "ansi");
}

function fittedStruct(
  source: TypedExpression,
  to: StructType,
  path: readonly string[],
): TypedExpression {
  const from = source.type as StructType;
  const parts = to.fields.flatMap((target) => {
    const inner = [...path, target.name];
    const ordinal = fieldIndex(from, target.name);
    if (ordinal >= 0) {
      const part = { ...memberAt(source, ordinal), nullable: from.fields[ordinal]!.nullable };
      return [stringLiteral(target.name), fitted(part, target, inner)];
    }
    if (!target.nullable) throw nullable(inner);
    return [stringLiteral(target.name), nullLiteral(target.type)];
  });
  // Only now: the same type may still differ in what may be null.
  if (sameType(from, to)) return source;
  const made = call("named_struct", parts, { type: to, nullable: false });
  return source.nullable ? when([[isNull(source), nullLiteral(to)]], made) : made;
}

/** Elements and values that may be null where they must not be. */
function checkNulls(from: DataType, to: DataType, path: readonly string[]): void {
  if (from.type === "array" && to.type === "array") {
    if (from.containsNull && !to.containsNull) throw nullable([...path, "element"]);
    checkNulls(from.elementType, to.elementType, [...path, "element"]);
  }
  if (from.type === "map" && to.type === "map") {
    if (from.valueContainsNull && !to.valueContainsNull) throw nullable([...path, "value"]);
    checkNulls(from.keyType, to.keyType, [...path, "key"]);
    checkNulls(from.valueType, to.valueType, [...path, "value"]);
  }
  if (path.at(-1) !== "element" && path.at(-1) !== "value") return;
  if (from.type !== "struct" || to.type !== "struct") return;
  for (const target of to.fields) {
    const found = from.fields[fieldIndex(from, target.name)];
    if (found?.nullable && !target.nullable) throw nullable([...path, target.name]);
  }
}

function nullable(path: readonly string[]): Error {
  return error("NULLABLE_COLUMN_OR_FIELD", { name: nameOf(path) });
}

function nameOf(path: readonly string[]): string {
  return path.map((part) => `\`${part.replaceAll("`", "``")}\``).join(".");
}
