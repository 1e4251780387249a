import { error } from "../../../../error/error.ts";
import type { DataType } from "../../../../schema/type.ts";
import type { HashShape } from "../../javascript/hash.ts";
import { memberName, text } from "../../quote.ts";
import { fresh, type Scope } from "../scope.ts";
import { type Compilation, type Group, javascript } from "./registry.ts";

/** Spark's hashes, value by value over all that a row's values hold. */
export const hashes: Group = {
  hash: hashOf("hash", "INTEGER"),
  xxhash64: hashOf("xxhash64", "BIGINT"),
};

function hashOf(name: string, result: "INTEGER" | "BIGINT"): Compilation {
  return (args, { types, scope }) => {
    const values = args.slice(0, -1);
    const shape: HashShape = ["struct", ...values.map((_, at) => shapeOf(types[at]!))];
    const texts = values.map((value, at) => textOf(value, types[at]!, scope));
    const seed = `CAST(${args.at(-1)} AS VARCHAR)`;
    const call = javascript(name, [text(JSON.stringify(shape)), jsonList(texts), seed]);
    return `CAST(${call} AS ${result})`;
  };
}

/** What a type's values are hashed as. */
function shapeOf(type: DataType): HashShape {
  switch (type.type) {
    case "array":
      return ["array", shapeOf(type.elementType)];
    case "struct":
      return ["struct", ...type.fields.map((field) => shapeOf(field.type))];
    case "boolean":
    case "byte":
    case "short":
    case "integer":
    case "date":
    case "void":
      return "int";
    case "decimal":
      return type.precision <= 18 ? "long" : "big";
    case "float":
    case "double":
      return type.type;
    case "binary":
      return "bytes";
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "time":
      return "long";
    case "interval":
      if (type.unit === "calendar") throw unknown("an interval of all units");
      return type.unit === "month" ? "int" : "long";
    default:
      return "text";
  }
}

function unknown(what: string): Error {
  return error("ENGINE_UNSUPPORTED_FUNCTION", { name: `a hash of ${what}` });
}

/** SQL of a value's text by its shape: whole numbers, units of decimals, lists as JSON. */
function textOf(value: string, type: DataType, scope: Scope): string {
  switch (type.type) {
    case "array": {
      const x = fresh(scope);
      const items = `list_transform(${value}, lambda ${x}: ${textOf(x, type.elementType, scope)})`;
      return `CAST(to_json(${items}) AS VARCHAR)`;
    }
    case "struct": {
      const members = type.fields.map((field, at) =>
        textOf(`struct_extract(${value}, '${memberName(at)}')`, field.type, scope),
      );
      return `CASE WHEN ${value} IS NOT NULL THEN ${jsonList(members)} END`;
    }
    case "boolean":
      return `CAST(CAST(${value} AS INTEGER) AS VARCHAR)`;
    case "date":
      return `CAST(${value} - DATE '1970-01-01' AS VARCHAR)`;
    case "timestamp":
    case "timestamp_ntz":
      return `CAST(epoch_us(${value}) AS VARCHAR)`;
    case "time":
      // Spark holds a time in nanoseconds.
      return `CAST(epoch_us(${value}) * 1000 AS VARCHAR)`;
    case "decimal":
      return `replace(CAST(${value} AS VARCHAR), '.', '')`;
    case "binary":
      return `hex(${value})`;
    default:
      return `CAST(${value} AS VARCHAR)`;
  }
}

function jsonList(texts: readonly string[]): string {
  return `CAST(to_json([${texts.join(", ")}]) AS VARCHAR)`;
}
