import { register } from "node:module";

/**
 * Loaded by `millrace run` into the child, after tsx: a user's `.ts` file is an ES module also
 * where no package.json says so, or its top-level await would not parse.
 */
const hook = `
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const own = found.url.startsWith("file:") && !found.url.includes("/node_modules/");
  return own && /\\.ts(\\?|$)/.test(found.url) ? { ...found, format: "module" } : found;
}`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);
