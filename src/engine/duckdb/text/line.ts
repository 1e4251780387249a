import { type Block, skipMark } from "./block.ts";
import type { FormatContext } from "./format.ts";

/** The lines within bytes that hold no line feed but at their end: CR ends a line too. */
export function splitLines(line: Uint8Array): Uint8Array[] {
  const end = line.length > 0 && line[line.length - 1] === 13 ? line.length - 1 : line.length;
  const parts: Uint8Array[] = [];
  let start = 0;
  for (;;) {
    const at = line.indexOf(13, start);
    if (at < 0 || at >= end) break;
    parts.push(line.subarray(start, at));
    start = at + 1;
  }
  parts.push(line.subarray(start, end));
  return parts;
}

export interface LineReader extends Disposable {
  /** The next line without its end, valid until the next call; undefined at the end. */
  next(): Uint8Array | undefined;
}

/** The lines of the current file; a mark of byte order at its start is dropped. */
export function lineReader(
  context: Pick<FormatContext, "options" | "open">,
  wanted: { readonly blanks: boolean },
): LineReader {
  const { lineSeparator } = context.options;
  const separator = Buffer.from(lineSeparator ?? "\n");
  const blocks = context.open(separator);
  let block: Block | undefined;
  let first = true;
  let parts: Uint8Array[] = [];
  function take(): boolean {
    while (block === undefined || block.start >= block.end) {
      block = blocks.next();
      if (block === undefined) return false;
      if (first) skipMark(block);
      first = false;
    }
    const at = block.bytes.indexOf(separator, block.start);
    const line = block.bytes.subarray(block.start, at);
    block.start = at + separator.length;
    parts = lineSeparator === undefined ? splitLines(line).reverse() : [line];
    return true;
  }
  return {
    next() {
      for (;;) {
        const line = parts.pop();
        if (line !== undefined && (wanted.blanks || line.length > 0)) return line;
        if (line === undefined && !take()) return undefined;
      }
    },
    [Symbol.dispose]: () => blocks[Symbol.dispose](),
  };
}
