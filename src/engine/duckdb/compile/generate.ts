import { outputOf, type TypedExpression, type TypedGenerate } from "../../../analysis/typed.ts";
import { error } from "../../../error/error.ts";
import { columnName, memberName } from "../quote.ts";
import { partsOf } from "./cast-variant.ts";
import { expression } from "./expression.ts";
import { type Compiled, compile, list } from "./relation.ts";
import type { Scope } from "./scope.ts";

/**
 * A generator as a list of rows, unnested beside the input: `explode`, `posexplode`, `inline`,
 * `stack`. The rows are structs of the generated columns, positions among them, in order.
 */
export function generate(plan: TypedGenerate, scope: Scope, ordered: boolean): Compiled {
  const below = compile(plan.input, scope, ordered);
  const inner = { ...scope, ordinals: below.ordinals };
  const name = plan.generator.name.replace(/_outer$/, "");
  const outer = plan.outer || plan.generator.name.endsWith("_outer");
  const { items, fields } = rowsOf(name, plan, inner);
  const kept = outputOf(plan.input).map((column) => columnName(column.id));
  const some = outer ? `CASE WHEN coalesce(len(g), 0) = 0 THEN [NULL] ELSE g END` : "g";
  const lists = select([...kept, ...below.ordinals, `${items} AS g`], below.sql);
  const each = [`unnest(${some}) AS e`, `unnest(range(greatest(coalesce(len(g), 0), 1))) AS p`];
  const spread = select(
    [
      ...kept,
      ...below.ordinals,
      ...(outer || ordered || name.startsWith("pos") ? each : each.slice(0, 1)),
    ],
    lists,
  );
  const generated = plan.generated.map(
    (column, at) => `${fields[at] ?? "NULL"} AS ${columnName(column.id)}`,
  );
  const empty = outer ? "" : ` WHERE len(g) > 0`;
  const renumbered = ordered
    ? [
        ...below.ordinals.map((ordinal, at) => `${ordinal} AS o${at}`),
        `p AS o${below.ordinals.length}`,
      ]
    : [];
  return {
    sql: `SELECT ${list([...kept, ...generated, ...renumbered])} FROM (${spread}${empty})`,
    ordinals: ordered ? [...below.ordinals, `o${below.ordinals.length}`] : [],
  };
}

function rowsOf(
  name: string,
  plan: TypedGenerate,
  scope: Scope,
): { items: string; fields: readonly string[] } {
  const [first] = plan.generator.arguments;
  if (name === "stack") return stack(plan, scope);
  if (first === undefined) throw error("ENGINE_UNSUPPORTED_FUNCTION", { name });
  const value = expression(first, scope);
  const members = (item: string, count: number): string[] =>
    Array.from({ length: count }, (_, at) => `struct_extract(${item}, '${memberName(at)}')`);
  switch (name) {
    case "explode":
    case "posexplode": {
      const map = first.type.type === "map";
      const items = map ? `map_entries(${value})` : value;
      const fields = map ? ["struct_extract(e, 'key')", "struct_extract(e, 'value')"] : ["e"];
      if (name === "explode") return { items, fields };
      const position = plan.outer || plan.generator.name.endsWith("_outer");
      const at = position
        ? "CASE WHEN coalesce(len(g), 0) = 0 THEN NULL ELSE CAST(p AS INTEGER) END"
        : "CAST(p AS INTEGER)";
      return { items, fields: [at, ...fields] };
    }
    case "variant_explode": {
      const [place, key, part] = ["p", "k", "v"].map((name) => `struct_extract(e, '${name}')`);
      return { items: partsOf(value), fields: [`${place}`, `${key}`, `unhex(${part})`] };
    }
    case "inline":
      return { items: value, fields: members("e", plan.generated.length) };
    default:
      throw error("ENGINE_UNSUPPORTED_FUNCTION", { name });
  }
}

function stack(plan: TypedGenerate, scope: Scope): { items: string; fields: readonly string[] } {
  const [count, ...values] = plan.generator.arguments as [TypedExpression, ...TypedExpression[]];
  const rows = count.kind === "literal" ? Number(count.value) : 0;
  if (rows < 1) throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: "stack" });
  const width = plan.generated.length;
  const items = Array.from({ length: rows }, (_, row) => {
    const cells = plan.generated.map((_column, at) => {
      const value = values[row * width + at];
      return `${memberName(at)} := ${value === undefined ? "NULL" : expression(value, scope)}`;
    });
    return `struct_pack(${cells.join(", ")})`;
  });
  return {
    items: `[${items.join(", ")}]`,
    fields: plan.generated.map((_, at) => `struct_extract(e, '${memberName(at)}')`),
  };
}

function select(columns: readonly string[], from: string): string {
  const withList =
    columns.includes("unnest(g) AS e") || columns.some((column) => column.startsWith("unnest("));
  return `SELECT ${[...columns, ...(withList ? ["g"] : [])].join(", ")} FROM (${from})`;
}
