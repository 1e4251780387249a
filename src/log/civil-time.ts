import { dayNumber } from "../schema/value.ts";

const timeText =
  /^([+-]?\d{4,7})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;

/**
 * The microseconds since the epoch of a date or time as logs hold them: with `T` or a blank, with
 * or without fraction and zone; without a zone it is UTC. Undefined: it is none.
 */
export function parseMicros(text: string): bigint | undefined {
  const found = timeText.exec(text.trim());
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = found;
  const days = dayNumber(Number(year), Number(month), Number(day));
  const seconds = Number(hour ?? 0) * 3600 + Number(minute ?? 0) * 60 + Number(second ?? 0);
  const micros = BigInt((fraction ?? "").padEnd(6, "0").slice(0, 6));
  return (BigInt(days) * 86_400n + BigInt(seconds - offsetSeconds(zone))) * 1_000_000n + micros;
}

function offsetSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "UTC") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60);
}

/** The days since the epoch of a date text. */
export function parseDays(text: string): number | undefined {
  const micros = parseMicros(text);
  return micros === undefined ? undefined : Math.floor(Number(micros / 1_000_000n) / 86_400);
}
