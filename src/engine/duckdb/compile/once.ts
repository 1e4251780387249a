import type { Scope } from "./scope.ts";

/** Longer texts are not repeated: nested repetition would grow a plan's text exponentially. */
const repeatable = 48;

/**
 * SQL that uses values several times but evaluates each once. Short pure texts are repeated; else
 * the values become the variable of a lambda over a list of one struct, DuckDB's only `let`.
 */
export function once(
  values: readonly string[],
  scope: Scope,
  body: (...names: string[]) => string,
): string {
  return values.every(simple) ? body(...values) : bound(values, scope, body);
}

/** SQL over the values as names, whatever they are. */
export function bound(
  values: readonly string[],
  scope: Scope,
  body: (...names: string[]) => string,
): string {
  const name = `x${scope.counter.next}`;
  scope.counter.next += 1;
  if (values.length === 1) {
    return `list_transform([${values[0]}], lambda ${name}: ${body(name)})[1]`;
  }
  const members = values.map((value, at) => `v${at} := ${value}`);
  const names = values.map((_, at) => `${name}.v${at}`);
  return `list_transform([struct_pack(${members.join(", ")})],
    lambda ${name}: ${body(...names)})[1]`;
}

function simple(value: string): boolean {
  return value.length <= repeatable && !/\b(error|random|millrace\w*)\(/.test(value);
}
