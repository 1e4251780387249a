import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vitest/config";

const services = createRequire(new URL("test/services/package.json", import.meta.url));
const installed = Object.keys(
  (services("./package.json") as { readonly devDependencies: object }).devDependencies,
);

/** Finds the optional peers where `setup:services` puts them: the root holds the core only. */
const peers: Plugin = {
  name: "optional-peers",
  enforce: "pre",
  resolveId(id) {
    if (!installed.includes(id)) return null;
    return { id: services.resolve(id), external: true };
  },
};

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
  },
});
