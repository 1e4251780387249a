import type { Options } from "./relation.ts";

/** After these comes a name that the user makes up, whose case says something to others. */
const named: readonly string[] = ["cloudfiles.resourcetag.", "resourcetag."];

/** The key an option is kept by: in lower case, but for a name that the user makes up. */
export function optionKey(name: string): string {
  const lower = name.toLowerCase();
  const before = named.find((prefix) => lower.startsWith(prefix));
  return before === undefined ? lower : before + name.slice(before.length);
}

/** Options as sources and sinks read them. */
export function keyed(options: Readonly<Record<string, string>>): Options {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [optionKey(key), value]));
}
