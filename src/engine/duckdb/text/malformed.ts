import { appendFileSync } from "node:fs";
import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import type { Value } from "../../../schema/value.ts";
import type { Chunk } from "./chunk.ts";
import type { FormatContext } from "./format.ts";
import { asText, decode } from "./layout.ts";
import type { TextOptions } from "./option.ts";

/** How much of a bad record an error shows. */
const SHOWN = 500;

/** A record that is at fault, and what could be read of it. */
export interface BadRecord {
  readonly file: InputFile;
  readonly bytes: Uint8Array;
  readonly reason: string;
  readonly rows: readonly { readonly values: readonly Value[]; readonly rescued?: Value }[];
}

/** Does with a malformed record what the mode says, or tells of it where such are told of. */
export function putMalformed(
  chunk: Chunk,
  record: BadRecord,
  { options, input }: Pick<FormatContext, "options" | "input">,
): void {
  if (input.bad?.records !== undefined) {
    const { bytes, reason, file } = record;
    tell(input.bad.records, { path: file.uri, record: decode(bytes), reason });
    return;
  }
  if (options.mode === "DROPMALFORMED") return;
  if (options.mode === "FAILFAST") {
    throw error("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", {
      badRecord: decode(record.bytes).slice(0, SHOWN),
      path: record.file.uri,
      reason: record.reason,
    });
  }
  const corrupt = chunk.layout.corrupt === undefined ? null : asText(record.bytes);
  if (record.rows.length === 0) chunk.put([], corrupt);
  for (const row of record.rows) chunk.put(row.values, corrupt, row.rescued ?? null);
}

/** Adds a line of JSON to a local file: DuckDB's threads wait for nothing. */
export function tell(path: string, line: Readonly<Record<string, string>>): void {
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

/** The end of a rescued object: where it was found. */
export function rescueEnd(file: InputFile, options: TextOptions): string {
  if (!options.rescuedFilePath) return "}";
  return `,"_file_path":${JSON.stringify(file.uri)}}`;
}
