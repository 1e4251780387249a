import { defineConfig } from "vitest/config";

// Two cores: more workers than that only wait for each other.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/services/**", "test/interop/**", "test/soak/**"],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
