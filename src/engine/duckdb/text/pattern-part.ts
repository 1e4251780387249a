import { zoneOf } from "../../../schema/zone.ts";
import { ERAS, MONTHS } from "./calendar-name.ts";

/** What a part of a text says; whole numbers but for the zone. */
export interface PatternFields {
  readonly era?: number;
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
  readonly dayOfYear?: number;
  readonly hour?: number;
  readonly clockHour?: number;
  readonly hour12?: number;
  readonly hourOfPeriod?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly nanos?: number;
  readonly period?: number;
  readonly zone?: string;
}

export type NumberField = Exclude<keyof PatternFields, "zone" | "era" | "period">;

/** A whole number, as Java's formatter takes its digits. */
export interface NumberPart {
  readonly kind: "number";
  readonly field: NumberField;
  readonly least: number;
  readonly most: number;
  /** `bare`: no sign; `minus`: one before negative numbers; `pad`: `+` before more than `least`. */
  readonly sign: "bare" | "minus" | "pad";
  /** Two digits of a year from 2000 on. */
  readonly reduced: boolean;
  /** Digits that the numbers right behind it take for sure. */
  following: number;
}

export type PatternPart =
  | NumberPart
  | { readonly kind: "fraction"; readonly most: number }
  | { readonly kind: "name"; readonly field: "month" | "era" | "period"; readonly names: Names }
  | { readonly kind: "offset"; readonly expression: RegExp; readonly prefix: string }
  | { readonly kind: "zone" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "optional"; readonly parts: readonly PatternPart[] };

/** Names with their numbers, in lower case. */
type Names = readonly (readonly [name: string, value: number])[];

const numbers: Readonly<Record<string, NumberField>> = {
  ...{ y: "year", M: "month", L: "month", d: "day", D: "dayOfYear", H: "hour" },
  ...{ k: "clockHour", h: "hour12", K: "hourOfPeriod", m: "minute", s: "second" },
};

const named = (names: readonly string[], first: number, length?: number): Names =>
  names.map((name, index) => [name.slice(0, length).toLowerCase(), index + first] as const);

/** What a run of letters reads. */
export function partOf(letter: string, width: number): PatternPart {
  if ((letter === "M" || letter === "L") && width > 2) {
    const names = named(MONTHS, 1, width === 3 ? 3 : undefined);
    return { kind: "name", field: "month", names };
  }
  const field = numbers[letter];
  if (field !== undefined) return numberPart(letter, field, width);
  switch (letter) {
    case "S":
      return { kind: "fraction", most: width };
    case "G": {
      const eras = width === 4 ? ERAS : ["BC", "AD"];
      return { kind: "name", field: "era", names: named(eras, 0) };
    }
    case "a":
      return { kind: "name", field: "period", names: named(["AM", "PM"], 0) };
    case "z":
    case "V":
      return { kind: "zone" };
    default:
      return offsetPart(letter, width);
  }
}

function numberPart(letter: string, field: NumberField, width: number): NumberPart {
  const start = { kind: "number", field, reduced: false, following: 0, least: width } as const;
  if (letter === "y" && width !== 2) {
    return { ...start, most: 19, sign: width < 4 ? "minus" : "pad" };
  }
  if (letter === "D" && width > 1) return { ...start, most: 3, sign: "bare" };
  if (width === 1) return { ...start, most: 19, sign: "minus" };
  return { ...start, most: width, sign: "bare", reduced: letter === "y" };
}

/** By Java's names of offset patterns: what is a letter twice must be there. */
const offsets = {
  "+HHmm": "[+-]\\d{2}(?:\\d{2})?",
  "+HHMM": "[+-]\\d{4}",
  "+HH:MM": "[+-]\\d{2}:\\d{2}",
  "+HHMMss": "[+-]\\d{4}(?:\\d{2})?",
  "+HH:MM:ss": "[+-]\\d{2}:\\d{2}(?::\\d{2})?",
} as const;

function offsetPart(letter: string, width: number): PatternPart {
  const forms = ["+HHmm", "+HHMM", "+HH:MM", "+HHMMss", "+HH:MM:ss"] as const;
  if (letter === "O" || (letter === "Z" && width === 4)) {
    const digits = letter === "O" && width === 1 ? "\\d{1,2}" : "\\d{2}";
    const source = `GMT(?:[+-]${digits}(?::\\d{2}(?::\\d{2})?)?)?`;
    return { kind: "offset", expression: new RegExp(source, "iy"), prefix: "GMT" };
  }
  const form = letter === "Z" && width < 4 ? "+HHMM" : (forms[width - 1] ?? "+HH:MM:ss");
  const zero = letter === "X" || letter === "Z" ? "Z|" : "";
  const source = `${letter === "Z" && width < 4 ? "" : zero}${offsets[form]}`;
  return { kind: "offset", expression: new RegExp(source, "iy"), prefix: "" };
}

/** The zone at a place of a text: the longest that is one. */
export function zoneAt(text: string, at: number): string | undefined {
  const expression = /[A-Za-z][\w/+\-:]*|[+-][\d:]+/y;
  expression.lastIndex = at;
  let found = expression.exec(text)?.[0] ?? "";
  while (found !== "" && zoneOf(found) === undefined) found = found.slice(0, -1);
  return found === "" ? undefined : found;
}
