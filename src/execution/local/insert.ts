import { error } from "../../error/error.ts";
import type { Write } from "../../plan/command.ts";
import type { Alias, Expression } from "../../plan/expression.ts";
import { sameName } from "../../schema/compare.ts";
import type { DeltaTable } from "../../table/table.ts";

type Inserted = Pick<Write, "input" | "match"> & Pick<Write, "replaceWhere">;

/**
 * An INSERT with a column list or a PARTITION clause as one that matches by name: listed columns
 * get the query's by position, static partition columns their value, the others null. A static
 * partition of INSERT OVERWRITE replaces what is in it only.
 */
export async function insertedByName(write: Write, table: DeltaTable): Promise<Inserted> {
  const given = write.replaceWhere ? { replaceWhere: write.replaceWhere } : {};
  if (!write.columns && !write.partition)
    return { input: write.input, match: write.match, ...given };
  const fixed = (write.partition ?? []).flatMap(([name, value]) =>
    value ? [{ name, value }] : [],
  );
  const columns =
    write.columns ??
    (await freeColumns(
      table,
      write,
      fixed.map(({ name }) => name),
    ));
  const aliases: Alias[] = fixed.map(({ name, value }) => ({
    kind: "alias",
    input: value,
    names: [name],
  }));
  const named = { kind: "alias relation", input: write.input, alias: "inserted", columns } as const;
  const input =
    aliases.length === 0
      ? named
      : ({ kind: "with columns", input: named, columns: aliases } as const);
  const inside = write.mode === "overwrite" && fixed.length > 0;
  return { input, match: "name", ...(inside ? { replaceWhere: allEqual(fixed) } : given) };
}

/** The table's columns that a PARTITION clause leaves to the query, in table order. */
async function freeColumns(
  table: DeltaTable,
  write: Write,
  fixed: readonly string[],
): Promise<readonly string[]> {
  const snapshot = await table.log.update();
  if (!snapshot) throw error("DELTA_TABLE_NOT_FOUND", { tableName: table.name });
  const { partitionColumns } = snapshot.metadata;
  for (const [name] of write.partition ?? []) {
    if (partitionColumns.some((column) => sameName(column, name))) continue;
    throw error("NON_PARTITION_COLUMN", { columnName: name });
  }
  const names = snapshot.schema.fields.map((column) => column.name);
  const ordered = [
    ...names.filter((name) => !partitionColumns.includes(name)),
    ...names.filter((name) => partitionColumns.includes(name)),
  ];
  return ordered.filter((name) => !fixed.some((other) => sameName(name, other)));
}

function allEqual(fixed: readonly { name: string; value: Expression }[]): Expression {
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
