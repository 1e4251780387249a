import { quoteIfNeeded } from "../ddl.ts";
import type { Decimal } from "../value.ts";
import {
  elementsOf,
  fieldsOf,
  kindOf,
  scalarOf,
  type VariantKind,
  type VariantNode,
} from "./read.ts";

/** What a variant, or several together, are made of; plain data that JSON holds. */
export type VariantShape =
  | { readonly kind: Exclude<VariantKind, "decimal" | "array" | "object"> | "variant" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "array"; readonly element: VariantShape }
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, VariantShape>> };

export const nullShape: VariantShape = { kind: "null" };

export function shapeOf(node: VariantNode): VariantShape {
  const kind = kindOf(node);
  switch (kind) {
    case "object": {
      const fields = fieldsOf(node).map(({ key, node }) => [key, shapeOf(node)] as const);
      return { kind, fields: Object.fromEntries(fields) };
    }
    case "array":
      return { kind, element: elementsOf(node).map(shapeOf).reduce(mergeShapes, nullShape) };
    case "decimal": {
      const { unscaled, scale } = scalarOf(node) as Decimal;
      const digits = String(unscaled).replace("-", "").length;
      return { kind, precision: Math.max(digits, scale), scale };
    }
    default:
      return { kind };
  }
}

/** The tightest shape that holds both, as Spark merges them; a variant, if nothing else does. */
export function mergeShapes(left: VariantShape, right: VariantShape): VariantShape {
  if (left.kind === "null") return right;
  if (right.kind === "null") return left;
  if (left.kind === "object" && right.kind === "object") {
    const fields = new Map(Object.entries(left.fields));
    for (const [key, shape] of Object.entries(right.fields)) {
      const known = fields.get(key);
      fields.set(key, known ? mergeShapes(known, shape) : shape);
    }
    return { kind: "object", fields: Object.fromEntries(fields) };
  }
  if (left.kind === "array" && right.kind === "array") {
    return { kind: "array", element: mergeShapes(left.element, right.element) };
  }
  if (left.kind === right.kind && left.kind !== "decimal") return left;
  return mergeNumbers(left, right) ?? { kind: mergedTime(left.kind, right.kind) };
}

const numbers: readonly string[] = ["long", "decimal", "float", "double"];

function mergeNumbers(left: VariantShape, right: VariantShape): VariantShape | undefined {
  if (!numbers.includes(left.kind) || !numbers.includes(right.kind)) return undefined;
  const [a, b] = [exact(left), exact(right)];
  if (a === undefined || b === undefined) {
    const single = [left.kind, right.kind].sort().join() === "float,long";
    return { kind: single ? "float" : "double" };
  }
  const scale = Math.max(a.scale, b.scale);
  const precision = Math.max(a.precision - a.scale, b.precision - b.scale) + scale;
  return precision > 38 ? { kind: "double" } : { kind: "decimal", precision, scale };
}

/** A number as a decimal; undefined: it is none. */
function exact(shape: VariantShape): { precision: number; scale: number } | undefined {
  if (shape.kind === "decimal") return shape;
  return shape.kind === "long" ? { precision: 20, scale: 0 } : undefined;
}

const times: readonly string[] = ["date", "timestamp_ntz", "timestamp"];

function mergedTime(left: string, right: string): "timestamp" | "timestamp_ntz" | "variant" {
  const [a, b] = [times.indexOf(left), times.indexOf(right)];
  if (a < 0 || b < 0) return "variant";
  return Math.max(a, b) === 2 ? "timestamp" : "timestamp_ntz";
}

const names: Readonly<Record<string, string>> = { null: "VOID", long: "BIGINT" };

/** A shape as `schema_of_variant` prints it: `OBJECT<a: BIGINT, b: ARRAY<STRING>>`. */
export function shapeText(shape: VariantShape): string {
  switch (shape.kind) {
    case "object": {
      // Whole numbers would come first in a JavaScript object: names are put in order here.
      const fields = Object.entries(shape.fields).sort(([a], [b]) => (a < b ? -1 : 1));
      const texts = fields.map(([key, field]) => `${quoteIfNeeded(key)}: ${shapeText(field)}`);
      return `OBJECT<${texts.join(", ")}>`;
    }
    case "array":
      return `ARRAY<${shapeText(shape.element)}>`;
    case "decimal":
      return `DECIMAL(${shape.precision},${shape.scale})`;
    default:
      return names[shape.kind] ?? shape.kind.toUpperCase();
  }
}
