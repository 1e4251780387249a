import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { peers } from "./test/services/plugin.ts";

// The real systems: one Spark for the whole run, so one file after the other in one process.
export default defineConfig({
  plugins: [peers],
  // The examples import the package by its name: here that is the source.
  resolve: { alias: { millrace: fileURLToPath(new URL("src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/interop/**/*.test.ts"],
    globalSetup: "test/interop/setup.ts",
    maxWorkers: 1,
    isolate: false,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
});
