import type { Dataset } from "../../analysis/dataset.ts";
import { error } from "../../error/error.ts";
import { CHAR_VARCHAR_KEY } from "../../schema/char.ts";
import { findField } from "../../schema/compare.ts";
import { parseSchema } from "../../schema/ddl.ts";
import { field, type StructField, type StructType, struct } from "../../schema/type.ts";
import type { ReadRequest } from "../connector.ts";
import type { Database, DatabaseColumn } from "./database.ts";
import { databaseOf } from "./open.ts";
import { type ReadOptions, readOptions } from "./option.ts";
import { partitions } from "./partition.ts";
import { answerInput } from "./question.ts";
import { connected, type Found, scanInput } from "./scan.ts";

/** `spark.read.format("jdbc")`: the schema is asked for now, rows by each query. */
export async function readJdbc(request: ReadRequest): Promise<Dataset> {
  const { format, context } = request;
  if (request.schema) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
  const options = readOptions(request.options);
  const database = await databaseOf(options);
  const { timeZone } = context.queryContext();
  const { dialect } = database;
  if (options.hint !== "" && !dialect.hints) {
    throw error("HINT_UNSUPPORTED_FOR_JDBC_DIALECT", { jdbcDialect: dialect.name });
  }
  const ntz =
    options.preferTimestampNTZ ??
    context.conf("spark.sql.timestampType")?.toUpperCase() === "TIMESTAMP_NTZ";
  const columns = customized(await describe(database, options, { timeZone, ntz }), options, ntz);
  const schema = struct(columns.map(fieldOf));
  const quote = (name: string): string => dialect.quote(name);
  const divided = options.partition
    ? partitions(options.partition, schema, { timeZone, quote })
    : [""];
  const parts = request.predicates ?? divided;
  const whole = request.predicates ? undefined : "";
  const found: Found = {
    options,
    database,
    columns,
    parts,
    whole: parts.length > 1 ? whole : parts[0],
  };
  return {
    name: `JDBCRelation(${options.source})`,
    schema,
    hidden: [],
    streaming: false,
    scan: async (scan) => scanInput(found, scan),
    answer: async (question) => answerInput(found, question),
  };
}

function fieldOf({ name, type, size }: DatabaseColumn): StructField {
  const char = type.type === "string" && size !== undefined;
  return field(name, type, true, char ? { [CHAR_VARCHAR_KEY]: `char(${size})` } : {});
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
