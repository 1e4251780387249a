import {
  binary,
  field,
  long,
  type StructField,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../schema/type.ts";

export type FileFormat =
  | "json"
  | "csv"
  | "parquet"
  | "orc"
  | "text"
  | "binaryFile"
  | "avro"
  | "xml";

const formats: Readonly<Record<string, FileFormat>> = {
  avro: "avro",
  binaryfile: "binaryFile",
  csv: "csv",
  json: "json",
  orc: "orc",
  parquet: "parquet",
  text: "text",
  xml: "xml",
};

/** All of them, for messages. */
export const formatNames = Object.values(formats).join(", ");

/** The file format of a name, whatever its case; undefined where it is not one of ours. */
export function fileFormat(name: string): FileFormat | undefined {
  const lower = name.toLowerCase();
  return Object.hasOwn(formats, lower) ? formats[lower] : undefined;
}

/** Whether files of a format say themselves which columns they have, of which types. */
export function isTyped(format: FileFormat): boolean {
  return ["parquet", "orc", "avro"].includes(format);
}

/** The schema of a format that has but one. */
export function fixedSchema(format: FileFormat): StructType | undefined {
  if (format === "text") return struct([field("value", string)]);
  if (format !== "binaryFile") return undefined;
  return struct([
    field("path", string),
    field("modificationTime", timestamp),
    field("length", long),
    field("content", binary),
  ]);
}

/** What is known of every file (Spark's FileFormat.BASE_METADATA_FIELDS). */
const metadataFields: readonly StructField[] = [
  field("file_path", string, false),
  field("file_name", string, false),
  field("file_size", long, false),
  field("file_block_start", long, false),
  field("file_block_length", long, false),
  field("file_modification_time", timestamp, false),
];

/**
 * `_metadata`, unless the user has a column of that name; of Parquet it counts the rows. `added`
 * are members that not every file has.
 */
export function hiddenFields(
  schema: StructType,
  format: FileFormat,
  added: readonly StructField[] = [],
): readonly StructField[] {
  if (schema.fields.some((column) => column.name.toLowerCase() === "_metadata")) return [];
  const counted = format === "parquet" ? [field("row_index", long, false)] : [];
  return [field("_metadata", struct([...metadataFields, ...counted, ...added]), false)];
}
