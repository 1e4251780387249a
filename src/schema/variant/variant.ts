import { error } from "../../error/error.ts";
import { zoneOf } from "../zone.ts";
import { variantJson } from "./json.ts";
import { NoJson, variantOfJson } from "./parse.ts";
import { rootOf } from "./read.ts";

/**
 * A value of the type VARIANT, in the two binaries of Spark's VariantVal: `value` says types and
 * values, `metadata` the names of fields.
 */
export class VariantVal {
  readonly value: Uint8Array;
  readonly metadata: Uint8Array;
  constructor(value: Uint8Array, metadata: Uint8Array) {
    this.value = value;
    this.metadata = metadata;
    Object.freeze(this);
  }
  /** The variant of a JSON text. MALFORMED_RECORD_IN_PARSING if it is none. */
  static parseJson(json: string): VariantVal {
    return variantOf(parseVariant(json));
  }
  /** As JSON text with instants in a time zone: `{"a":1,"at":"2024-01-01 00:00:00+00:00"}`. */
  toJson(timeZone = "UTC"): string {
    const zone = zoneOf(timeZone);
    if (zone === undefined) throw error("INVALID_TIMEZONE", { timeZone });
    return variantJson({ value: this.value, metadata: this.metadata, at: 0 }, zone);
  }
  /** As JSON text, instants in UTC. */
  toString(): string {
    return this.toJson();
  }
  /** What `JSON.parse` makes of the text: digits that a double cannot hold are lost. */
  toJSON(): unknown {
    const text = this.toJson();
    try {
      return JSON.parse(text);
    } catch {
      return text; // NaN and the infinities are no JSON.
    }
  }
}

/** The bytes of a variant of a JSON text. MALFORMED_RECORD_IN_PARSING if it is none. */
export function parseVariant(json: string): Uint8Array {
  try {
    return variantOfJson(json);
  } catch (thrown) {
    const reason = thrown instanceof NoJson ? thrown.message : String(thrown);
    throw error("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", {
      badRecord: json,
      path: "parse_json",
      reason,
    });
  }
}

/** The variant whose metadata and value stand one behind the other; it has bytes of its own. */
export function variantOf(bytes: Uint8Array): VariantVal {
  const { value, metadata } = rootOf(bytes);
  return new VariantVal(new Uint8Array(value), new Uint8Array(metadata));
}

/** Its metadata and value, one behind the other. */
export function bytesOf(variant: VariantVal): Uint8Array {
  const { value, metadata } = variant;
  return Buffer.concat([metadata, value]);
}
