import { error } from "../../../error/error.ts";
import {
  type AvroRecord,
  type AvroSchema,
  type AvroUnion,
  branchName,
  presentBranches,
} from "../../../schema/avro/schema.ts";
import { wideType } from "../../../schema/avro/spark.ts";
import { sameName } from "../../../schema/compare.ts";
import { sqlDataType } from "../../../schema/ddl.ts";
import type { Rebase } from "../../../schema/rebase.ts";
import type { DataType, StructType } from "../../../schema/type.ts";
import { type Column, ListColumn, MapColumn, StructColumn } from "../text/column.ts";
import { StringColumn } from "../text/string.ts";
import { Cursor } from "./cursor.ts";
import { encodedDefault } from "./fallback.ts";
import { branchFor, readable } from "./match.ts";
import { branchAt, skipper } from "./skip.ts";
import { leafCell, type ReadCell } from "./value.ts";

/** How the values of a file become those of a schema. */
export interface CellOptions {
  /** Columns are those of the record at the same place, whatever the names. */
  readonly positional: boolean;
  readonly rebase?: Rebase;
}

/** A value in the file, how it is to be understood, and where it goes. */
interface Place {
  readonly written: AvroSchema;
  readonly reader: AvroSchema;
  readonly type: DataType;
  readonly column: Column;
  readonly path: readonly string[];
}

/**
 * The reader of a record's fields into columns of a struct's. Columns that the record does not
 * have are null. Throws AVRO_INCOMPATIBLE_READ_TYPE.
 */
export function recordCells(
  place: { readonly written: AvroSchema; readonly reader: AvroSchema },
  target: {
    readonly schema: StructType;
    readonly columns: readonly Column[];
    /** The place of each column among all that the files have, for a positional read. */
    readonly places: readonly number[];
  },
  options: CellOptions,
): ReadCell {
  const { written, reader } = place;
  const type = target.schema;
  if (written.type !== "record" || reader.type !== "record") {
    throw incompatible({ ...place, type, path: [] });
  }
  const { columns, places } = target;
  return fieldsCell({ written, reader, type, columns, places, path: [] }, options);
}

/** The reader of a value of any schema. Throws as `recordCells` does. */
export function valueCell(place: Omit<Place, "path">, options: CellOptions): ReadCell {
  return cellOf({ ...place, path: [] }, options);
}

function cellOf(place: Place, options: CellOptions): ReadCell {
  const { written, reader } = place;
  if (written.type === "union") return writtenUnion(written, place, options);
  if (reader.type === "union") {
    const branch = branchFor(written, reader.branches);
    if (branch < 0) return lateFailure(place);
    return branchCell(reader, branch, place, options);
  }
  if (!readable(written, reader)) throw incompatible(place);
  const nested = nestedCell(place, options);
  if (nested) return nested;
  checkDigits(place);
  const { rebase } = options;
  const leaf = leafCell({ ...place, ...(rebase ? { rebase } : {}) });
  if (leaf) return leaf;
  throw incompatible(place);
}

function writtenUnion(written: AvroUnion, place: Place, options: CellOptions): ReadCell {
  const { reader } = place;
  const branches = written.branches.map((branch, index): ReadCell => {
    if (reader !== written) return cellOf({ ...place, written: branch }, options);
    return branchCell(written, index, { ...place, written: branch }, options);
  });
  return (cursor, row) => branchAt(branches, cursor)(cursor, row);
}

/** A value of one branch of the reader's union: null, the value itself, or a member of a struct. */
function branchCell(
  reader: AvroUnion,
  index: number,
  place: Place,
  options: CellOptions,
): ReadCell {
  const branch = reader.branches[index]!;
  const { column, type } = place;
  if (branch.type === "null") return (_, row) => column.put(row, null);
  const present = presentBranches(reader);
  if (present.length === 1 || wideType(present)?.type === type.type) {
    return cellOf({ ...place, reader: branch }, options);
  }
  if (!(column instanceof StructColumn) || type.type !== "struct") throw incompatible(place);
  const at = present.indexOf(branch);
  const member = type.fields[at];
  if (type.fields.length !== present.length || !member) throw incompatible(place);
  const path = [...place.path, member.name];
  const inner = { ...place, reader: branch, type: member.type, column: column.members[at]!, path };
  const read = cellOf(inner, options);
  return (cursor, row) => {
    column.put(row, {});
    read(cursor, row);
  };
}

/** Spark fails at the value that no branch of the reader's union takes, not before. */
function lateFailure(place: Place): ReadCell {
  return () => {
    throw incompatible(place);
  };
}

function nestedCell(place: Place, options: CellOptions): ReadCell | undefined {
  const { written, reader, type, column, path } = place;
  if (written.type === "record" && reader.type === "record") {
    if (type.type !== "struct" || !(column instanceof StructColumn)) return undefined;
    const { members: columns, own } = column;
    const read = fieldsCell({ written, reader, type, columns, path }, options);
    return (cursor, row) => {
      own.put(row, true);
      read(cursor, row);
    };
  }
  if (written.type === "array" && reader.type === "array") {
    if (type.type !== "array" || !(column instanceof ListColumn)) return undefined;
    const { items } = written;
    const inner = { written: items, reader: reader.items, type: type.elementType };
    const element = { ...inner, column: column.element, path: [...path, "element"] };
    return blocksCell(column, cellOf(element, options));
  }
  if (written.type !== "map" || reader.type !== "map") return undefined;
  if (type.type !== "map" || !(column instanceof MapColumn)) return undefined;
  if (type.keyType.type !== "string") return undefined;
  return mapCell(place as Place & { type: typeof type }, column, options);
}

