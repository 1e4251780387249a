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

export type FileFormat = "json" | "csv" | "parquet" | "text" | "binaryFile";

const formats: Readonly<Record<string, FileFormat>> = {
  binaryfile: "binaryFile",
  csv: "csv",
  json: "json",
  parquet: "parquet",
  text: "text",
};

/** The file format of a name, whatever its case; undefined where it is not one of ours. */
export function fileFormat(name: string): FileFormat | undefined {
  const lower = name.toLowerCase();
  return Object.hasOwn(formats, lower) ? formats[lower] : undefined;
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

/** The hidden column of file sources (Spark's FileFormat.BASE_METADATA_FIELDS). */
const metadataField: StructField = field(
  "_metadata",
  struct([
    field("file_path", string, false),
    field("file_name", string, false),
    field("file_size", long, false),
    field("file_block_start", long, false),
    field("file_block_length", long, false),
    field("file_modification_time", timestamp, false),
  ]),
  false,
);

/** `_metadata`, unless the user has a column of that name. */
export function hiddenFields(schema: StructType): readonly StructField[] {
  return schema.fields.some((column) => column.name.toLowerCase() === "_metadata")
    ? []
    : [metadataField];
}
