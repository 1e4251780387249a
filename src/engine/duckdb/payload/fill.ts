import type { Code } from "../../../error/condition.ts";
import { error, isError } from "../../../error/error.ts";
import type { Value } from "../../../schema/value.ts";
import type { Column } from "../text/column.ts";
import { StringColumn } from "../text/string.ts";

/** What reads messages into the cells of a column. */
export interface PayloadReader {
  /** The function's name. */
  readonly name: string;
  readonly column: Column;
  /** Reads a message into a cell, of which parts may be there when it throws. */
  readonly read: (bytes: Uint8Array, row: number) => void;
  /** What a message that cannot be read becomes; absent: it is an error. */
  readonly lost?: Value;
  /** The condition of that error. */
  readonly malformed: Code & `MALFORMED_${string}`;
}

/** What is no message's fault, and ends the query in any mode. */
const ending: ReadonlySet<string> = new Set([
  ...["SCHEMA_REGISTRY_UNAVAILABLE", "SCHEMA_REGISTRY_CLIENT_ERROR", "UNKNOWN_FIELD_EXCEPTION"],
]);

/** Bytes of a message that an error tells. */
const toldBytes = 64;

/** The reader's column with a cell for each message. Throws `malformed` of the reader. */
export function fillColumn(
  reader: PayloadReader,
  messages: readonly (Uint8Array | null)[],
): Column {
  const { column, read } = reader;
  for (let row = 0; row < messages.length; row++) {
    const bytes = messages[row]!;
    if (bytes === null) {
      column.put(row, null);
      continue;
    }
    try {
      read(bytes, row);
    } catch (thrown) {
      column.reset();
      if (isError(thrown) && ending.has(thrown.code)) throw thrown;
      if (reader.lost === undefined) throw malformed(reader, bytes, thrown);
      return fillReadable(reader, messages, row);
    }
  }
  return column;
}

/** Half a message leaves cells behind: which can be read is found first, on a row of its own. */
function fillReadable(
  { column, read, lost = null }: PayloadReader,
  messages: readonly (Uint8Array | null)[],
  from: number,
): Column {
  const readable = messages.map((bytes, row) => {
    if (bytes === null || row < from) return true;
    try {
      read(bytes, 0);
      return true;
    } catch (thrown) {
      if (isError(thrown) && ending.has(thrown.code)) throw thrown;
      return false;
    } finally {
      column.reset();
    }
  });
  messages.forEach((bytes, row) => {
    if (bytes === null) column.put(row, null);
    else if (readable[row]) read(bytes, row);
    else column.put(row, lost);
  });
  return column;
}

function malformed(reader: PayloadReader, bytes: Uint8Array, thrown: unknown): Error {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const told = Buffer.from(bytes.subarray(0, toldBytes)).toString("hex").toUpperCase();
  const more = bytes.length > toldBytes ? `… (${bytes.length} bytes)` : "";
  return error(
    reader.malformed,
    { badRecord: `X'${told}'${more}`, path: reader.name, reason },
    isError(thrown) ? thrown : undefined,
  );
}

/** A column with the message of each value. */
export function fillColumnOf(
  write: (value: Value) => Uint8Array,
  values: readonly Value[],
): Column {
  const column = new StringColumn();
  values.forEach((value, row) => {
    column.put(row, value === null ? null : write(value));
  });
  return column;
}
