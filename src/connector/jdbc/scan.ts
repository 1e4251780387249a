import type { FirstRows, ScanRequest } from "../../analysis/dataset.ts";
import { error } from "../../error/error.ts";
import type { FetchedInput } from "../../plan/input.ts";
import { type StructType, struct } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { Connection, Database, DatabaseColumn } from "./database.ts";
import { merged } from "./merge.ts";
import type { ReadOptions } from "./option.ts";
import { columnOf, predicates } from "./predicate.ts";

/** Connections of one read at a time, however many parts it has. */
const connectionsMax = 4;

/** What a read has found out before its rows are asked for. */
export interface Found {
  readonly options: ReadOptions;
  readonly database: Database;
  readonly columns: readonly DatabaseColumn[];
  /** The conditions of the parts; an empty one is no condition. */
  readonly parts: readonly string[];
  /** The condition of all rows at once; undefined where the parts may be others. */
  readonly whole: string | undefined;
}

/** Rows that the plan needs: the engine filters and counts them again. */
export function scanInput(found: Found, scan: ScanRequest): FetchedInput {
  const { options, database, parts } = found;
  const { dialect } = database;
  const { timeZone } = scan;
  const columns = scan.columns.map(({ name }) => found.columns.find((one) => one.name === name)!);
  const known = pushed(found, scan);
  const order = scan.first && known.exact ? ordered(found, scan.first.order) : undefined;
  const limit = order && options.pushDownLimit ? scan.first?.count : undefined;
  const selects = parts.map((part) =>
    dialect.select({
      prefix: options.prepareQuery,
      hint: options.hint,
      columns: columns.map((column) => dialect.selected(column)).join(", ") || "1",
      from: options.source,
      where: [...(part === "" ? [] : [part]), ...known.texts],
      ...(limit === undefined ? {} : { limit, order: order ?? [] }),
    }),
  );
  return fetched(found, { selects, columns, schema: struct(scan.columns), timeZone });
}

/** The conditions that the database is asked for. */
export function pushed(
  { options, database, columns }: Found,
  { conditions, timeZone }: Pick<ScanRequest, "conditions" | "timeZone">,
): ReturnType<typeof predicates> {
  if (!options.pushDownPredicate) return { texts: [], exact: conditions.length === 0 };
  return predicates(conditions, { dialect: database.dialect, columns, timeZone });
}

/** The keys of an order that the database has as Spark does; undefined where one is none such. */
export function ordered(
  { database, columns }: Found,
  order: FirstRows["order"],
): readonly string[] | undefined {
  const { dialect } = database;
  const keys = order.map(({ input, direction, nulls }) => {
    const column = columnOf(input, { columns });
    if (column?.compares !== "exactly") return undefined;
    return dialect.ordered(dialect.exact(column), { direction, nulls });
  });
  // The same key twice is refused by some.
  return keys.every((key) => key !== undefined) ? [...new Set(keys)] : undefined;
}

/** The rows of statements, several of them at a time. */
export function fetched(
  found: Found,
  given: {
    readonly selects: readonly string[];
    readonly columns: readonly DatabaseColumn[];
    readonly schema: StructType;
    readonly timeZone: string;
  },
): FetchedInput {
  const { selects, columns, schema, timeZone } = given;
  const { fetchSize: size, numPartitions = connectionsMax } = found.options;
  const reading = { columns, size, timeZone };
  return {
    kind: "fetched",
    schema,
    description: selects.join("; "),
    fetch: (signal) =>
      merged(
        selects.map(
          (select) => () => part({ select, reading, found, ...(signal ? { signal } : {}) }),
        ),
        Math.min(numPartitions, connectionsMax),
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

/** A connection that is ready to read. */
export async function connected(
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
