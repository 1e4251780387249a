import { error } from "../../error/error.ts";
import { parseDataType } from "../../schema/ddl.ts";
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
  type StructType,
  short,
  string,
  struct,
  timestamp,
} from "../../schema/type.ts";
import { type OrcType, typeText } from "./type.ts";

/** The attribute in which Spark keeps what a type of its own is, where ORC has none. */
export const catalystType = "spark.sql.catalyst.type";

/** The schema of a file as Spark infers it. UNSUPPORTED_FEATURE.ORC_TYPE where it has none. */
export function sparkSchema(root: OrcType, path: string): StructType {
  const type = sparkType(root, path);
  if (type.type === "struct") return type;
  throw unsupported(root, path);
}

/** The type as Spark reads it: CHAR and VARCHAR are strings. */
export function sparkType(type: OrcType, path: string): DataType {
  const [first, second] = type.children;
  const named = type.attributes[catalystType];
  if (named !== undefined && type.children.length === 0) return parseDataType(named);
  switch (type.kind) {
    case "boolean":
      return boolean;
    case "byte":
      return byte;
    case "short":
      return short;
    case "int":
      return integer;
    case "long":
      return long;
    case "float":
      return float;
    case "double":
      return double;
    case "string":
    case "char":
    case "varchar":
      return string;
    case "binary":
      return binary;
    case "timestamp":
    case "timestamp_instant":
      return timestamp;
    case "date":
      return date;
    case "decimal":
      return decimal(type.precision, type.scale);
    case "list":
      return array(sparkType(first!, path));
    case "map":
      return map(sparkType(first!, path), sparkType(second!, path));
    case "struct":
      return struct(
        type.children.map((child, at) => field(type.names[at]!, sparkType(child, path))),
      );
    case "union":
      throw unsupported(type, path);
  }
}

function unsupported(type: OrcType, path: string): Error {
  return error("UNSUPPORTED_FEATURE.ORC_TYPE", { path, type: typeText(type) });
}
