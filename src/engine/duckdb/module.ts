/** The DuckDB binding, imported at first use: its native library costs a cold start 250 ms. */
export type Duck = typeof import("@duckdb/node-api");

let loaded: Promise<Duck> | undefined;

export function loadDuck(): Promise<Duck> {
  loaded ??= import("@duckdb/node-api");
  return loaded;
}
