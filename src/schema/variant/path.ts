import { error } from "../../error/error.ts";
import { elementAt, fieldOf, kindOf, type VariantNode } from "./read.ts";

/** A step into a variant: the name of a field, or the index of an element. */
export type VariantStep = string | number;

const step = /\.([^.[]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/y;

/** The steps of `$.a['b'][0]`; INVALID_VARIANT_GET_PATH where it is no path. */
export function variantPath(path: string, functionName: string): readonly VariantStep[] {
  const steps: VariantStep[] = [];
  let at = path.startsWith("$") ? 1 : Number.POSITIVE_INFINITY;
  while (at < path.length) {
    step.lastIndex = at;
    const match = step.exec(path);
    const index = Number(match?.[4] ?? 0);
    if (match === null || index > 0x7fffffff) break;
    steps.push(match[4] === undefined ? (match[1] ?? match[2] ?? match[3] ?? "") : index);
    at = step.lastIndex;
  }
  if (at === path.length) return steps;
  throw error("INVALID_VARIANT_GET_PATH", { path, functionName: `\`${functionName}\`` });
}

/** What stands at the end of the steps, if they lead anywhere. */
export function variantAt(
  root: VariantNode,
  steps: readonly VariantStep[],
): VariantNode | undefined {
  let node: VariantNode | undefined = root;
  for (const each of steps) {
    const kind = kindOf(node);
    if (typeof each === "string") node = kind === "object" ? fieldOf(node, each) : undefined;
    else node = kind === "array" ? elementAt(node, each) : undefined;
    if (node === undefined) return undefined;
  }
  return node;
}
