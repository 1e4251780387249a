import type { TypedCall } from "../../../../analysis/typed.ts";
import { assert } from "../../../../error/error.ts";
import type { Options } from "../../../../plan/relation.ts";
import { type Payload, payloadName, type RegistryUse } from "../../payload/payload.ts";
import { sqlType } from "../../type.ts";
import type { Scope } from "../scope.ts";
import type { Group } from "./registry.ts";

/** Bytes of Avro and Protobuf to values and back. */
export const payloads: Group = {
  from_avro: ([data], { node, scope }) => {
    const [schema = "", options, registry] = constants(node);
    const payload: Payload = {
      ...{ kind: "from_avro", schema, type: node.type },
      ...readingOf(options, registry),
    };
    return calling(payload, data, scope);
  },
  to_avro: ([value], { node, scope, types: [type] }) => {
    if (type === undefined || type.type === "void") return "CAST(NULL AS BLOB)";
    const [schema = "", id] = constants(node);
    const number = id === undefined ? {} : { id: Number(id) };
    return writing({ kind: "to_avro", schema, type, ...number }, value, scope);
  },
  from_protobuf: ([data], { node, scope }) => {
    const [message = "", descriptors = "", options, registry] = constants(node);
    const payload: Payload = {
      ...{ kind: "from_protobuf", message, descriptors, type: node.type },
      ...readingOf(options, registry),
    };
    return calling(payload, data, scope);
  },
  to_protobuf: ([value], { node, scope, types: [type] }) => {
    if (type === undefined || type.type === "void") return "CAST(NULL AS BLOB)";
    const [message = "", descriptors = "", , registry] = constants(node);
    const number = registry === undefined ? {} : { id: (JSON.parse(registry) as RegistryUse).id };
    const own = { kind: "to_protobuf", message, descriptors, type } as const;
    return writing({ ...own, ...number }, value, scope);
  },
};

/** The constants after a call's first argument. */
function constants(node: TypedCall): readonly string[] {
  return node.arguments.slice(1).map((one) => {
    assert(one.kind === "literal", "analysis leaves constants as texts");
    return String(one.value);
  });
}

function readingOf(options = "{}", registry: string | undefined) {
  return {
    options: JSON.parse(options) as Options,
    ...(registry === undefined ? {} : { registry: JSON.parse(registry) as RegistryUse }),
  };
}

/** DuckDB finds the function of no value that has the type but for the width of a number in it. */
function writing(payload: Payload, value: string | undefined, scope: Scope): string {
  return calling(payload, `CAST(${value} AS ${sqlType(payload.type)})`, scope);
}

/** SQL of a payload's function, which the query then has to provide. */
function calling(payload: Payload, argument: string | undefined, scope: Scope): string {
  // Throws where DuckDB has no such type.
  sqlType(payload.type);
  const name = payloadName(payload);
  scope.payloads.set(name, payload);
  return `${name}(${argument})`;
}
