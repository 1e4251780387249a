import type { CsvOptions } from "./csv-option.ts";

/** The record can not be split at all. */
export class Untokenizable {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A place in a text; records end at a line end that is outside quotes. */
interface Reading {
  readonly text: string;
  readonly options: CsvOptions;
  at: number;
}

/** A record's tokens, and where it ended: the place of the line end, or the text's end. */
export interface Tokens {
  readonly tokens: readonly string[];
  readonly end: number;
}

/**
 * Splits the record at `start` as univocity's parser does: empty values become `nullValue`, empty
 * quoted ones `emptyValue`.
 */
export function tokenize(text: string, start: number, options: CsvOptions): Tokens {
  const reading: Reading = { text, options, at: start };
  const tokens: string[] = [];
  for (;;) {
    tokens.push(value(reading));
    if (tokens.length > options.maxColumns) {
      throw new Untokenizable(`more than maxColumns = ${options.maxColumns} values`);
    }
    const { at } = reading;
    if (at >= text.length || text.startsWith(options.newLine, at)) return { tokens, end: at };
    reading.at += options.separator.length;
  }
}

/** Whether a value ends here: at a separator, a line end or the end. */
function atEnd(reading: Reading): boolean {
  const { text, at, options } = reading;
  if (at >= text.length || text.startsWith(options.newLine, at)) return true;
  return text.startsWith(options.separator, at);
}

function value(reading: Reading): string {
  const { text, options } = reading;
  if (options.trimLeading) {
    while (!atEnd(reading) && text[reading.at]! <= " ") reading.at++;
  }
  if (atEnd(reading)) return options.nullValue;
  if (options.quote !== "" && text[reading.at] === options.quote) return quoted(reading);
  return plain(reading, "");
}

/** Takes everything up to the end of the value, after `before`. */
function plain(reading: Reading, before: string): string {
  const { text, options } = reading;
  const start = reading.at;
  const line = text.indexOf(options.newLine, start);
  const separator = text.indexOf(options.separator, start);
  let end = text.length;
  if (line >= 0 && line < end) end = line;
  if (separator >= 0 && separator < end) end = separator;
  reading.at = end;
  let token = before + text.slice(start, end);
  if (options.trimTrailing) token = trimEnd(token);
  return token === "" ? options.nullValue : token;
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1]! <= " ") end--;
  return text.slice(0, end);
}

/** A quoted value; what follows a quote that closes nothing goes by `unescapedQuotes`. */
function quoted(reading: Reading): string {
  const { text, options } = reading;
  const { quote, escape: mark, escapeEscape } = options;
  let token = "";
  let previous = "";
  reading.at++;
  for (;;) {
    const character = text[reading.at];
    if (character === undefined) return closeAtEnd(token, previous, options);
    if (previous === quote) {
      if (atEnd(reading)) return token === "" ? options.emptyValue : token;
      if (character <= " ") return afterQuote(reading, token);
    }
    if (character !== quote && character !== mark) {
      if (previous === quote) {
        if (options.unescapedQuotes !== "STOP_AT_CLOSING_QUOTE") return strayQuote(reading, token);
        token += quote;
      } else if (previous === mark && mark !== "") token += mark;
      token += character;
      previous = character;
    } else if (character === mark && previous === escapeEscape && escapeEscape !== "") {
      token += mark;
      previous = "";
    } else if (previous === mark && mark !== "") {
      token += character === quote ? quote : mark;
      previous = character === quote ? "" : character;
    } else {
      if (previous === quote) token += quote;
      previous = character;
    }
    reading.at++;
  }
}

/** A quoted value that the end of the input cuts off, or closes. */
function closeAtEnd(token: string, previous: string, options: CsvOptions): string {
  if (previous === options.quote) return token === "" ? options.emptyValue : token;
  const rest = previous === options.escape && options.escape !== "" ? options.escape : "";
  return token + rest === "" ? options.nullValue : token + rest;
}

/** White space after the closing quote is dropped, unless something comes after it. */
function afterQuote(reading: Reading, token: string): string {
  const start = reading.at;
  while (!atEnd(reading) && reading.text[reading.at]! <= " ") reading.at++;
  if (atEnd(reading)) return token === "" ? reading.options.emptyValue : token;
  reading.at = start;
  return strayQuote(reading, token);
}

/** A closing quote was none: the value goes on to its separator, quotes and all. */
function strayQuote(reading: Reading, token: string): string {
  const { quote, unescapedQuotes, nullValue } = reading.options;
  if (unescapedQuotes === "RAISE_ERROR") throw new Untokenizable("a quote inside a quoted value");
  const rest = plain(reading, quote + token + quote);
  return unescapedQuotes === "SKIP_VALUE" ? nullValue : rest;
}
