import type { TypedCall } from "../../../../analysis/typed.ts";
import { assert } from "../../../../error/error.ts";
import type { Options } from "../../../../plan/relation.ts";
import { type Payload, payloadName } from "../../payload/payload.ts";
import type { Scope } from "../scope.ts";
import type { Group } from "./registry.ts";

/** Avro's bytes to values and back. */
export const avros: Group = {
  from_avro: ([data], { node, scope }) => {
    const { type } = node;
    const options = JSON.parse(constant(node, 2)) as Options;
    return calling({ kind: "from_avro", schema: constant(node, 1), options, type }, data, scope);
  },
  to_avro: ([value], { node, scope, types: [type] }) =>
    type === undefined || type.type === "void"
      ? "CAST(NULL AS BLOB)"
      : calling({ kind: "to_avro", schema: constant(node, 1), type }, value, scope),
};

function constant(node: TypedCall, index: number): string {
  const found = node.arguments[index];
  assert(found?.kind === "literal", "analysis leaves constants as texts");
  return String(found.value);
}

/** SQL of a payload's function, which the query then has to provide. */
function calling(payload: Payload, argument: string | undefined, scope: Scope): string {
  const name = payloadName(payload);
  scope.payloads.set(name, payload);
  return `${name}(${argument})`;
}
