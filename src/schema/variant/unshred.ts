import { error } from "../../error/error.ts";
import { elementsOf, fieldOf, fieldsOf, kindOf, scalarOf, type VariantNode } from "./read.ts";
import {
  arrayBytes,
  copyBytes,
  objectBytes,
  scalarBytes,
  type VariantField,
  VariantNames,
} from "./write.ts";

/**
 * A variant put together from its shredded parts, as the shredding of the Parquet format says.
 * `typed` holds the column `typed_value` as a variant of its own: groups are objects of `value`
 * and `typed_value`, where null stands for nothing. MALFORMED_VARIANT where a part is missing.
 */
export function unshred(parts: {
  readonly metadata: Uint8Array;
  readonly value: Uint8Array | undefined;
  readonly typed: VariantNode;
}): Uint8Array {
  const names = new VariantNames();
  const rest =
    parts.value === undefined ? undefined : { value: parts.value, metadata: parts.metadata, at: 0 };
  return names.variant(assembled(rest, parts.typed, { metadata: parts.metadata, names }));
}

interface Site {
  readonly metadata: Uint8Array;
  readonly names: VariantNames;
}

function assembled(
  rest: VariantNode | undefined,
  typed: VariantNode | undefined,
  site: Site,
): Uint8Array {
  if (typed === undefined) {
    if (rest === undefined) throw error("MALFORMED_VARIANT", {});
    return copyBytes(rest, site.names);
  }
  switch (kindOf(typed)) {
    case "object":
      return objectBytes([...shredded(typed, site), ...left(rest, typed, site)], site.names);
    case "array":
      return arrayBytes(
        elementsOf(typed).map((element) => {
          const group = groupOf(element, site);
          return assembled(group.rest, group.typed, site);
        }),
      );
    case "long":
      return scalarBytes.long(scalarOf(typed) as bigint);
    default:
      return copyBytes(typed, site.names);
  }
}

function shredded(typed: VariantNode, site: Site): VariantField[] {
  return fieldsOf(typed).flatMap(({ key, node }) => {
    const { rest, typed } = groupOf(node, site);
    if (rest === undefined && typed === undefined) return [];
    site.names.id(key);
    return [{ key, bytes: assembled(rest, typed, site) }];
  });
}

/** The fields that are not shredded. */
function left(rest: VariantNode | undefined, typed: VariantNode, site: Site): VariantField[] {
  if (rest === undefined) return [];
  if (kindOf(rest) !== "object") throw error("MALFORMED_VARIANT", {});
  return fieldsOf(rest).map(({ key, node }) => {
    if (fieldOf(typed, key) !== undefined) throw error("MALFORMED_VARIANT", {});
    site.names.id(key);
    return { key, bytes: copyBytes(node, site.names) };
  });
}

function groupOf(
  node: VariantNode,
  { metadata }: Site,
): { rest: VariantNode | undefined; typed: VariantNode | undefined } {
  if (kindOf(node) !== "object") throw error("MALFORMED_VARIANT", {});
  const value = present(fieldOf(node, "value"));
  const bytes = value && scalarOf(value);
  const rest = bytes instanceof Uint8Array ? { value: bytes, metadata, at: 0 } : undefined;
  return { rest, typed: present(fieldOf(node, "typed_value")) };
}

function present(node: VariantNode | undefined): VariantNode | undefined {
  return node === undefined || kindOf(node) === "null" ? undefined : node;
}
