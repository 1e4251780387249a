import {
  array,
  type DataType,
  type DecimalType,
  decimal,
  double,
  field,
  type StructField,
  type StructType,
  string,
  struct,
} from "../../../schema/type.ts";

const INTEGERS: Readonly<Record<string, number>> = { integer: 10, long: 20 };

/** The type that holds values of both, by Spark's inference for JSON and CSV; string at last. */
export function mergeTypes(left: DataType, right: DataType): DataType {
  if (left.type === "void") return right;
  if (right.type === "void") return left;
  if (left.type === "struct" && right.type === "struct") return mergeStructs(left, right);
  if (left.type === "array" && right.type === "array") {
    return array(
      mergeTypes(left.elementType, right.elementType),
      left.containsNull || right.containsNull,
    );
  }
  if (left.type === right.type && left.type !== "decimal") return left;
  const numeric = mergeNumbers(left, right);
  if (numeric !== undefined) return numeric;
  const pair = [left.type, right.type].sort().join(" ");
  if (pair === "date timestamp") return left.type === "timestamp" ? left : right;
  if (pair === "date timestamp_ntz") return left.type === "timestamp_ntz" ? left : right;
  if (pair === "timestamp timestamp_ntz") return left.type === "timestamp" ? left : right;
  return string;
}

function mergeNumbers(left: DataType, right: DataType): DataType | undefined {
  if (!isNumber(left) || !isNumber(right)) return undefined;
  if (left.type === "double" || right.type === "double") return double;
  if (left.type !== "decimal" && right.type !== "decimal") {
    return left.type === "long" ? left : right;
  }
  const [a, b] = [asDecimal(left), asDecimal(right)];
  const scale = Math.max(a.scale, b.scale);
  const range = Math.max(a.precision - a.scale, b.precision - b.scale);
  return range + scale > 38 ? double : decimal(range + scale, scale);
}

function isNumber(type: DataType): boolean {
  return type.type === "double" || type.type === "decimal" || type.type in INTEGERS;
}

function asDecimal(type: DataType): DecimalType {
  return type.type === "decimal" ? type : decimal(INTEGERS[type.type] ?? 20, 0);
}

/** The fields of both, sorted by name. */
export function mergeStructs(left: StructType, right: StructType): StructType {
  const fields = new Map<string, StructField>(left.fields.map((part) => [part.name, part]));
  for (const part of right.fields) {
    const known = fields.get(part.name);
    fields.set(part.name, known ? field(part.name, mergeTypes(known.type, part.type)) : part);
  }
  return sortedStruct([...fields.values()]);
}

/** A struct with its fields in the order of their names, as Spark infers them. */
export function sortedStruct(fields: readonly StructField[]): StructType {
  return struct([...fields].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)));
}

/** The type with fields whose names differ only in case as one, at every depth. */
export function foldCase(type: DataType): DataType {
  if (type.type === "array") return array(foldCase(type.elementType), type.containsNull);
  if (type.type !== "struct") return type;
  const fields = new Map<string, StructField>();
  for (const part of type.fields) {
    const key = part.name.toLowerCase();
    const known = fields.get(key);
    const merged = known ? mergeTypes(known.type, part.type) : part.type;
    fields.set(key, field(known?.name ?? part.name, foldCase(merged)));
  }
  return struct([...fields.values()]);
}
