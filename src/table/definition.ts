import { env } from "../env.ts";
import { error } from "../error/error.ts";
import type { Metadata, Protocol } from "../log/action.ts";
import type { Configuration } from "../log/property.ts";
import { protocolFor, storedConfiguration } from "../log/protocol.ts";
import { findField, sameName } from "../schema/compare.ts";
import { formatDataType } from "../schema/ddl.ts";
import { schemaJson } from "../schema/json.ts";
import { type DataType, field, type StructType, struct } from "../schema/type.ts";
import { checkProperties } from "./property.ts";

/** What a table is made from. */
export interface TableDefinition {
  readonly schema: StructType;
  readonly partitionBy: readonly string[];
  readonly properties: Configuration;
  readonly comment?: string;
}

/** Metadata and protocol of a table of a definition; `current` is replaced, keeping its id. */
export function defineTable(
  definition: TableDefinition,
  current?: { readonly metadata: Metadata; readonly protocol: Protocol },
): { metadata: Metadata; protocol: Protocol } {
  const { schema, comment } = definition;
  checkSchema(schema);
  const partitionColumns = checkPartitioning(schema, definition.partitionBy);
  const properties = checkProperties(definition.properties);
  const protocol = protocolFor(schema, properties, current?.protocol);
  const metadata: Metadata = {
    id: current?.metadata.id ?? env.uuid(),
    ...(comment === undefined ? {} : { description: comment }),
    format: { provider: "parquet", options: {} },
    schemaString: schemaJson(schema),
    partitionColumns,
    configuration: storedConfiguration(properties),
    createdTime: env.now(),
  };
  return { metadata, protocol };
}

/** A schema a Delta table can have: legal names, each once, types that can be stored. */
export function checkSchema(schema: StructType): void {
  if (schema.fields.length === 0) throw error("DELTA_EMPTY_DATA", {});
  const names = fieldNames(schema);
  const invalid = names.filter((name) => /[ ,;{}()\n\t=]/.test(name));
  if (invalid.length > 0) {
    throw error("DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES", {
      invalidColumnNames: invalid.join(", "),
    });
  }
  checkDuplicates(schema, []);
  const unsupported = unstorable(schema, []);
  if (unsupported.length > 0) {
    throw error("DELTA_UNSUPPORTED_DATA_TYPES", { dataTypeList: unsupported.join(", ") });
  }
}

function fieldNames(type: DataType): string[] {
  if (type.type === "struct") {
    return type.fields.flatMap((member) => [member.name, ...fieldNames(member.type)]);
  }
  if (type.type === "array") return fieldNames(type.elementType);
  if (type.type === "map") return [...fieldNames(type.keyType), ...fieldNames(type.valueType)];
  return [];
}

function checkDuplicates(type: DataType, path: readonly string[]): void {
  if (type.type === "array") checkDuplicates(type.elementType, [...path, "element"]);
  if (type.type === "map") {
    checkDuplicates(type.keyType, [...path, "key"]);
    checkDuplicates(type.valueType, [...path, "value"]);
  }
  if (type.type !== "struct") return;
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const member of type.fields) {
    const name = member.name.toLowerCase();
    if (seen.has(name)) twice.push([...path, member.name].join("."));
    seen.add(name);
    checkDuplicates(member.type, [...path, member.name]);
  }
  if (twice.length > 0) {
    throw error("DELTA_DUPLICATE_COLUMNS_FOUND", { duplicateCols: twice.join(", ") });
  }
}

/** Intervals and times of day are stored nowhere; void only as a column of nulls. */
function unstorable(type: DataType, path: readonly string[]): string[] {
  switch (type.type) {
    case "interval":
    case "time":
      return [`${path.join(".")} ${formatDataType(type)}`];
    case "struct":
      return type.fields.flatMap((member) => {
        const below = [...path, member.name];
        return path.length === 0 ? unstorable(member.type, below) : inner(member.type, below);
      });
    case "array":
      return inner(type.elementType, [...path, "element"]);
    case "map":
      return [
        ...inner(type.keyType, [...path, "key"]),
        ...inner(type.valueType, [...path, "value"]),
      ];
    default:
      return [];
  }
}

function inner(type: DataType, path: readonly string[]): string[] {
  return type.type === "void" ? [`${path.join(".")} VOID`] : unstorable(type, path);
}

/** Partition columns in the schema's own spelling. */
export function checkPartitioning(schema: StructType, names: readonly string[]): string[] {
  const columns = names.map((name) => {
    const column = findField(schema, name);
    if (column === undefined) {
      const schemaMap = schema.fields.map((member) => member.name).join(", ");
      throw error("DELTA_PARTITION_COLUMN_NOT_FOUND", { columnName: name, schemaMap });
    }
    if (
      ["struct", "array", "map", "variant", "void", "interval", "time"].includes(column.type.type)
    ) {
      const dataType = formatDataType(column.type);
      throw error("DELTA_INVALID_PARTITION_COLUMN_TYPE", { name: column.name, dataType });
    }
    return column.name;
  });
  const twice = columns.filter((name, index) => columns.indexOf(name) !== index);
  if (twice.length > 0) {
    throw error("DELTA_DUPLICATE_COLUMNS_FOUND", { duplicateCols: twice.join(", ") });
  }
  if (columns.length > 0 && columns.length === schema.fields.length) {
    throw error("DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION", {});
  }
  return columns;
}

/** Whether two lists of partition columns name the same, without case. */
export function samePartitioning(left: readonly string[], right: readonly string[]): boolean {
  return (
    left.length === right.length && left.every((name, index) => sameName(name, right[index] ?? ""))
  );
}

/** The schema a table made from data gets: metadata of the query is left behind. */
export function tableSchema(data: StructType): StructType {
  return struct(
    data.fields.map((member) => {
      const comment = member.metadata["comment"];
      return field(member.name, member.type, true, comment === undefined ? {} : { comment });
    }),
  );
}
