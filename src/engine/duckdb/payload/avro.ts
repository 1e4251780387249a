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
import { byNumber } from "./evolution.ts";
import type { PayloadReader } from "./fill.ts";
import { frameBytes, framedId, frameOf } from "./frame.ts";
import type { Payload } from "./payload.ts";
import { avroOfId } from "./registry.ts";

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
  const cellOf = (text: string): ReadCell => {
    const written = parseAvroSchema(text);
    const reader = options.schema ?? (text === schema ? written : parseAvroSchema(schema));
    const place = { written, reader, type, column };
    return valueCell(place, { positional: options.positional, ...(rebase ? { rebase } : {}) });
  };
  const { registry } = payload;
  const restart = given["avroschemaevolutionmode"]?.toLowerCase() === "restart";
  const cells = registry && byNumber(registry, restart, (id) => cellOf(avroOfId(id, registry)));
  let only: ReadCell | undefined;
  const read: PayloadReader["read"] = (bytes, row) => {
    let cell: ReadCell;
    if (cells) {
      cell = cells(framedId(bytes));
      cursor.open(bytes.subarray(frameBytes));
    } else {
      only ??= cellOf(schema);
      cell = only;
      cursor.open(bytes);
    }
    cell(cursor, row);
  };
  const strict = (given["mode"] ?? "FAILFAST").toUpperCase() === "FAILFAST";
  const lost = type.type === "struct" ? {} : null;
  const malformed = "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION";
  return { name: payload.kind, column, read, malformed, ...(strict ? {} : { lost }) };
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
  const head = payload.id === undefined ? undefined : frameOf(payload.id);
  return (value) => {
    out.clear();
    if (head) out.raw(head);
    put(out, value);
    return out.taken();
  };
}
