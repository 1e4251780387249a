import type { DataType } from "../type.ts";
import { elementsOf, fieldOf, kindOf, rootOf, scalarOf, type VariantNode } from "./read.ts";
import {
  arrayBytes,
  copyBytes,
  objectBytes,
  scalarBytes,
  type VariantField,
  VariantNames,
} from "./write.ts";

/**
 * The variant of a value of a type, from one in which the value's parts are told by place: a
 * struct's fields as `nameOf` calls them, a map as an array of its entries, a variant as the bytes
 * of it. VARIANT_DUPLICATE_KEY if two fields have one name.
 */
export function retyped(
  plain: VariantNode,
  type: DataType,
  nameOf: (ordinal: number) => string,
): Uint8Array {
  const names = new VariantNames();
  return names.variant(typed(plain, type, { names, nameOf }));
}

interface Site {
  readonly names: VariantNames;
  readonly nameOf: (ordinal: number) => string;
}

function typed(node: VariantNode, type: DataType, site: Site): Uint8Array {
  const kind = kindOf(node);
  if (kind === "null") return scalarBytes.null();
  switch (type.type) {
    case "array":
      return arrayBytes(elementsOf(node).map((item) => typed(item, type.elementType, site)));
    case "map":
      return objectBytes(
        elementsOf(node).map((entry) => {
          const key = scalarOf(member(entry, "key")) as string;
          return field(key, () => typed(member(entry, "value"), type.valueType, site), site);
        }),
        site.names,
      );
    case "struct":
      return objectBytes(
        type.fields.map((each, ordinal) => {
          const value = member(node, site.nameOf(ordinal));
          return field(each.name, () => typed(value, each.type, site), site);
        }),
        site.names,
      );
    case "variant":
      return copyBytes(rootOf(scalarOf(node) as Uint8Array), site.names);
    default:
      // The widths of whole numbers are the values' own.
      return kind === "long"
        ? scalarBytes.long(scalarOf(node) as bigint)
        : copyBytes(node, site.names);
  }
}

/** Its name is numbered before those within it. */
function field(key: string, bytes: () => Uint8Array, { names }: Site): VariantField {
  names.id(key);
  return { key, bytes: bytes() };
}

function member(node: VariantNode, key: string): VariantNode {
  return fieldOf(node, key) ?? nothing;
}

const nothing: VariantNode = { value: scalarBytes.null(), metadata: Uint8Array.of(1, 0, 0), at: 0 };
