import { defineConfig } from "vitest/config";

// The full counts: kills, processes, seeds.
export default defineConfig({
  test: {
    include: ["test/soak/**/*.test.ts"],
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
