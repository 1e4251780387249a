import { sqlDataType } from "../schema/ddl.ts";
import type { DataType } from "../schema/type.ts";

/** A type as the parameters of Spark's errors hold it: `"INT"`. */
export function quoteType(type: DataType): string {
  return `"${sqlDataType(type)}"`;
}
