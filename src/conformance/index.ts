/** The laws of the rooms that others may build too, as tests to run against their subject. */
export { openEngine } from "../engine/duckdb/engine.ts";
export { type EngineSubject, engineSuite } from "./engine.ts";
export type { Harness } from "./harness.ts";
export { type SinkFixture, sinkSuite } from "./sink.ts";
export { type SourceFixture, sourceSuite } from "./source.ts";
export { type StoreSubject, storeSuite } from "./store.ts";
