import { expect, test } from "vitest";
import { functions } from "../../../src/analysis/function/registry.ts";
import { aggregateNames } from "../../../src/engine/duckdb/compile/aggregate.ts";
import { compilationOf } from "../../../src/engine/duckdb/compile/function/registry.ts";
import { unsupportedFunctions } from "../../../src/engine/duckdb/compile/function/unsupported.ts";

const aggregates = new Set(aggregateNames());

test("every function of analysis is compiled, or listed as unsupported", () => {
  const seen = new Set<string>();
  for (const { name, kind, sugar } of functions().values()) {
    if (sugar || kind === "window" || kind === "generator") continue;
    const compiled =
      kind === "aggregate" ? aggregates.has(name) : compilationOf(name) !== undefined;
    if (!compiled) seen.add(name);
  }
  const listed = [...unsupportedFunctions].filter((name) => name !== "json_tuple");
  expect([...seen].sort()).toEqual(listed.sort());
});
