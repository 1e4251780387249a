import type { Dataset, ScanRequest } from "../../analysis/dataset.ts";
import { error } from "../../error/error.ts";
import type { FetchedInput } from "../../plan/input.ts";
import { findField } from "../../schema/compare.ts";
import { parseSchema } from "../../schema/ddl.ts";
import { field, type StructType, struct } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { ReadRequest } from "../connector.ts";
import type { Connection, Database, DatabaseColumn } from "./database.ts";
import { merged } from "./merge.ts";
import { databaseOf } from "./open.ts";
import { type ReadOptions, readOptions } from "./option.ts";
import { partitions } from "./partition.ts";
import { predicates } from "./predicate.ts";

/** Connections of one read at a time, however many parts it has. */
const connectionsMax = 4;

/** What a read has found out before its rows are asked for. */
interface Found {
  readonly options: ReadOptions;
  readonly database: Database;
  readonly columns: readonly DatabaseColumn[];
  /** The conditions of the parts; an empty one is no condition. */
  readonly parts: readonly string[];
}

/** `spark.read.format("jdbc")`: the schema is asked for now, rows by each query. */
export async function readJdbc(request: ReadRequest): Promise<Dataset> {
  const { format, context } = request;
  if (request.schema) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
  const options = readOptions(request.options);
  const database = await databaseOf(options);
  const { timeZone } = context.queryContext();
  const { dialect } = database;
  const ntz =
    options.preferTimestampNTZ ??
    context.conf("spark.sql.timestampType")?.toUpperCase() === "TIMESTAMP_NTZ";
  const columns = customized(await describe(database, options, { timeZone, ntz }), options, ntz);
  const schema = struct(columns.map(({ name, type }) => field(name, type)));
  const quote = (name: string): string => dialect.quote(name);
  const parts =
    request.predicates ??
    (options.partition ? partitions(options.partition, schema, { timeZone, quote }) : [""]);
  const found: Found = { options, database, columns, parts };
  return {
    name: `JDBCRelation(${options.source})`,
    schema,
    hidden: [],
    streaming: false,
    scan: async (scan) => inputOf(found, scan),
  };
}

async function describe(
  database: Database,
  options: ReadOptions,
  { timeZone, ntz }: { readonly timeZone: string; readonly ntz: boolean },
): Promise<readonly DatabaseColumn[]> {
  await using connection = await connected(database, options, timeZone);
  const select = `${options.prepareQuery}SELECT * FROM ${options.source} WHERE 1=0`;
  return await connection.describe(select, ntz);
}

async function connected(
  database: Database,
  { sessionInitStatement }: ReadOptions,
  timeZone: string,
): Promise<Connection> {
  const connection = await database.connect(timeZone);
  if (sessionInitStatement === undefined) return connection;
  try {
    await connection.run(sessionInitStatement);
    return connection;
  } catch (thrown) {
    await connection[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** The columns with the types that the option customSchema has for them. */
function customized(
  columns: readonly DatabaseColumn[],
  { customSchema }: ReadOptions,
  ntz: boolean,
): readonly DatabaseColumn[] {
  if (customSchema === undefined || customSchema.trim() === "") return columns;
  const custom: StructType = parseSchema(customSchema, ntz ? "timestamp_ntz" : "timestamp");
  return columns.map((column) => {
    const type = findField(custom, column.name)?.type;
    if (type === undefined) return column;
    const { compares: _, ...rest } = column;
    return { ...rest, type };
  });
}

function inputOf(found: Found, scan: ScanRequest): FetchedInput {
  const { options, database, parts } = found;
  const columns = scan.columns.map(({ name }) => found.columns.find((one) => one.name === name)!);
  const { dialect } = database;
  const { timeZone } = scan;
  const pushed = options.pushDownPredicate
    ? predicates(scan.conditions, { dialect, columns: found.columns, timeZone })
    : [];
  const limit = options.pushDownLimit ? scan.limit : undefined;
  const selects = parts.map((part) => {
    const conditions = [...(part === "" ? [] : [part]), ...pushed];
    const where = conditions.map((one) => `(${one})`).join(" AND ");
    return dialect.select({
      prefix: options.prepareQuery,
      hint: dialect.hints ? options.hint : "",
      columns: columns.map((column) => dialect.selected(column)).join(", ") || "1",
      from: options.source,
      where: where === "" ? "" : ` WHERE ${where}`,
      limit,
    });
  });
  const size = options.fetchSize;
  const reading = { columns, size, timeZone };
  const width = Math.min(options.numPartitions ?? connectionsMax, connectionsMax);
  return {
    kind: "fetched",
    schema: struct(scan.columns),
    description: selects.join("; "),
    fetch: (signal) =>
      merged(
        selects.map(
          (select) => () => part({ select, reading, found, ...(signal ? { signal } : {}) }),
        ),
        width,
      ),
  };
}

interface Part {
  readonly select: string;
  readonly reading: Parameters<Connection["read"]>[1];
  readonly found: Found;
  readonly signal?: AbortSignal;
}

/** The rows of one part, on a connection of its own. */
async function* part({
  select,
  reading,
  found,
  signal,
}: Part): AsyncGenerator<readonly (readonly Value[])[]> {
  const { database, options } = found;
  await using connection = await connected(database, options, reading.timeZone);
  // What waits for rows is woken by the end of its connection.
  const stop = (): void => void connection[Symbol.asyncDispose]();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    yield* connection.read(select, reading);
  } catch (thrown) {
    throw signal?.aborted ? error("OPERATION_CANCELED", {}, signal.reason) : thrown;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
