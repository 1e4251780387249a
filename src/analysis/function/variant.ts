import { error } from "../../error/error.ts";
import { parseDataType } from "../../schema/ddl.ts";
import { boolean, type DataType, string, variant } from "../../schema/type.ts";
import { variantPath } from "../../schema/variant/path.ts";
import { goesWithVariant } from "../coercion.ts";
import { aggregate, call } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  coerce,
  constantText,
  type FunctionCall,
  type Group,
  only,
  takes,
} from "./definition.ts";

const input = only(variant);

/** Functions of variants. */
export const variants: Group = {
  parse_json: { takes: [only(string)], type: variant },
  try_parse_json: { takes: [only(string)], type: variant, nullable: true },
  to_variant_object: {
    arity: [1, 1],
    resolve: (given) => {
      const { type, nullable } = argument(given, 0);
      const nested = ["struct", "array", "map"].includes(type.type);
      if (!nested || !goesWithVariant(type, true)) throw uncastable(given, type, variant);
      return call("to_variant_object", given.arguments, { type: variant, nullable });
    },
  },
  is_variant_null: { takes: [input], type: boolean, nullable: false },
  schema_of_variant: { takes: [input], type: string },
  schema_of_variant_agg: {
    kind: "aggregate",
    arity: [1, 1],
    resolve: (given) => {
      return aggregate("schema_of_variant_agg", [coerce(given, 0, input)], {
        type: string,
        nullable: false,
      });
    },
  },
  variant_get: {
    arity: [2, 3],
    resolve: (given) => variantGet(given, "variant_get"),
    print: (t) => `variant_get(${t.slice(0, 2).join(", ")})`,
  },
  try_variant_get: {
    arity: [2, 3],
    resolve: (given) => variantGet(given, "try_variant_get"),
    print: (t) => `try_variant_get(${t.slice(0, 2).join(", ")})`,
  },
};

/** variant_get(v, path[, type]): the type is the call's. */
function variantGet(given: FunctionCall, name: string): TypedExpression {
  const type =
    given.arguments.length > 2
      ? parseDataType(constantText(given, 2), given.conf.timestampType)
      : variant;
  const args = [coerce(given, 0, input), coerce(given, 1, takes.string)];
  if (!goesWithVariant(type, true)) throw uncastable(given, variant, type);
  const [, path] = args;
  if (path?.kind === "literal" && typeof path.value === "string") variantPath(path.value, name);
  return call(name, args, { type, nullable: true });
}

function uncastable(given: FunctionCall, from: DataType, to: DataType): Error {
  return error("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", {
    sqlExpr: `"${given.text}"`,
    srcType: quoteType(from),
    targetType: quoteType(to),
  });
}
