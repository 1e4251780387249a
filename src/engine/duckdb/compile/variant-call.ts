import { text } from "../quote.ts";

/** The functions of SQL behind `variantBytes` and `variantText`: bytes in; bytes or a text out. */
export const variantNames = { bytes: "millrace_variant", text: "millrace_variant_text" } as const;

/** SQL of a function of `javascript/variant.ts` that answers with bytes. Null if an argument is. */
export function variantBytes(name: string, args: readonly string[]): string {
  return `${variantNames.bytes}(${[text(name), ...args].join(", ")})`;
}
