// `node --import` this in a child process of the tests: it finds the optional peers where
// `setup:services` puts them.
import { readFileSync } from "node:fs";
import { register } from "node:module";

const manifest = readFileSync(new URL("package.json", import.meta.url), "utf8");
const installed = Object.keys(JSON.parse(manifest).devDependencies);

const hook = `
const installed = ${JSON.stringify(installed)};
export async function resolve(specifier, context, next) {
  if (!installed.includes(specifier)) return next(specifier, context);
  return next(specifier, { ...context, parentURL: ${JSON.stringify(new URL("package.json", import.meta.url).href)} });
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
