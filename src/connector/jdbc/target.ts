import type { Chunk, Result } from "../../engine/engine.ts";
import { error } from "../../error/error.ts";
import { findField } from "../../schema/compare.ts";
import { parseSchema } from "../../schema/ddl.ts";
import { type StructField, type StructType, timestamp, timestampNtz } from "../../schema/type.ts";
import { LocalTimestamp, Timestamp, type Value } from "../../schema/value.ts";
import { instantOf, localOf, type Zone, zoneOf } from "../../schema/zone.ts";
import type { Connection, Database, DatabaseColumn, Dialect } from "./database.ts";
import type { TableName, WriteOptions } from "./option.ts";
import { columnTypeOf } from "./type.ts";

/** A table's name in statements. */
export function nameIn(dialect: Dialect, table: TableName): string {
  return table.map(({ name, quoted }) => (quoted ? dialect.quote(name) : name)).join(".");
}

/** A table as messages show it. */
export function shownName(table: TableName): string {
  return table.map(({ name }) => `\`${name.replaceAll("`", "``")}\``).join(".");
}

/** Whether a table is there: outside of a transaction, which some databases would end by it. */
export async function tableExists(
  database: Database,
  connection: Connection,
  table: string,
): Promise<boolean> {
  try {
    await connection.run(`SELECT 1 FROM ${table} WHERE 1=0`);
    return true;
  } catch (thrown) {
    if (database.missing(thrown)) return false;
    throw thrown;
  }
}

/** Refuses columns that the database has no type for. */
export function checkTypes(dialect: Dialect, schema: StructType): void {
  for (const column of schema.fields) columnTypeOf(dialect, column);
}

/** The statements that make a table for rows of a schema. */
export function createStatements(
  dialect: Dialect,
  schema: StructType,
  options: WriteOptions,
): readonly string[] {
  const table = nameIn(dialect, options.table);
  const given = givenTypes(schema, options);
  const columns = schema.fields.map((column) => {
    const { name, nullable } = column;
    // What a column was declared as elsewhere is not what its values are now.
    const type = columnTypeOf(dialect, findField(given, name) ?? { ...column, metadata: {} });
    return `${dialect.quote(name)} ${type}${nullable ? "" : " NOT NULL"}`;
  });
  const create = `CREATE TABLE ${table} (${columns.join(", ")}) ${options.createTableOptions}`;
  const comment =
    options.tableComment === "" ? undefined : dialect.comment(table, options.tableComment);
  return comment === undefined ? [create.trim()] : [create.trim(), comment];
}

/** The columns of the option createTableColumnTypes. */
function givenTypes(schema: StructType, { createTableColumnTypes: text }: WriteOptions) {
  const given: StructType = text === undefined ? { type: "struct", fields: [] } : parseSchema(text);
  const unknown = given.fields.find(({ name }) => !findField(schema, name));
  if (unknown === undefined) return given;
  throw error("INVALID_OPTION_VALUE", {
    name: "createTableColumnTypes",
    value: unknown.name,
    expected: `must name columns of ${schema.fields.map(({ name }) => name).join(", ")}`,
  });
}

/** A column that rows go to: by the name that the table has for it. */
export interface TargetColumn {
  readonly field: StructField;
  /** How its values change before, where the table has another kind of time than the rows. */
  readonly change: "none" | "to wall" | "to instant";
}

/** The columns that rows of a schema go to, in the schema's order. */
export async function targetColumns(
  database: Database,
  connection: Connection,
  { schema, table }: { readonly schema: StructType; readonly table: TableName },
): Promise<readonly TargetColumn[]> {
  const name = nameIn(database.dialect, table);
  const there = await connection.describe(`SELECT * FROM ${name} WHERE 1=0`, true);
  const extra: string[] = [];
  const columns = schema.fields.map((column): TargetColumn => {
    const same = (other: DatabaseColumn) => other.name.toLowerCase() === column.name.toLowerCase();
    const found = there.find((other) => other.name === column.name) ?? there.find(same);
    if (found === undefined) extra.push(`\`${column.name}\``);
    const [from, to] = [column.type.type, found?.type.type];
    const wall = from === "timestamp" && to === "timestamp_ntz";
    const instant = from === "timestamp_ntz" && to === "timestamp";
    return {
      field: {
        ...column,
        name: found?.name ?? column.name,
        type: wall ? timestampNtz : instant ? timestamp : column.type,
      },
      change: wall ? "to wall" : instant ? "to instant" : "none",
    };
  });
  if (extra.length === 0) return columns;
  throw error("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", {
    tableName: shownName(table),
    extraColumns: extra.join(", "),
  });
}

/** A result's chunks as a table takes them, and how many rows there were in them. */
export function counted(
  result: Result,
  columns: readonly TargetColumn[],
  timeZone: string,
): {
  readonly chunks: AsyncIterable<Chunk>;
  rows(): number;
} {
  let rows = 0;
  const zone = zoneOf(timeZone) ?? zoneOf("UTC")!;
  async function* chunks(): AsyncGenerator<Chunk> {
    for (let chunk = await result.next(); chunk; chunk = await result.next()) {
      rows += chunk.rows;
      const changed = chunk.columns.map((values, at) => {
        const change = columns[at]?.change ?? "none";
        return change === "none" ? values : values.map((value) => changedTime(value, zone));
      });
      yield { rows: chunk.rows, columns: changed };
    }
  }
  return { chunks: chunks(), rows: () => rows };
}

/** An instant as the wall clock of a zone, and the other way round. */
function changedTime(value: Value, zone: Zone): Value {
  if (value instanceof Timestamp) return new LocalTimestamp(localOf(zone, value.micros));
  if (value instanceof LocalTimestamp) return new Timestamp(instantOf(zone, value.micros));
  return value;
}

/** Does work in a transaction: all of it is done, or nothing. */
export async function inTransaction<T>(
  connection: Connection,
  begin: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  for (const statement of begin) await connection.run(statement);
  try {
    const done = await work();
    if (begin.length > 0) await connection.run("COMMIT");
    return done;
  } catch (thrown) {
    if (begin.length > 0) await connection.run("ROLLBACK").catch(() => {});
    throw thrown;
  }
}
