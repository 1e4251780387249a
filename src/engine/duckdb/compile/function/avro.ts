import type { TypedCall } from "../../../../analysis/typed.ts";
import { assert } from "../../../../error/error.ts";
import type { Options } from "../../../../plan/relation.ts";
import { type Payload, payloadName, type RegistryUse } from "../../payload/payload.ts";
import type { Scope } from "../scope.ts";
import type { Group } from "./registry.ts";

/** Avro's bytes to values and back. */
export const avros: Group = {
  from_avro: ([data], { node, scope }) => {
    const [schema, options, registry] = [1, 2, 3].map((index) => constant(node, index));
    const payload: Payload = {
      ...{ kind: "from_avro", schema: schema ?? "", type: node.type },
      options: JSON.parse(options ?? "{}") as Options,
      ...(registry === undefined ? {} : { registry: JSON.parse(registry) as RegistryUse }),
    };
    return calling(payload, data, scope);
  },
  to_avro: ([value], { node, scope, types: [type] }) => {
    if (type === undefined || type.type === "void") return "CAST(NULL AS BLOB)";
    const [schema = "", id] = [1, 2].map((index) => constant(node, index));
    const number = id === undefined ? {} : { id: Number(id) };
    return calling({ kind: "to_avro", schema, type, ...number }, value, scope);
  },
};

function constant(node: TypedCall, index: number): string | undefined {
  const found = node.arguments[index];
  if (found === undefined) return undefined;
  assert(found.kind === "literal", "analysis leaves constants as texts");
  return String(found.value);
}

/** SQL of a payload's function, which the query then has to provide. */
function calling(payload: Payload, argument: string | undefined, scope: Scope): string {
  const name = payloadName(payload);
  scope.payloads.set(name, payload);
  return `${name}(${argument})`;
}
