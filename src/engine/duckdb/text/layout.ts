import { isUtf8 } from "node:buffer";
import { type InputFile, isFileMetadata, type TextInput } from "../../../plan/input.ts";
import { long, type StructField, type StructType, struct } from "../../../schema/type.ts";
import { Timestamp, type Value } from "../../../schema/value.ts";
import { type Column, columnOf } from "./column.ts";
import { FixedColumn } from "./fixed.ts";
import type { TextOptions } from "./option.ts";
import { RescuedColumn } from "./rescued.ts";
import { StringColumn } from "./string.ts";

/** The columns of an input, sorted by where their values come from. */
export interface Layout {
  /** All columns in the input's order, then the row ordinal. */
  readonly columns: readonly Column[];
  /** What the files themselves hold. */
  readonly data: StructType;
  readonly dataColumns: readonly Column[];
  /** The columns the files have, in their order; `at`: where in `data`, if it is wanted. */
  readonly stored: readonly { readonly name: string; readonly at: number | undefined }[];
  readonly corrupt: StringColumn | undefined;
  readonly rescued: StringColumn | undefined;
  readonly constants: readonly { readonly field: StructField; readonly column: Column }[];
  readonly ordinal: FixedColumn;
}

export function layoutOf(input: TextInput, options: TextOptions): Layout {
  const columns: Column[] = input.schema.fields.map((field) => columnOf(field.type));
  const partitions = new Set(input.files.flatMap((file) => Object.keys(file.partition)));
  const data: StructField[] = [];
  const dataColumns: Column[] = [];
  const constants: { field: StructField; column: Column }[] = [];
  let corrupt: StringColumn | undefined;
  let rescued: StringColumn | undefined;
  const records = ["json", "csv", "xml"].includes(input.format);
  const special = (field: StructField): boolean =>
    isFileMetadata(field) ||
    partitions.has(field.name) ||
    (records && [options.corruptColumn, options.rescuedColumn].includes(field.name));
  input.schema.fields.forEach((field, index) => {
    const column = columns[index]!;
    const isText = column instanceof StringColumn;
    if (isFileMetadata(field) || partitions.has(field.name)) constants.push({ field, column });
    else if (records && isText && field.name === options.corruptColumn) corrupt = column;
    else if (records && isText && field.name === options.rescuedColumn) {
      rescued = input.known === undefined ? column : new RescuedColumn(input.known);
      columns[index] = rescued;
    } else {
      data.push(field);
      dataColumns.push(column);
    }
  });
  const ordinal = new FixedColumn(long);
  columns.push(ordinal);
  const files = input.stored?.fields.filter((field) => !special(field)) ?? data;
  // A record is judged as a whole where what is bad about it is wanted.
  const judged = rescued !== undefined || (corrupt !== undefined && input.format === "csv");
  for (const field of judged ? files : []) {
    if (data.some(({ name }) => name === field.name)) continue;
    data.push(field);
    dataColumns.push(columnOf(field.type));
  }
  const places = new Map(data.map(({ name }, at) => [name, at]));
  const stored = files.map(({ name }) => ({ name, at: places.get(name) }));
  return {
    ...{ columns, data: struct(data), dataColumns, stored },
    ...{ corrupt, rescued, constants, ordinal },
  };
}

/** Whether the one data column is the variant that `singleVariantColumn` puts whole records in. */
export function isWhole({ fields }: StructType, options: TextInput["options"]): boolean {
  const name = options["singlevariantcolumn"];
  return name !== undefined && fields.length === 1 && fields[0]!.type.type === "variant";
}

/** The value of a column that is the same for a whole file. */
export function constantOf(field: StructField, file: InputFile): Value {
  if (field.type.type !== "struct" || !isFileMetadata(field)) {
    return file.partition[field.name] ?? null;
  }
  const known: Record<string, Value> = {
    file_path: file.uri,
    file_name: decodeURIComponent(file.uri.slice(file.uri.lastIndexOf("/") + 1)),
    file_size: BigInt(file.size),
    file_block_start: 0n,
    file_block_length: BigInt(file.size),
    file_modification_time: new Timestamp(BigInt(Math.trunc(file.modificationTime)) * 1000n),
  };
  return Object.fromEntries(
    field.type.fields.map((member) => [member.name, known[member.name] ?? null]),
  );
}

/** Bytes as text; bytes that are no UTF-8 become U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}

/** Bytes for a VARCHAR, which must be UTF-8: a copy, or a text with U+FFFD for what is not. */
export function asText(bytes: Uint8Array): Value {
  return isUtf8(bytes) ? Uint8Array.from(bytes) : decode(bytes);
}
