import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { optionReader } from "../option.ts";

/** How Spark writes CSV; "" stands for no character. */
export interface CsvStyle {
  readonly separator: string;
  readonly quote: string;
  readonly escape: string;
  /** What an escape character in a quoted value is escaped by. */
  readonly escapeEscape: string;
  readonly header: boolean;
  readonly quoteAll: boolean;
  /** Whether a quote in a value is reason to quote it. */
  readonly escapeQuotes: boolean;
  readonly trimLeading: boolean;
  readonly trimTrailing: boolean;
  readonly nullValue: string;
  readonly emptyValue: string;
}

const separators: Readonly<Record<string, string>> = { "\\t": "\t", "\\\\": "\\" };

/** The options of writing, with Spark's defaults, some of which are not those of reading. */
export function csvStyle(options: Options): CsvStyle {
  const { text, flag } = optionReader(options, "INVALID_OPTION_VALUE");
  const given = text("sep") ?? text("delimiter") ?? ",";
  const separator = separators[given] ?? given;
  if (separator === "") throw invalid("sep", given);
  const quote = character(options, "quote", '"');
  const mark = character(options, "escape", "\\");
  return {
    separator,
    quote,
    escape: mark,
    escapeEscape: character(options, "charToEscapeQuoteEscaping", quote === mark ? "" : mark),
    header: flag("header", false),
    quoteAll: flag("quoteAll", false),
    escapeQuotes: flag("escapeQuotes", true),
    trimLeading: flag("ignoreLeadingWhiteSpace", true),
    trimTrailing: flag("ignoreTrailingWhiteSpace", true),
    nullValue: text("nullValue") ?? "",
    emptyValue: text("emptyValue") ?? '""',
  };
}

function character(options: Options, name: string, absent: string): string {
  const value = options[name.toLowerCase()];
  if (value === undefined) return absent;
  if (["", "\0", "\\0", "\\u0000"].includes(value)) return "";
  if (value.length > 1) throw invalid(name, value);
  return value;
}

function invalid(name: string, value: string): Error {
  return error("INVALID_OPTION_VALUE", { name, value, expected: "must be a character" });
}

/** A record without the end of its line; null is a value that is none. */
export function csvLine(values: readonly (string | null)[], style: CsvStyle): string {
  return values.map((value) => csvValue(value, style)).join(style.separator);
}

function csvValue(value: string | null, style: CsvStyle): string {
  const stands = value === null ? style.nullValue : value === "" ? style.emptyValue : undefined;
  const text = trimmed(stands ?? value ?? "", style);
  if (text === "" && stands === undefined && style.nullValue !== "") return style.nullValue;
  const { quote } = style;
  if (stands !== undefined && isQuoted(text, quote)) return text;
  if (quote === "" || !needsQuotes(text, style)) return text;
  return `${quote}${escaped(text, style)}${quote}`;
}

function isQuoted(text: string, quote: string): boolean {
  return quote !== "" && text.length >= 2 && text.startsWith(quote) && text.endsWith(quote);
}

function needsQuotes(text: string, style: CsvStyle): boolean {
  return (
    style.quoteAll ||
    text.startsWith(style.quote) ||
    text.includes(style.separator) ||
    /[\n\r]/.test(text) ||
    (style.escapeQuotes && text.includes(style.quote))
  );
}

function escaped(text: string, style: CsvStyle): string {
  let made = "";
  for (const char of text) {
    if (char === style.quote) made += style.escape;
    else if (char === style.escape) made += style.escapeEscape;
    made += char;
  }
  return made;
}

/** Java's white space of old: all up to the blank. */
function trimmed(text: string, { trimLeading, trimTrailing }: CsvStyle): string {
  let start = 0;
  let end = text.length;
  if (trimLeading) while (start < end && text.charCodeAt(start) <= 32) start++;
  if (trimTrailing) while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  return text.slice(start, end);
}
