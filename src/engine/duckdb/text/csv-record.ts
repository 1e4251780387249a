import type { InputFile } from "../../../plan/input.ts";
import type { CsvOptions } from "./csv-option.ts";
import { type Tokens, tokenize, Untokenizable } from "./csv-token.ts";
import type { FormatContext } from "./format.ts";
import { decode } from "./layout.ts";
import { lineReader } from "./line.ts";
import { readWhole } from "./whole.ts";

/** A record's own text and its values. */
export interface CsvRecord {
  readonly text: string;
  readonly tokens: readonly string[] | Untokenizable;
}

export interface CsvRecords extends Disposable {
  /** The next record; `plain` may take a line's bytes before they are split. */
  next(plain?: (line: Uint8Array) => boolean): CsvRecord | "taken" | undefined;
}

/** The records of a file: its lines, or with multiLine what its quotes hold together. */
export function csvRecords(
  context: Pick<FormatContext, "options" | "open">,
  csv: CsvOptions,
  file: InputFile,
): CsvRecords {
  return context.options.multiLine ? wholeRecords(context, csv, file) : lineRecords(context, csv);
}

function lineRecords(
  context: Pick<FormatContext, "options" | "open">,
  csv: CsvOptions,
): CsvRecords {
  const lines = lineReader(context, { blanks: false });
  return {
    next(plain) {
      for (;;) {
        const line = lines.next();
        if (line === undefined) return undefined;
        if (plain?.(line)) return "taken";
        const text = decode(line);
        if (text.trim() === "") continue;
        if (csv.comment !== "" && text.startsWith(csv.comment)) continue;
        return { text, tokens: split(text, 0, csv).tokens };
      }
    },
    [Symbol.dispose]: () => lines[Symbol.dispose](),
  };
}

function wholeRecords(
  context: Pick<FormatContext, "options">,
  given: CsvOptions,
  file: InputFile,
): CsvRecords {
  let text = decode(readWhole(file));
  if (text.startsWith("\ufeff")) text = text.slice(1);
  const newLine = context.options.lineSeparator ?? /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
  const csv = { ...given, newLine };
  let at = 0;
  return {
    next() {
      for (;;) {
        if (at >= text.length) return undefined;
        if (text.startsWith(newLine, at)) {
          at += newLine.length;
          continue;
        }
        if (csv.comment !== "" && text.startsWith(csv.comment, at)) {
          at = lineEnd(text, at, newLine) + newLine.length;
          continue;
        }
        const { tokens, end } = split(text, at, csv);
        const record = { text: text.slice(at, end), tokens };
        at = end + newLine.length;
        return record;
      }
    },
    [Symbol.dispose]: () => {
      text = "";
    },
  };
}

function lineEnd(text: string, at: number, newLine: string): number {
  const end = text.indexOf(newLine, at);
  return end < 0 ? text.length : end;
}

function split(
  text: string,
  at: number,
  csv: CsvOptions,
): { tokens: Tokens["tokens"] | Untokenizable; end: number } {
  try {
    return tokenize(text, at, csv);
  } catch (thrown) {
    if (!(thrown instanceof Untokenizable)) throw thrown;
    return { tokens: thrown, end: lineEnd(text, at, csv.newLine) };
  }
}
