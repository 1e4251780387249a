import { createRequire } from "node:module";
import type { Plugin } from "vitest/config";

const services = createRequire(new URL("package.json", import.meta.url));
const installed = Object.keys(
  (services("./package.json") as { readonly devDependencies: object }).devDependencies,
);

/** Finds the optional peers where `setup:services` puts them: the root holds the core only. */
export const peers: Plugin = {
  name: "optional-peers",
  enforce: "pre",
  resolveId(id) {
    if (!installed.includes(id)) return null;
    return { id: services.resolve(id), external: true };
  },
};
