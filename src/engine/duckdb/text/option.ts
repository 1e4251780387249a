import { error } from "../../../error/error.ts";
import type { Options } from "../../../plan/relation.ts";
import { flag } from "../../../schema/flag.ts";
import type { Leniency } from "./block.ts";

export type Mode = "PERMISSIVE" | "DROPMALFORMED" | "FAILFAST";

/** What all text formats share. */
export interface TextOptions extends Leniency {
  readonly mode: Mode;
  readonly corruptColumn: string;
  readonly rescuedColumn: string | undefined;
  readonly rescuedFilePath: boolean;
  readonly caseSensitive: boolean;
  readonly multiLine: boolean;
  readonly lineSeparator: string | undefined;
  readonly samplingRatio: number;
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly timestampNtzFormat: string | undefined;
  readonly timeFormat: string | undefined;
  readonly timeZone: string;
}

/** The options all formats share, with Spark's defaults; names of `options` are lower case. */
export function textOptions(options: Options, timeZone: string): TextOptions {
  checkEncoding(options["encoding"] ?? options["charset"] ?? "UTF-8");
  checkLocale(options["locale"] ?? "en-US");
  return {
    mode: mode(options["mode"] ?? "PERMISSIVE"),
    corruptColumn: options["columnnameofcorruptrecord"] ?? "_corrupt_record",
    rescuedColumn: options["rescueddatacolumn"],
    rescuedFilePath: flag(options, "rescuedDataFilePath", true),
    caseSensitive: flag(options, "readerCaseSensitive", true),
    multiLine: flag(options, "multiLine", false),
    lineSeparator: lineSeparator(options),
    samplingRatio: samplingRatio(options["samplingratio"]),
    dateFormat: options["dateformat"],
    timestampFormat: options["timestampformat"],
    timestampNtzFormat: options["timestampntzformat"],
    timeFormat: options["timeformat"],
    timeZone: options["timezone"] ?? timeZone,
    ignoreCorruptFiles: flag(options, "ignoreCorruptFiles", false),
    ignoreMissingFiles: flag(options, "ignoreMissingFiles", false),
  };
}

function mode(value: string): Mode {
  const upper = value.toUpperCase();
  if (upper === "PERMISSIVE" || upper === "DROPMALFORMED" || upper === "FAILFAST") return upper;
  const reason = "the modes are PERMISSIVE, DROPMALFORMED and FAILFAST";
  throw error("INVALID_TEXT_OPTION", { option: "mode", value, reason });
}

function checkEncoding(value: string): void {
  const plain = value.toUpperCase().replace(/[-_]/g, "");
  if (plain === "UTF8" || plain === "USASCII" || plain === "ASCII") return;
  throw error("UNSUPPORTED_TEXT_OPTION", { option: "encoding", value, known: "UTF-8" });
}

/** Throws UNSUPPORTED_TEXT_OPTION for another locale than that of the United States. */
export function checkLocale(value: string): void {
  if (/^en([-_]us)?$/i.test(value)) return;
  throw error("UNSUPPORTED_TEXT_OPTION", { option: "locale", value, known: "en-US" });
}

function lineSeparator(options: Options): string | undefined {
  const value = options["linesep"];
  if (value === "") {
    const reason = "a line separator is not empty";
    throw error("INVALID_TEXT_OPTION", { option: "lineSep", value, reason });
  }
  return value;
}

function samplingRatio(value: string | undefined): number {
  const ratio = Number(value ?? 1);
  if (ratio > 0 && ratio <= 1) return ratio;
  const reason = "it is above 0 and at most 1";
  throw error("INVALID_TEXT_OPTION", { option: "samplingRatio", value: value ?? "", reason });
}

/** Options of the JSON grammar. */
export interface JsonGrammar {
  readonly singleQuotes: boolean;
  readonly comments: boolean;
  readonly unquotedNames: boolean;
  readonly nonNumericNumbers: boolean;
  readonly leadingZeros: boolean;
  readonly anyEscape: boolean;
  readonly controlCharacters: boolean;
}

export function jsonGrammar(options: Options): JsonGrammar {
  return {
    singleQuotes: flag(options, "allowSingleQuotes", true),
    comments: flag(options, "allowComments", false),
    unquotedNames: flag(options, "allowUnquotedFieldNames", false),
    nonNumericNumbers: flag(options, "allowNonNumericNumbers", true),
    leadingZeros: flag(options, "allowNumericLeadingZeros", false),
    anyEscape: flag(options, "allowBackslashEscapingAnyCharacter", false),
    controlCharacters: flag(options, "allowUnquotedControlChars", false),
  };
}
