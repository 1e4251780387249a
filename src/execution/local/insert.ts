import { error } from "../../error/error.ts";
import type { Write } from "../../plan/command.ts";
import type { Alias, Expression } from "../../plan/expression.ts";
import { findField, sameName } from "../../schema/compare.ts";
import type { StructType } from "../../schema/type.ts";

type Inserted = Pick<Write, "input" | "match">;

/** The columns of a table that is written. */
export interface TableShape {
  readonly schema: StructType;
  readonly partitionBy: readonly string[];
}

/** A partition column that an INSERT gives a value. */
export interface FixedColumn {
  readonly name: string;
  readonly value: Expression;
}

/** The static columns of `PARTITION (a = 1, b)`. */
export function fixedColumns(write: Write): readonly FixedColumn[] {
  return (write.partition ?? []).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

/**
 * An INSERT with a column list or a PARTITION clause as one that matches by name: listed columns
 * get the query's by position, static partition columns their value, cast, the others are missing.
 */
export function insertedByName(write: Write, shape: TableShape): Inserted {
  if (!write.columns && !write.partition) return { input: write.input, match: write.match };
  const fixed = fixedColumns(write);
  const columns = write.columns ?? freeColumns(shape, write, fixed);
  const aliases = fixed.map(({ name, value }): Alias => {
    const type = findField(shape.schema, name)?.type;
    const input = type ? ({ kind: "cast", input: value, type, mode: "cast" } as const) : value;
    return { kind: "alias", input, names: [name] };
  });
  const input = { kind: "alias relation", input: write.input, alias: "inserted", columns } as const;
  if (aliases.length === 0) return { input, match: "name" };
  return { input: { kind: "with columns", input, columns: aliases }, match: "name" };
}

/** The table's columns that a PARTITION clause leaves to the query, in table order. */
function freeColumns(
  { schema, partitionBy }: TableShape,
  write: Write,
  fixed: readonly FixedColumn[],
): readonly string[] {
  for (const [name] of write.partition ?? []) {
    if (partitionBy.some((column) => sameName(column, name))) continue;
    throw error("NON_PARTITION_COLUMN", { columnName: name });
  }
  const names = schema.fields.map((column) => column.name);
  const ordered = [
    ...names.filter((name) => !partitionBy.includes(name)),
    ...names.filter((name) => partitionBy.includes(name)),
  ];
  return ordered.filter((name) => !fixed.some((other) => sameName(name, other.name)));
}

/** The condition that picks what a static partition of INSERT OVERWRITE replaces. */
export function fixedCondition(fixed: readonly FixedColumn[]): Expression {
  const [first, ...rest] = fixed.map(
    ({ name, value }): Expression => ({
      kind: "call",
      name: "<=>",
      arguments: [{ kind: "attribute", name: [name] }, value],
    }),
  );
  return rest.reduce<Expression>(
    (left, right) => ({ kind: "call", name: "and", arguments: [left, right] }),
    first!,
  );
}
