import { error, isError } from "../../../error/error.ts";
import { parseDataTypeJson } from "../../../schema/json.ts";
import { type DataType, type StructType, struct } from "../../../schema/type.ts";
import { id, localFooter, numberOf, structsOf } from "./footer.ts";
import { elementIn, schemaOf } from "./schema.ts";
import type { Kept, Struct } from "./thrift.ts";

/** The key of a footer under which Spark keeps the schema that it wrote. */
export const sparkSchemaKey = "org.apache.spark.sql.parquet.row.metadata";

const kept: Kept = {
  [id.file.schema]: true,
  [id.file.rows]: true,
  [id.file.keyValues]: true,
};

/** Spark's schema of a local file, and how many rows it has, as its footer says. */
export async function fileSchema(path: string): Promise<{ schema: StructType; rows: number }> {
  const footer = await localFooter(path, kept);
  if (footer === undefined) {
    const reason = "It does not end as a Parquet file does, or its metadata is cut short";
    throw error("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", { path, reason });
  }
  const { metadata } = footer;
  const schema = schemaOf(structsOf(metadata, id.file.schema).map(elementIn));
  return {
    schema: withIntervals(schema, sparkSchemaText(metadata)),
    rows: numberOf(metadata, id.file.rows),
  };
}

/**
 * The schema of a file with the intervals that Spark's own says there are: in Parquet they are
 * numbers. What cannot be read, or is of another shape than the file, says nothing.
 */
function withIntervals(schema: StructType, told: string | undefined): StructType {
  const own = told?.includes('"interval ') ? parsedSchema(told) : undefined;
  return own === undefined ? schema : (merged(schema, own) as StructType);
}

/** Spark's schema as a footer has it; undefined where there is none. */
export function sparkSchemaText(metadata: Struct): string | undefined {
  const text = (pair: Struct, field: number): string => String(pair.get(field)?.value ?? "");
  const own = structsOf(metadata, id.file.keyValues).find((pair) => {
    return text(pair, id.keyValue.key) === sparkSchemaKey;
  });
  return own && text(own, id.keyValue.value);
}

/** Undefined: it cannot be read, or has types that are not known here. */
export function parsedSchema(told: string): DataType | undefined {
  try {
    return parseDataTypeJson(told);
  } catch (thrown) {
    if (isError(thrown) || thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function merged(there: DataType, told: DataType): DataType {
  if (told.type === "interval") {
    const number = told.unit === "month" ? "integer" : "long";
    return told.unit !== "calendar" && there.type === number ? told : there;
  }
  if (there.type === "struct" && told.type === "struct") {
    return struct(
      there.fields.map((one) => {
        const other = told.fields.find(({ name }) => name === one.name);
        return other ? { ...one, type: merged(one.type, other.type) } : one;
      }),
    );
  }
  if (there.type === "array" && told.type === "array") {
    return { ...there, elementType: merged(there.elementType, told.elementType) };
  }
  if (there.type === "map" && told.type === "map") {
    const keyType = merged(there.keyType, told.keyType);
    return { ...there, keyType, valueType: merged(there.valueType, told.valueType) };
  }
  return there;
}