function mapCell(
  { written, reader, type, path }: Place & { readonly type: DataType & { type: "map" } },
  column: MapColumn,
  options: CellOptions,
): ReadCell | undefined {
  if (written.type !== "map" || reader.type !== "map") return undefined;
  const text = { type: "string" } as const;
  const key = leafCell({ written: text, reader: text, type: type.keyType, column: column.key });
  if (!key) return undefined;
  const inner = { written: written.values, reader: reader.values, type: type.valueType };
  const value = cellOf({ ...inner, column: column.item, path: [...path, "value"] }, options);
  return blocksCell(column, (cursor, row) => {
    key(cursor, row);
    value(cursor, row);
  });
}

/** The items of an array or map, which come in blocks. */
function blocksCell(column: ListColumn | MapColumn, item: ReadCell): ReadCell {
  return (cursor, row) => {
    const { entries } = column;
    const start = entries.count;
    let length = 0;
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      for (let i = 0; i < count; i++) item(cursor, start + length++);
    }
    entries.put(row, length);
  };
}

interface Fields {
  readonly written: AvroRecord;
  readonly reader: AvroRecord;
  readonly type: StructType;
  readonly columns: readonly Column[];
  readonly places?: readonly number[];
  readonly path: readonly string[];
}

/** The fields of a record in the order they were written, then what was not written. */
function fieldsCell(fields: Fields, options: CellOptions): ReadCell {
  const { written, reader, type, columns, path } = fields;
  const target = (name: string): number => {
    if (!options.positional) return type.fields.findIndex((field) => sameName(field.name, name));
    const place = reader.fields.findIndex((field) => field.name === name);
    return fields.places ? fields.places.indexOf(place) : place;
  };
  const steps: ReadCell[] = [];
  const filled = new Set<number>();
  const read = new Set<string>();
  for (const field of written.fields) {
    const own = readerField(reader, field.name);
    const at = own ? target(own.name) : -1;
    const column = columns[at];
    if (own) read.add(own.name);
    if (!own || !column) {
      const skip = skipper(field.schema);
      steps.push((cursor) => skip(cursor));
      continue;
    }
    filled.add(at);
    const place = { written: field.schema, reader: own.schema, type: type.fields[at]!.type };
    steps.push(cellOf({ ...place, column, path: [...path, field.name] }, options));
  }
  for (const field of reader.fields) {
    if (read.has(field.name)) continue;
    const at = target(field.name);
    if (field.fallback === undefined) throw missing(fields, field.name);
    const column = columns[at];
    if (!column) continue;
    filled.add(at);
    const bytes = encodedDefault(field.schema, field.fallback);
    const place = { written: field.schema, reader: field.schema, type: type.fields[at]!.type };
    const cell = cellOf({ ...place, column, path: [...path, field.name] }, options);
    const cursor = new Cursor();
    steps.push((_, row) => {
      cursor.open(bytes);
      cell(cursor, row);
    });
  }
  const absent = columns.filter((column, at) => !filled.has(at) && isNested(column));
  return (cursor, row) => {
    for (let i = 0; i < steps.length; i++) steps[i]!(cursor, row);
    for (const column of absent) column.put(row, null);
  };
}

/** Columns of cells are null unless put; those with parts need to be told. */
function isNested(column: Column): boolean {
  return (
    column instanceof StructColumn || column instanceof ListColumn || column instanceof MapColumn
  );
}

function readerField(reader: AvroRecord, name: string) {
  return (
    reader.fields.find((field) => field.name === name) ??
    reader.fields.find((field) => field.aliases.includes(name))
  );
}

/** Spark refuses a decimal with fewer whole digits than the file's. */
function checkDigits(place: Place): void {
  const { reader, type } = place;
  if (type.type !== "decimal" || !("logical" in reader) || place.column instanceof StringColumn) {
    return;
  }
  const { logical } = reader;
  if (logical?.name !== "decimal") return;
  if (logical.precision - logical.scale > type.precision - type.scale) throw incompatible(place);
}

function incompatible(place: Pick<Place, "reader" | "type" | "path">): Error {
  const { reader, type, path } = place;
  return error("AVRO_INCOMPATIBLE_READ_TYPE", {
    path: path.length === 0 ? "top-level record" : `field '${path.join(".")}'`,
    avroType: branchName(reader),
    sqlType: sqlDataType(type),
  });
}

function missing({ path, written }: Fields, name: string): Error {
  const field = [...path, name].join(".");
  const reason =
    `the schema of the read has the field ${field} without a default, ` +
    `and the record ${written.name} of the file lacks it`;
  return error("AVRO_INCOMPATIBLE_SCHEMA", { reason });
}
