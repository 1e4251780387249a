import { createRequire } from "node:module";

/** The DuckDB binding, loaded at first use: its native library costs a cold start 250 ms. */
export type Duck = typeof import("@duckdb/node-api");

let loaded: Duck | undefined;

/** By `require`: it is CommonJS, whose names an `import` would look for in each of its files. */
export function loadDuck(): Duck {
  loaded ??= createRequire(import.meta.url)("@duckdb/node-api") as Duck;
  return loaded;
}
