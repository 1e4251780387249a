import { text } from "../quote.ts";

/** The functions of SQL behind `variantBytes` and `variantText`: bytes in; bytes or a text out. */
export const variantNames = { bytes: "millrace_variant", text: "millrace_variant_text" } as const;

/** SQL of a function of `javascript/variant.ts` that answers with bytes. Null if an argument is. */
export function variantBytes(name: string, args: readonly string[]): string {
  return `${variantNames.bytes}(${[text(name), ...args].join(", ")})`;
}

/** The same of one that answers with a text. */
export function variantText(name: string, args: readonly string[]): string {
  return `${variantNames.text}(${[text(name), ...args].join(", ")})`;
}

/** SQL of a text as an argument of these functions. */
export function textBytes(sql: string): string {
  return `encode(${sql})`;
}
