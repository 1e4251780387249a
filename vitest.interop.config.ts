import { defineConfig } from "vitest/config";

// The real systems: one Spark for the whole run, so one file after the other in one process.
export default defineConfig({
  test: {
    include: ["test/interop/**/*.test.ts"],
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
});
