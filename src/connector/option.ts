import { error } from "../error/error.ts";
import type { Options } from "../plan/relation.ts";
import { intervalMicros, parseInterval } from "../schema/interval.ts";
import { parseValue } from "../schema/text.ts";
import { timestamp } from "../schema/type.ts";
import { floorDiv, Timestamp } from "../schema/value.ts";

/** Reads options by lower-case key; a value that cannot be is an error that names the option. */
export interface OptionReader {
  text(name: string): string | undefined;
  flag(name: string, absent: boolean): boolean;
  /** A positive whole number. */
  positive(name: string): number | undefined;
  /** Not negative and whole. */
  natural(name: string): number | undefined;
  /** `1024`, `10k`, `10kb`, `5m`, `2g`, `1t`: in bytes. */
  bytes(name: string): number | undefined;
  /**
   * A time string (`7d`, `12h`, `30m`, `10s`, `250ms`, a bare number in `unit`) or an interval
   * (`2 weeks`, `1 month`, `1 day 12 hours`): in milliseconds, a month as 31 days.
   */
  durationMs(name: string, unit: "ms" | "s"): number | undefined;
  /** A date or timestamp as Spark casts text; in milliseconds since the epoch. */
  instantMs(name: string, timeZone: string): number | undefined;
}

type IllegalOption = "INVALID_OPTION_VALUE" | "DELTA_ILLEGAL_OPTION" | "CF_INVALID_OPTION_VALUE";

const byteUnits: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
};

/** The suffixes of Spark's time strings. */
const timeUnits: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `names` may be written in the case the user knows: keys are looked up in lower case. */
export function optionReader(options: Options, code: IllegalOption): OptionReader {
  const text = (name: string): string | undefined => options[name.toLowerCase()];
  const fail = (name: string, expected: string): never => {
    const value = text(name) ?? "";
    throw code === "DELTA_ILLEGAL_OPTION"
      ? error(code, { name, input: value, explain: `it ${expected}` })
      : error(code, { name, value, expected });
  };
  const parsed = (name: string, expected: string, parse: (value: string) => number | undefined) => {
    const value = text(name)?.trim();
    if (value === undefined) return undefined;
    return parse(value) ?? fail(name, expected);
  };
  return {
    text,
    flag(name, absent) {
      const value = text(name)?.trim().toLowerCase();
      if (value === undefined) return absent;
      return value === "true" || (value !== "false" && fail(name, "must be 'true' or 'false'"));
    },
    positive: (name) => parsed(name, "must be a positive integer", (value) => whole(value, 1)),
    natural: (name) =>
      parsed(name, "must be zero or a positive integer", (value) => whole(value, 0)),
    bytes: (name) =>
      parsed(name, "must be a size with a byte unit, such as '10g' or '100m'", parseBytes),
    durationMs: (name, unit) =>
      parsed(name, "must be a duration, such as '7d' or '12 hours'", (value) =>
        parseDuration(value, unit),
      ),
    instantMs: (name, timeZone) =>
      parsed(name, "must be a date or timestamp, such as '2026-01-31T12:00:00'", (value) =>
        parseInstant(value, timeZone),
      ),
  };
}

function whole(value: string, least: number): number | undefined {
  if (!/^\+?\d+$/.test(value)) return undefined;
  const number = Number(value);
  return number >= least && Number.isSafeInteger(number) ? number : undefined;
}

function parseBytes(value: string): number | undefined {
  const match = /^(\d+)\s*([kmgtp]?)i?b?$/i.exec(value);
  const unit = byteUnits[match?.[2]?.toLowerCase() ?? "?"];
  const bytes = match && unit ? Number(match[1]) * unit : 0;
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

function parseDuration(value: string, unit: "ms" | "s"): number | undefined {
  const match = /^(\d+)([a-z]*)$/i.exec(value);
  if (!match) {
    const interval = parseInterval(value);
    if (interval === undefined) return undefined;
    const micros = intervalMicros(interval);
    return micros < 0n ? undefined : Number(floorDiv(micros, 1000n));
  }
  const factor = timeUnits[match[2]?.toLowerCase() || unit];
  return factor === undefined ? undefined : Math.floor(Number(match[1]) * factor);
}

function parseInstant(value: string, timeZone: string): number | undefined {
  const instant = parseValue(value, timestamp, timeZone);
  return instant instanceof Timestamp ? Number(floorDiv(instant.micros, 1000n)) : undefined;
}
