import { error, isError } from "../../../error/error.ts";
import {
  array,
  binary,
  boolean,
  byte,
  type DataType,
  date,
  decimal,
  double,
  field,
  float,
  integer,
  long,
  map,
  nullType,
  type StructField,
  type StructType,
  short,
  string,
  struct,
  timestamp,
  timestampNtz,
  variant,
} from "../../../schema/type.ts";
import { bareKey } from "../type.ts";
import { id, numberOf } from "./footer.ts";
import { code, type Struct } from "./thrift.ts";

/** A row of DuckDB's `parquet_schema`: the footer's elements, parents before children. */
export interface SchemaElement {
  readonly name: string;
  readonly type: string | null;
  readonly repetition: string | null;
  readonly children: number;
  readonly converted: string | null;
  readonly scale: number;
  readonly precision: number;
  readonly logical: string | null;
  readonly fieldId: number | null;
  /** Whether the footer calls the group a variant, which `parquet_schema` does not say. */
  readonly variant?: boolean;
}

/** The columns of `parquet_schema` in the order of SchemaElement. */
export const schemaColumns = [
  ...["name", "type", "repetition_type", "num_children", "converted_type"],
  ...["scale", "precision", "logical_type", "field_id"],
].join(", ");

/** A row of `schemaColumns` as an element. */
export function elementOf(row: readonly unknown[]): SchemaElement {
  const [name, type, repetition, children, converted, scale, precision, logical, fieldId] = row;
  return {
    name: String(name),
    type: type as string | null,
    repetition: repetition as string | null,
    children: Number(children ?? 0),
    converted: converted as string | null,
    scale: Number(scale ?? 0),
    precision: Number(precision ?? 0),
    logical: logical as string | null,
    fieldId: fieldId === null ? null : Number(fieldId),
  };
}

const names = {
  type: [
    ...["BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY"],
    "FIXED_LEN_BYTE_ARRAY",
  ],
  repetition: ["REQUIRED", "OPTIONAL", "REPEATED"],
  converted: [
    ...["UTF8", "MAP", "MAP_KEY_VALUE", "LIST", "ENUM", "DECIMAL", "DATE", "TIME_MILLIS"],
    ...["TIME_MICROS", "TIMESTAMP_MILLIS", "TIMESTAMP_MICROS", "UINT_8", "UINT_16", "UINT_32"],
    ...["UINT_64", "INT_8", "INT_16", "INT_32", "INT_64", "JSON", "BSON", "INTERVAL"],
  ],
  logical: [
    ...["", "String", "Map", "List", "Enum", "Decimal", "Date", "Time", "Timestamp", "", "Int"],
    ...["Null", "Json", "Bson", "UUID", "Float16", "Variant", "Geometry", "Geography"],
  ],
} as const;

/** An element of a footer's schema. */
export function elementIn(struct: Struct): SchemaElement {
  const named = (field: number, from: readonly string[]): string | null => {
    return struct.has(field) ? (from[numberOf(struct, field)] ?? "UNKNOWN") : null;
  };
  const logical = struct.get(id.element.logicalType)?.value;
  const isVariant = logical instanceof Map && logical.has(id.logicalType.variant);
  return {
    name: String(struct.get(id.element.name)?.value ?? ""),
    type: named(id.element.type, names.type),
    repetition: named(id.element.repetition, names.repetition),
    children: numberOf(struct, id.element.children),
    converted: named(id.element.converted, names.converted),
    scale: numberOf(struct, id.element.scale),
    precision: numberOf(struct, id.element.precision),
    logical: logical instanceof Map ? logicalName(logical) : null,
    fieldId: struct.has(id.element.fieldId) ? numberOf(struct, id.element.fieldId) : null,
    variant: isVariant,
  };
}

/** As `parquet_schema` spells it, in short. */
function logicalName(logical: Struct): string {
  const [[kind, { value }] = [0, { value: 0n }]] = logical;
  const name = `${names.logical[kind] ?? ""}Type`;
  if (kind !== id.logicalType.timestamp || !(value instanceof Map)) return `${name}()`;
  const unit = value.get(id.timestamp.unit)?.value;
  const isNanos = unit instanceof Map && unit.has(id.timestamp.nanos);
  const isInstant = value.get(id.timestamp.isInstant)?.type === code.true;
  return `${name}(isAdjustedToUTC=${isInstant}, NANOS=${isNanos ? "" : "<null>"})`;
}

/** Spark's schema of a file, as its Parquet reader infers it: every field nullable. */
export function schemaOf(elements: readonly SchemaElement[]): StructType {
  return unmarked(struct(topOf(elements).map(fieldOf))) as StructType;
}

/**
 * The same, of columns that have a type of Spark's; others are void. `bareKey` marks the only
 * member of structs that are elements of lists in forms of old: DuckDB takes a repeated group of
 * one field for a list of that field.
 */
export function markedSchemaOf(elements: readonly SchemaElement[]): StructType {
  const fields = topOf(elements).map((node) => {
    try {
      return fieldOf(node);
    } catch (thrown) {
      if (!isError(thrown)) throw thrown;
      return field(node.element.name, nullType, true, fieldIdOf(node));
    }
  });
  return struct(fields);
}

