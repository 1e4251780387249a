import type { DataType } from "../../../../schema/type.ts";
import { text } from "../../quote.ts";
import { fromVariant, toVariant } from "../cast-variant.ts";
import { once } from "../once.ts";
import { textBytes, variantBytes, variantText } from "../variant-call.ts";
import type { Compilation, Group } from "./registry.ts";

/** Functions of variants. */
export const variants: Group = {
  parse_json: ([value = ""]) => variantBytes("parse_json", [textBytes(value)]),
  try_parse_json: ([value = ""]) => variantBytes("try_parse_json", [textBytes(value)]),
  is_variant_null: ([value = ""]) => `coalesce(${variantText("kind", [value])} = 'null', false)`,
  schema_of_variant: ([value = ""]) => variantText("schema", [value]),
  to_variant_object: ([value = ""], { types: [from], node, scope }) =>
    toVariant(value, { from: from as DataType, to: node.type, mode: "ansi", scope }),
  variant_get: extraction("variant_get"),
  try_variant_get: extraction("try_variant_get"),
};

/** The part at a path, cast to the type that is asked for. */
function extraction(name: "variant_get" | "try_variant_get"): Compilation {
  return ([value = "", path = ""], { node, scope }) => {
    const part = variantBytes("get", [value, textBytes(path), textBytes(text(name))]);
    if (node.type.type === "variant") return part;
    const mode = name === "variant_get" ? "ansi" : "try";
    return once([part], scope, (found) =>
      fromVariant(found, { from: { type: "variant" }, to: node.type, mode, scope }),
    );
  };
}
