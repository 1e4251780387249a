import { readFileSync } from "node:fs";
import { error } from "../error/error.ts";
import type { OptionReader } from "./option.ts";

/** An option that is PEM text, or a local file of it. */
export function pem(read: OptionReader, name: string): string | undefined {
  const value = read.text(name);
  if (value === undefined || value.includes("-----BEGIN")) return value;
  try {
    return readFileSync(value, "utf8");
  } catch (thrown) {
    const { message } = thrown as Error;
    const expected = `must be PEM text, or a file of it: ${message}`;
    throw error("INVALID_OPTION_VALUE", { name, value, expected }, thrown);
  }
}
