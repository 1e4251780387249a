import { defineConfig } from "vitest/config";

// Two cores: more workers than that only wait for each other. Files of a worker share the modules
// they import: loading them anew for each took as long as the tests, and nothing here leaves
// anything behind.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/services/**", "test/interop/**", "test/soak/**"],
    maxWorkers: 2,
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
