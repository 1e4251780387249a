import { error } from "../error/error.ts";

/** Reads a true/false option as Scala does; anything else is INVALID_TEXT_OPTION. */
export function flag(
  options: Readonly<Record<string, string>>,
  name: string,
  fallback: boolean,
): boolean {
  const value = options[name.toLowerCase()];
  if (value === undefined) return fallback;
  const lower = value.toLowerCase();
  if (lower === "true") return true;
  if (lower === "false") return false;
  throw error("INVALID_TEXT_OPTION", { option: name, value, reason: "it is true or false" });
}
