import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { peers } from "./test/services/plugin.ts";

// Real servers, one of each for the whole run: one file after the other in one process.
export default defineConfig({
  plugins: [peers],
  resolve: { alias: { millrace: fileURLToPath(new URL("src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/services/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    globalSetup: "test/services/setup.ts",
    maxWorkers: 1,
    isolate: false,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
