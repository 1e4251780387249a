import { error } from "../error/error.ts";
import { quoteName } from "../plan/relation.ts";
import type { Column, TypedExpression, TypedReference } from "./typed.ts";

/** A column as names find it. */
export interface ScopeColumn {
  readonly column: Column;
  /** What may stand before its name: `[catalog, schema, table]`, or an alias alone. */
  readonly qualifier: readonly string[];
  /** The column this one repeats in the same select list: both together are not ambiguous. */
  readonly repeats?: number;
  /** Nobody named it, and beside one that somebody did it gives way. */
  readonly generated?: boolean;
  /** A side's own key of a USING join: found by qualifier only, and first in `t.*`. */
  readonly qualifiedOnly?: boolean;
}

/** The columns an expression can name. Hidden ones are no part of `*`. */
export interface Scope {
  readonly visible: readonly ScopeColumn[];
  readonly hidden: readonly ScopeColumn[];
}

/** The scope around a subquery; `used` collects what the subquery takes from it. */
export interface Outer {
  readonly scope: Scope;
  /** What lies beneath the scope: what arguments of `lifted` aggregates are of. */
  readonly beneath?: Scope;
  readonly parent?: Outer;
  readonly used: Map<number, TypedReference>;
  /**
   * The aggregates of what is around that a subquery of HAVING asks for, by the ids they are to
   * come out of the aggregation under; "none" where a subquery of an expression can ask for none.
   */
  readonly lifted?: Map<number, TypedExpression> | "none";
  /** Those of the function whose body the subquery stands in, if it is the outermost there. */
  readonly parameters?: Parameters;
}

/** The parameters of a function written in SQL, as its body sees them: after columns. */
export interface Parameters {
  /** What may stand before a parameter's name. */
  readonly name: string;
  /** By lower-case name. */
  readonly values: ReadonlyMap<string, Parameter>;
  /** How many queries deep in the body they are seen; Spark resolves no deeper. */
  readonly depth: number;
}

export interface Parameter {
  readonly name: string;
  /** The argument, cast to the parameter's type. */
  readonly expression: TypedExpression;
  uses: number;
}

/** A name found: the column, and the parts after it, which are struct fields. */
export interface Found {
  readonly column: Column;
  readonly qualifier: readonly string[];
  readonly fields: readonly string[];
}

export const emptyScope: Scope = { visible: [], hidden: [] };

/**
 * Finds `a`, `t.a`, `db.t.a`, each with struct fields after it. The longest qualifier wins over a
 * column with fields; a visible column over a hidden one. AMBIGUOUS_REFERENCE if several fit.
 */
export function lookup(scope: Scope, name: readonly string[]): Found | undefined {
  return lookupIn(scope.visible, name) ?? lookupIn(scope.hidden, name);
}

function lookupIn(columns: readonly ScopeColumn[], name: readonly string[]): Found | undefined {
  for (let length = name.length - 1; length >= 0; length -= 1) {
    const matches = columns.filter((one) => fits(one, name, length));
    const [first] = matches.filter((one) => !one.generated).concat(matches);
    if (!first) continue;
    const others = matches.filter(
      (one) => identity(one) !== identity(first) && (first.generated || !one.generated),
    );
    if (others.length > 0) throw ambiguous(name, [first, ...others]);
    const { column, qualifier } = first;
    return { column, qualifier, fields: name.slice(length + 1) };
  }
  return undefined;
}

function identity(one: ScopeColumn): number {
  return one.repeats ?? one.column.id;
}

function fits(one: ScopeColumn, name: readonly string[], length: number): boolean {
  if (!same(one.column.name, name[length])) return false;
  if (length === 0 && one.qualifiedOnly) return false;
  return endsWith(one.qualifier, name.slice(0, length));
}

function endsWith(qualifier: readonly string[], tail: readonly string[]): boolean {
  if (tail.length > qualifier.length) return false;
  const start = qualifier.length - tail.length;
  return tail.every((part, index) => same(qualifier[start + index], part));
}

/** Names without case are of one length, as in Java's `equalsIgnoreCase`. */
function same(left: string | undefined, right: string | undefined): boolean {
  if (left === right) return true;
  return left?.length === right?.length && left?.toLowerCase() === right?.toLowerCase();
}

function ambiguous(name: readonly string[], matches: readonly ScopeColumn[]): Error {
  const names = matches.map((one) => quoteName([...one.qualifier, one.column.name]));
  return error("AMBIGUOUS_REFERENCE", {
    name: quoteName(name),
    referenceNames: `[${names.join(", ")}]`,
  });
}

/** The columns that `t.*` means; none if no column has that qualifier. */
export function qualifiedColumns(scope: Scope, target: readonly string[]): readonly ScopeColumn[] {
  const matches = (one: ScopeColumn) => endsWith(one.qualifier, target);
  const keys = scope.hidden.filter((one) => one.qualifiedOnly && matches(one));
  return [...keys, ...scope.visible.filter(matches)];
}

/** Most names an error proposes. */
const proposalsMax = 5;

/** UNRESOLVED_COLUMN with the columns whose names are nearest. */
export function unresolved(name: readonly string[], scopes: readonly Scope[]): Error {
  const objectName = quoteName(name);
  const columns = scopes.flatMap((scope) => scope.visible);
  if (columns.length === 0) return error("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", { objectName });
  const wanted = name.join(".").toLowerCase();
  const qualified = name.length > 1;
  const scored = columns.map((one) => {
    const parts = qualified ? [...one.qualifier.slice(-1), one.column.name] : [one.column.name];
    return { text: quoteName(parts), distance: distance(wanted, parts.join(".").toLowerCase()) };
  });
  scored.sort((a, b) => a.distance - b.distance);
  const texts = [...new Set(scored.map((one) => one.text))].slice(0, proposalsMax);
  return error("UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName, proposal: texts.join(", ") });
}

/** Edits between two texts (Levenshtein). */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const above = row;
    row = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const change = (above[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      row.push(Math.min(change, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
  }
  return row[right.length] ?? 0;
}
