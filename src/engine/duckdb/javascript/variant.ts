import { assert } from "../../../error/error.ts";
import { rootOf } from "../../../schema/variant/read.ts";
import { unshred } from "../../../schema/variant/unshred.ts";

/** A function of bytes; null for a value that is none. */
export type VariantOperation = (args: readonly Uint8Array[]) => Uint8Array | string | null;

/** Functions of variants, each its metadata and value in one text of bytes; texts come as UTF-8. */
const operations: Readonly<Record<string, VariantOperation>> = {
  /** The metadata, the value or nothing, and `typed_value` as a variant. */
  unshred: ([metadata = none, value = none, typed = none]) =>
    unshred({
      metadata,
      value: value.length === 0 ? undefined : value,
      typed: rootOf(typed),
    }),
};

const none = new Uint8Array();

export function variantOperationOf(name: string): VariantOperation {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  assert(operation !== undefined, `no function ${name} of variants`);
  return operation;
}
