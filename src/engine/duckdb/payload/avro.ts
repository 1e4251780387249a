import { valueEncoder } from "../../../schema/avro/encode.ts";
import { avroOptions } from "../../../schema/avro/option.ts";
import { AvroOutput } from "../../../schema/avro/output.ts";
import { parseAvroSchema } from "../../../schema/avro/parse.ts";
import { julianRebase, type Rebase } from "../../../schema/rebase.ts";
import type { Value } from "../../../schema/value.ts";
import { valueCell } from "../avro/cell.ts";
import { Cursor } from "../avro/cursor.ts";
import { ancientRefused } from "../avro/file.ts";
import type { ReadCell } from "../avro/value.ts";
import { columnOf } from "../text/column.ts";
import type { PayloadReader } from "./fill.ts";
import type { Payload } from "./payload.ts";

/**
 * The reader of `from_avro`. As in Spark, schemas that do not go together are the fault of each
 * message, not of the call.
 */
export function avroReader(payload: Payload & { readonly kind: "from_avro" }): PayloadReader {
  const { type, schema, options: given } = payload;
  const options = avroOptions(given);
  const column = columnOf(type);
  const rebase = rebaseOf(options.rebaseMode);
  const cursor = new Cursor();
  let cell: ReadCell | undefined;
  const made = (): ReadCell => {
    const written = parseAvroSchema(schema);
    const place = { written, reader: options.schema ?? written, type, column };
    return valueCell(place, { positional: options.positional, ...(rebase ? { rebase } : {}) });
  };
  const read: PayloadReader["read"] = (bytes, row) => {
    cell ??= made();
    cursor.open(bytes);
    cell(cursor, row);
  };
  const strict = (given["mode"] ?? "FAILFAST").toUpperCase() === "FAILFAST";
  const lost = type.type === "struct" ? {} : null;
  return { name: payload.kind, column, read, ...(strict ? {} : { lost }) };
}

function rebaseOf(mode: "EXCEPTION" | "CORRECTED" | "LEGACY"): Rebase | undefined {
  if (mode === "CORRECTED") return undefined;
  return mode === "LEGACY" ? julianRebase("UTC") : ancientRefused;
}

/** The writer of `to_avro`. Throws as `valueEncoder` does. */
export function avroWriter(
  payload: Payload & { readonly kind: "to_avro" },
): (value: Value) => Uint8Array {
  const put = valueEncoder(payload.type, parseAvroSchema(payload.schema));
  const out = new AvroOutput();
  return (value) => {
    put(out, value);
    return out.taken();
  };
}
