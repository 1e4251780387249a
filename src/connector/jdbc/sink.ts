import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import { findField } from "../../schema/compare.ts";
import { type StructType, string } from "../../schema/type.ts";
import type { Sink, SinkBatch } from "../../stream/sink.ts";
import type { SinkRequest } from "../connector.ts";
import type { Connection, Database } from "./database.ts";
import { databaseOf } from "./open.ts";
import { type SinkOptions, sinkOptions } from "./option.ts";
import {
  checkTypes,
  counted,
  createStatements,
  inTransaction,
  nameIn,
  type TargetColumn,
  tableExists,
  targetColumns,
} from "./target.ts";
import { upsert } from "./upsert.ts";

/** Attempts at a batch whose connection breaks, and the waits between them, ms. */
const attempts = 5;
const pauseMs = 200;

/** A table that a stream goes to. */
interface Goal {
  readonly options: SinkOptions;
  readonly database: Database;
  readonly schema: StructType;
  readonly keys: readonly string[];
  readonly engine: SinkRequest["context"]["engine"];
  /** In statements. */
  readonly table: string;
  readonly batches: string;
}

/**
 * Batches as transactions, each with the query's row in a table of batches that says which was the
 * last: a batch that comes again is found there and left alone. A connection that breaks, be it in
 * the middle of a commit, is made anew, and the row asked first: it is locked, so that what the old
 * connection still does is waited for.
 */
export async function jdbcSink(request: SinkRequest): Promise<Sink> {
  const options = sinkOptions(request.options);
  const database = await databaseOf(options);
  const { dialect } = database;
  const { schema, outputMode } = request;
  checkTypes(dialect, schema);
  const goal: Goal = {
    ...{ options, database, schema, engine: request.context.engine },
    keys: outputMode === "update" ? keysOf(options, schema) : [],
    table: nameIn(dialect, options.table),
    batches: nameIn(dialect, options.batchTable),
  };
  createStatements(dialect, schema, options);
  let open: Connection | undefined;
  const close = async (): Promise<void> => {
    const last = open;
    open = undefined;
    await last?.[Symbol.asyncDispose]();
  };
  const add = async (batch: SinkBatch): Promise<{ readonly rows?: number }> => {
    try {
      open ??= await prepared(goal, batch);
      return await addBatch(goal, batch, open);
    } catch (thrown) {
      // Whatever state it is in, the next attempt does not meet it.
      await close();
      throw thrown;
    }
  };
  return {
    description: `JDBCSink[${database.url}, ${goal.table}]`,
    exactlyOnce: true,
    atomic: true,
    outputModes: ["append", "update", "complete"],
    async addBatch(batch) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await add(batch);
        } catch (thrown) {
          if (!isError(thrown, "FAILED_JDBC.CONNECTION") || attempt >= attempts) throw thrown;
          await env.sleep(pauseMs * 2 ** (attempt - 1), batch.context.signal);
        }
      }
    },
    [Symbol.asyncDispose]: close,
  };
}

/** The columns that name a row. */
function keysOf({ keys }: SinkOptions, schema: StructType): readonly string[] {
  if (keys.length === 0) throw error("MISSING_OPTION", { format: "jdbc", name: "keyColumns" });
  return keys.map((key) => {
    const found = findField(schema, key);
    if (found) return found.name;
    throw error("INVALID_OPTION_VALUE", {
      name: "keyColumns",
      value: key,
      expected: `must be one of ${schema.fields.map(({ name }) => name).join(", ")}`,
    });
  });
}

/** A connection to a database that has the tables. */
async function prepared(goal: Goal, { context }: SinkBatch): Promise<Connection> {
  const { database, options, schema, table, batches, keys } = goal;
  const { dialect } = database;
  const connection = await database.connect(context.timeZone);
  try {
    await connection.run(dialect.createBatches(batches));
    if (!(await tableExists(database, connection, table))) {
      for (const made of createStatements(dialect, schema, options)) await connection.run(made);
      const columns = keys.map((key) => findField(schema, key)!);
      const index = columns.length === 0 ? undefined : dialect.index(table, columns);
      if (index !== undefined) await connection.run(index);
    }
    return connection;
  } catch (thrown) {
    await connection[Symbol.asyncDispose]();
    throw thrown;
  }
}

async function addBatch(
  goal: Goal,
  batch: SinkBatch,
  connection: Connection,
): Promise<{ readonly rows?: number }> {
  const { database, options, schema, batches } = goal;
  const { dialect } = database;
  const id = dialect.literal(batch.queryId, string, "UTC") ?? "''";
  const columns = await targetColumns(database, connection, { schema, table: options.table });
  return await inTransaction(connection, dialect.begin(options.isolation), async () => {
    await connection.run(dialect.addBatch(batches, id));
    const [[last] = []] = await connection.run(dialect.lockBatch(batches, id));
    if (Number(last) >= batch.batchId) return {};
    const rows = await loaded({ goal, batch, connection, columns });
    await connection.run(
      `UPDATE ${batches} SET batch_id = ${batch.batchId} WHERE query_id = ${id}`,
    );
    return { rows };
  });
}

async function loaded({
  goal,
  batch,
  connection,
  columns,
}: {
  readonly goal: Goal;
  readonly batch: SinkBatch;
  readonly connection: Connection;
  readonly columns: readonly TargetColumn[];
}): Promise<number> {
  const { database, options, table, schema, keys } = goal;
  const { timeZone } = batch.context;
  if (batch.outputMode === "complete") await connection.run(`DELETE FROM ${table}`);
  await using result = await goal.engine.query(batch.relation, batch.context);
  const { chunks, rows } = counted(result, columns, timeZone);
  const fields = columns.map(({ field }) => field);
  const loading = { table, columns: fields, size: options.batchSize, timeZone };
  if (batch.outputMode === "update") {
    const places = keys.map((key) => schema.fields.findIndex(({ name }) => name === key));
    const target = { ...loading, keys: places.map((place) => fields[place]!) };
    await upsert(connection, database.dialect, target, chunks);
  } else {
    await connection.load(loading, chunks);
  }
  return rows();
}