function topOf(elements: readonly SchemaElement[]): Node[] {
  const cursor = { at: 0 };
  return childrenOf(take(elements, cursor), elements, cursor);
}

interface Node {
  readonly element: SchemaElement;
  readonly children: readonly Node[];
}

function take(elements: readonly SchemaElement[], cursor: { at: number }): SchemaElement {
  const element = elements[cursor.at];
  cursor.at += 1;
  if (element === undefined)
    throw error("ENGINE_UNSUPPORTED_TYPE", { type: "a cut Parquet schema" });
  return element;
}

function childrenOf(
  parent: SchemaElement,
  elements: readonly SchemaElement[],
  cursor: { at: number },
): Node[] {
  return Array.from({ length: parent.children }, () => {
    const element = take(elements, cursor);
    return { element, children: childrenOf(element, elements, cursor) };
  });
}

function fieldOf(node: Node): StructField {
  // A repeated field outside a LIST is an array of what it is (the format's oldest form).
  const type = repeatedType(node);
  return field(node.element.name, type, true, fieldIdOf(node));
}

function fieldIdOf({ element }: Node): { readonly [key: string]: number } {
  return element.fieldId === null ? {} : { "parquet.field.id": element.fieldId };
}

function typeOf(node: Node): DataType {
  const { element, children } = node;
  if (element.variant) return variant;
  if (children.length === 0 && element.type !== null) return leafType(element);
  const kind = element.converted ?? element.logical ?? "";
  const [only] = children;
  if (/LIST/i.test(kind) && only !== undefined) return array(elementType(only, element.name));
  if (/MAP/i.test(kind) && only !== undefined && only.children.length === 2) {
    const [key, value] = only.children as [Node, Node];
    return map(typeOf(key), repeatedType(value));
  }
  if (element.converted !== null) {
    throw error("PARQUET_TYPE_NOT_RECOGNIZED", { column: element.name, type: element.converted });
  }
  return struct(children.map(fieldOf));
}

/** The rules of parquet-format's LogicalTypes.md for lists of two and of three levels. */
function elementType(repeated: Node, parent: string): DataType {
  const { element, children } = repeated;
  const [only] = children;
  if (children.length !== 1 || only === undefined) return typeOf(repeated);
  if (element.name === "array" || element.name === `${parent}_tuple`) return bare(typeOf(repeated));
  return repeatedType(only);
}

function repeatedType(node: Node): DataType {
  const type = typeOf(node);
  return node.element.repetition === "REPEATED" ? array(bare(type), false) : type;
}

function bare(type: DataType): DataType {
  if (type.type !== "struct") return type;
  const [only, ...others] = type.fields;
  if (only === undefined || others.length > 0) return type;
  return struct([{ ...only, metadata: { ...only.metadata, [bareKey]: true } }]);
}

function unmarked(type: DataType): DataType {
  switch (type.type) {
    case "struct":
      return struct(
        type.fields.map((member) => {
          const { [bareKey]: _, ...metadata } = member.metadata;
          return { ...member, type: unmarked(member.type), metadata };
        }),
      );
    case "array":
      return { ...type, elementType: unmarked(type.elementType) };
    case "map":
      return { ...type, keyType: unmarked(type.keyType), valueType: unmarked(type.valueType) };
    default:
      return type;
  }
}

function leafType(element: SchemaElement): DataType {
  const converted = element.converted ?? "";
  const logical = element.logical ?? "";
  if (converted === "DECIMAL") return decimal(element.precision, element.scale);
  if (/^Timestamp/i.test(logical) || /^TIMESTAMP/.test(converted)) {
    if (/NANOS=(?!<null>)/.test(logical)) {
      throw error("PARQUET_TYPE_ILLEGAL", { column: element.name, type: "TIMESTAMP(NANOS)" });
    }
    return /isAdjustedToUTC=(0|false)/i.test(logical) ? timestampNtz : timestamp;
  }
  switch (element.type) {
    case "BOOLEAN":
      return boolean;
    case "INT32":
      return intType(converted);
    case "INT64":
      return converted === "UINT_64" ? decimal(20, 0) : long;
    case "INT96":
      return timestamp;
    case "FLOAT":
      return float;
    case "DOUBLE":
      return double;
    case "BYTE_ARRAY":
      return /UTF8|ENUM|JSON/.test(converted) || /String|Enum|Json/i.test(logical)
        ? string
        : binary;
    case "FIXED_LEN_BYTE_ARRAY":
      if (converted === "INTERVAL") {
        throw error("PARQUET_TYPE_NOT_SUPPORTED", { column: element.name, type: converted });
      }
      return binary;
    default:
      throw error("ENGINE_UNSUPPORTED_TYPE", { type: `Parquet ${element.type}` });
  }
}

function intType(converted: string): DataType {
  switch (converted) {
    case "INT_8":
      return byte;
    case "INT_16":
    case "UINT_8":
      return short;
    case "UINT_32":
      return long;
    case "DATE":
      return date;
    default:
      return integer;
  }
}
