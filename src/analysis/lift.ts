import { error } from "../error/error.ts";
import { freshId, referencesOf } from "./expression.ts";
import type { Place, Resolved } from "./resolve.ts";
import type { Outer } from "./scope.ts";
import type { TypedReference } from "./typed.ts";

/**
 * The place of an aggregate's arguments in a subquery, where what they take from around it is noted
 * apart: if that is all they take, the aggregate is one of the groups there.
 */
export function argumentPlace(place: Place): Place {
  const { outer } = place;
  if (!outer?.lifted) return place;
  const scope = outer.lifted === "none" ? outer.scope : (outer.beneath ?? outer.scope);
  return { ...place, outer: { ...outer, scope, used: new Map() } };
}

/**
 * An aggregate whose arguments were typed at `argumentPlace`: itself, or in a condition a column of
 * the groups around. Elsewhere Spark knows no such column: CORRELATED_REFERENCE.
 */
export function lifted(aggregate: Resolved, place: Place, inner: Place): Resolved {
  const { outer } = place;
  const used = inner.outer?.used ?? new Map<number, TypedReference>();
  const refused = place.filtering && outer?.lifted === "none";
  if (!outer?.lifted || refused || !isOfGroups(aggregate, inner.outer, used)) {
    if (inner.outer !== outer) for (const [id, one] of used) outer?.used.set(id, one);
    return aggregate;
  }
  const { expression, text } = aggregate;
  if (!place.filtering || outer.lifted === "none") {
    throw error("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE", {
      sqlExprs: `"${text}"`,
    });
  }
  const { type, nullable } = expression;
  const column: TypedReference = {
    kind: "reference",
    id: freshId(),
    name: text,
    type,
    nullable,
  };
  outer.lifted.set(column.id, expression);
  outer.used.set(column.id, column);
  return { ...aggregate, expression: column };
}

function isOfGroups(
  { expression }: Resolved,
  outer: Outer | undefined,
  used: ReadonlyMap<number, TypedReference>,
): boolean {
  const around = outer ? [...outer.scope.visible, ...outer.scope.hidden] : [];
  const ids = [...referencesOf(expression)];
  const isAround = (id: number): boolean => around.some(({ column }) => column.id === id);
  return ids.length > 0 && ids.every((id) => used.has(id) && isAround(id));
}
