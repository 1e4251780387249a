import { error } from "../../../error/error.ts";
import type { Options } from "../../../plan/relation.ts";
import { flag } from "../../../schema/flag.ts";

export type QuoteHandling =
  | "STOP_AT_DELIMITER"
  | "STOP_AT_CLOSING_QUOTE"
  | "SKIP_VALUE"
  | "RAISE_ERROR";

/** The options of CSV with Spark's defaults; "" stands for no character. */
export interface CsvOptions {
  readonly separator: string;
  readonly quote: string;
  readonly escape: string;
  readonly escapeEscape: string;
  readonly comment: string;
  readonly header: boolean;
  readonly enforceSchema: boolean;
  readonly nullValue: string;
  readonly emptyValue: string;
  readonly nanValue: string;
  readonly positiveInf: string;
  readonly negativeInf: string;
  readonly trimLeading: boolean;
  readonly trimTrailing: boolean;
  readonly unescapedQuotes: QuoteHandling;
  /** What ends a record in a text of many. */
  readonly newLine: string;
  readonly maxColumns: number;
  readonly preferDate: boolean;
}

export function csvOptions(options: Options): CsvOptions {
  const separator = unescapeSeparator(options["sep"] ?? options["delimiter"] ?? ",");
  const quote = character(options, "quote", '"');
  const mark = character(options, "escape", "\\");
  return {
    separator,
    quote,
    escape: mark,
    escapeEscape: character(options, "charToEscapeQuoteEscaping", quote === mark ? "" : mark),
    comment: character(options, "comment", ""),
    header: flag(options, "header", false),
    enforceSchema: flag(options, "enforceSchema", true),
    nullValue: options["nullvalue"] ?? "",
    emptyValue: options["emptyvalue"] ?? "",
    nanValue: options["nanvalue"] ?? "NaN",
    positiveInf: options["positiveinf"] ?? "Inf",
    negativeInf: options["negativeinf"] ?? "-Inf",
    trimLeading: flag(options, "ignoreLeadingWhiteSpace", false),
    trimTrailing: flag(options, "ignoreTrailingWhiteSpace", false),
    unescapedQuotes: quoteHandling(options["unescapedquotehandling"] ?? "STOP_AT_DELIMITER"),
    newLine: "\n",
    maxColumns: maxColumns(options["maxcolumns"] ?? "20480"),
    preferDate: flag(options, "preferDate", true),
  };
}

const SEPARATORS: Readonly<Record<string, string>> = {
  "\\t": "\t",
  "\\r": "\r",
  "\\b": "\b",
  "\\f": "\f",
  "\\\\": "\\",
  "\\0": "\0",
  "\\u0000": "\0",
};

function unescapeSeparator(value: string): string {
  const separator = value.replace(
    /\\(?:u0000|[trbf0\\"'])/g,
    (text) => SEPARATORS[text] ?? text[1]!,
  );
  if (separator !== "") return separator;
  throw error("INVALID_TEXT_OPTION", { option: "sep", value, reason: "a separator is not empty" });
}

function character(options: Options, name: string, fallback: string): string {
  const value = options[name.toLowerCase()];
  if (value === undefined) return fallback;
  if (value === "\0" || value === "\\0" || value === "\\u0000") return "";
  if (value.length <= 1) return value;
  const reason = "it is one character";
  throw error("INVALID_TEXT_OPTION", { option: name, value, reason });
}

function quoteHandling(value: string): QuoteHandling {
  const upper = value.toUpperCase();
  switch (upper) {
    case "STOP_AT_DELIMITER":
    case "STOP_AT_CLOSING_QUOTE":
    case "SKIP_VALUE":
    case "RAISE_ERROR":
      return upper;
    default:
      throw error("UNSUPPORTED_TEXT_OPTION", {
        option: "unescapedQuoteHandling",
        value,
        known: "STOP_AT_DELIMITER, STOP_AT_CLOSING_QUOTE, SKIP_VALUE, RAISE_ERROR",
      });
  }
}

function maxColumns(value: string): number {
  const columns = Number(value);
  if (Number.isInteger(columns) && columns > 0) return columns;
  const reason = "it is a positive whole number";
  throw error("INVALID_TEXT_OPTION", { option: "maxColumns", value, reason });
}
