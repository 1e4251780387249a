import { sameName } from "../../../schema/compare.ts";
import type { StructField } from "../../../schema/type.ts";
import { id, numberOf, structsOf } from "./footer.ts";
import type { Struct } from "./thrift.ts";

/** What finds a column in a file. */
export type Match = "name" | "id";

/** A column, group or member of a file's schema, and its place among all of them. */
export interface PlacedElement {
  readonly element: Struct;
  readonly at: number;
}

/** The schema of a file as its footer has it: depth first, the root at 0. */
export function elementsOf(metadata: Struct): readonly Struct[] {
  return structsOf(metadata, id.file.schema);
}

/** The children of an element, without theirs. */
export function childrenOf(elements: readonly Struct[], parent: number): readonly PlacedElement[] {
  const children: PlacedElement[] = [];
  const end = after(elements, parent);
  for (let at = parent + 1; at < end; at = after(elements, at)) {
    children.push({ element: elements[at]!, at });
  }
  return children;
}

/** The place behind an element and all that is below it. */
function after(elements: readonly Struct[], at: number): number {
  let left = 1;
  let place = at;
  for (; left > 0 && place < elements.length; place += 1) {
    left += numberOf(elements[place]!, id.element.children) - 1;
  }
  return place;
}

/** By name too where ids count: a column without an id is found so. */
export function isSame(field: StructField, element: Struct, match: Match): boolean {
  if (sameName(field.name, nameOf(element))) return true;
  const fieldId = element.get(id.element.fieldId)?.value;
  const wanted = field.metadata["parquet.field.id"];
  return match === "id" && typeof fieldId === "bigint" && Number(fieldId) === wanted;
}

export function nameOf(element: Struct): string {
  return String(element.get(id.element.name)?.value ?? "");
}
