// `node --import` this in a child process of the tests: it finds the optional peers where
// `setup:services` puts them.
import { register } from "node:module";

const hook = `
export async function resolve(specifier, context, next) {
  if (!/^@(aws-sdk|azure|google-cloud)\\//.test(specifier)) return next(specifier, context);
  return next(specifier, { ...context, parentURL: ${JSON.stringify(new URL("package.json", import.meta.url).href)} });
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
