import { outputOf } from "../../analysis/typed.ts";
import { error } from "../../error/error.ts";
import { field, struct } from "../../schema/type.ts";
import type { WriteRequest } from "../connector.ts";
import type { Database } from "./database.ts";
import { databaseOf } from "./open.ts";
import { type WriteOptions, writeOptions } from "./option.ts";
import {
  checkTypes,
  counted,
  createStatements,
  inTransaction,
  nameIn,
  shownName,
  tableExists,
  targetColumns,
} from "./target.ts";

/**
 * `df.write.format("jdbc")`: all rows in one transaction, and the making of the table with them
 * where the database can take that back.
 */
export async function writeJdbc(request: WriteRequest): Promise<void> {
  const options = writeOptions(request.options);
  const database = await databaseOf(options);
  const { dialect } = database;
  const schema = struct(
    outputOf(request.relation).map(({ name, type, nullable, metadata }) =>
      field(name, type, nullable, metadata),
    ),
  );
  checkTypes(dialect, schema);
  const { timeZone } = request.query;
  await using connection = await database.connect(timeZone);
  const table = nameIn(dialect, options.table);
  const exists = await tableExists(database, connection, table);
  if (exists && request.mode === "ignore") return;
  if (exists && request.mode === "errorifexists") {
    throw error("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: shownName(options.table) });
  }
  const replaced = exists && request.mode === "overwrite";
  const create = createStatements(dialect, schema, options);
  const statements = [
    ...(replaced ? emptied(database, options) : []),
    ...(exists && !(replaced && !options.truncate) ? [] : create),
  ];
  const make = async (): Promise<void> => {
    for (const statement of statements) await connection.run(statement);
  };
  if (!dialect.transactionalDdl) await make();
  await inTransaction(connection, dialect.begin(options.isolation), async () => {
    if (dialect.transactionalDdl) await make();
    const columns = await targetColumns(database, connection, { schema, table: options.table });
    await using result = await request.context.engine.query(request.relation, request.query);
    const fields = columns.map((column) => column.field);
    const loading = { table, columns: fields, size: options.batchSize, timeZone };
    await connection.load(loading, counted(result, columns, timeZone).chunks);
  });
}

/** What empties a table that is written over. */
function emptied({ dialect }: Database, options: WriteOptions): readonly string[] {
  const table = nameIn(dialect, options.table);
  if (!options.truncate) return [`DROP TABLE ${table}`];
  return [dialect.truncate(table, options.cascadeTruncate)];
}
