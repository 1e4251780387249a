import { type FieldPath, newFields } from "../../../schema/rescued.ts";
import type { StructType } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import { StringColumn } from "./string.ts";

const decoder = new TextDecoder();

/** The rescued column of an input that must have known fields only: it notes the first others. */
export class RescuedColumn extends StringColumn {
  readonly #known: StructType;
  /** The unknown fields of the first record that has any. */
  unknown: readonly FieldPath[] = [];

  constructor(known: StructType) {
    super();
    this.#known = known;
  }

  override put(row: number, value: Value): void {
    if (value !== null && this.unknown.length === 0) {
      const text = typeof value === "string" ? value : decoder.decode(value as Uint8Array);
      this.unknown = newFields(text, this.#known);
    }
    super.put(row, value);
  }
}
