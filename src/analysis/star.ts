import { error } from "../error/error.ts";
import type { Star } from "../plan/expression.ts";
import { isNull, memberAt, nullLiteral, reference, when } from "./expression.ts";
import { makeStruct } from "./function/collection.ts";
import { type Place, type Resolved, resolve } from "./resolve.ts";
import { lookup, qualifiedColumns, unresolved } from "./scope.ts";
import type { TypedExpression } from "./typed.ts";

/** What `*`, `t.*` or `s.*` means at a place, less what EXCEPT names. */
export function starColumns(star: Star, place: Place): readonly Resolved[] {
  const columns = allColumns(star.target, place);
  return (star.except ?? []).reduce((left, name) => except(left, name, place), columns);
}

function allColumns(target: readonly string[], place: Place): readonly Resolved[] {
  const { scope } = place;
  const from = place.aggregated ? (place.beneath ?? scope) : scope;
  const columns = target.length === 0 ? from.visible : qualifiedColumns(from, target);
  if (columns.length > 0 || target.length === 0) {
    return columns.map(({ column }) => ({
      expression: reference(column),
      text: column.name,
      name: column.name,
      metadata: column.metadata,
    }));
  }
  return structColumns(target, place);
}

function structColumns(target: readonly string[], place: Place): readonly Resolved[] {
  let input: Resolved | undefined;
  try {
    input = resolve({ kind: "attribute", name: target }, place);
  } catch {
    input = undefined;
  }
  if (input?.expression.type.type !== "struct") {
    throw error("CANNOT_RESOLVE_STAR_EXPAND", {
      targetString: target.map((part) => `\`${part}\``).join("."),
      columns: place.scope.visible.map(({ column }) => `\`${column.name}\``).join(", "),
    });
  }
  const base = input.expression;
  return input.expression.type.fields.map((field, ordinal) => ({
    expression: {
      kind: "field" as const,
      input: base,
      ordinal,
      type: field.type,
      nullable: base.nullable || field.nullable,
    },
    text: `${target.join(".")}.${field.name}`,
    name: field.name,
    metadata: field.metadata,
  }));
}

/** Leaves out a column, or a member of a struct column. */
function except(
  columns: readonly Resolved[],
  name: readonly string[],
  place: Place,
): readonly Resolved[] {
  const found = lookup(place.scope, name);
  const index = columns.findIndex(({ expression, name: own }) =>
    expression.kind === "reference"
      ? expression.id === found?.column.id
      : own.toLowerCase() === name[0]?.toLowerCase(),
  );
  const column = columns[index];
  if (!column) throw unresolved(name, [place.scope]);
  const path = found?.fields ?? name.slice(1);
  if (path.length === 0) return columns.filter((_, at) => at !== index);
  const expression = without(column.expression, path);
  return columns.map((one, at) => (at === index ? { ...one, expression } : one));
}

/** The struct without the member at a path; null stays null. */
function without(input: TypedExpression, path: readonly string[]): TypedExpression {
  const [name = "", ...rest] = path;
  const fields = input.type.type === "struct" ? input.type.fields : [];
  const gone = fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
  if (gone < 0) {
    const known = fields.map((field) => `\`${field.name}\``).join(", ");
    throw error("FIELD_NOT_FOUND", { fieldName: `\`${name}\``, fields: known });
  }
  const members = fields.flatMap((field, index) => {
    const member = memberAt(input, index);
    if (index !== gone) return [{ name: field.name, member }];
    return rest.length > 0 ? [{ name: field.name, member: without(member, rest) }] : [];
  });
  const made = makeStruct(
    members.map((one) => one.name),
    members.map((one) => one.member),
  );
  return input.nullable ? when([[isNull(input), nullLiteral(made.type)]], made) : made;
}
