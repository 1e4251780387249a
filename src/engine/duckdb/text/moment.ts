import { error } from "../../../error/error.ts";
import { civil, dayNumber, floorDiv } from "../../../schema/value.ts";
import { offsetAt, zoneOf as zoneById } from "../../../schema/zone.ts";
import { zoneOf } from "./zone.ts";

/** An instant on the wall clock of a zone, in the parts that patterns write. */
export interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly dayOfYear: number;
  readonly weekday: number; // 1 is Monday
  readonly seconds: number; // of the day
  readonly micros: number; // of the second
  readonly offset: number; // seconds east of UTC
  readonly epochSeconds: number;
  readonly zone: string;
}

export function momentOf(micros: bigint, timeZone: string): Moment {
  const epochSeconds = Number(floorDiv(micros, 1_000_000n));
  const named = zoneById(timeZone);
  const offset = named === undefined ? 0 : offsetAt(named, epochSeconds);
  const local = epochSeconds + offset;
  const days = Math.floor(local / 86_400);
  const date = civil(days);
  return {
    ...date,
    dayOfYear: days - dayNumber(date.year, 1, 1) + 1,
    weekday: ((((days + 3) % 7) + 7) % 7) + 1,
    seconds: local - days * 86_400,
    micros: Number(micros - floorDiv(micros, 1_000_000n) * 1_000_000n),
    offset,
    epochSeconds,
    // A short name is that of a region.
    zone: named?.id ?? timeZone,
  };
}

/** `+01:00` and its kin: the seconds only where there are some and they are asked for. */
export function offsetText(
  offset: number,
  form: { readonly colon: boolean; readonly seconds?: boolean },
): string {
  const size = Math.abs(offset);
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60];
  if (form.seconds && size % 60 !== 0) parts.push(size % 60);
  const digits = parts.map((part) => String(part).padStart(2, "0"));
  return `${offset < 0 ? "-" : "+"}${digits.join(form.colon ? ":" : "")}`;
}

/** The locales of English whose own zones have short names, and Japan's. */
const locales = ["en-US", "en-GB", "en-AU", "en-NZ", "en-IN", "en-ZA", "ja"];
const maxNames = 1024;
const names = new Map<string, string>();

/** `PST` or `Pacific Standard Time`: what a zone is called at an instant. */
export function zoneName(moment: Moment, style: "short" | "long"): string {
  const { zone, offset } = moment;
  const key = `${style} ${offset} ${zone} ${moment.month}`;
  const known = names.get(key);
  if (known !== undefined) return known;
  const found = lookUp(moment, style);
  if (found === undefined) {
    const name = `a pattern with the name of the zone ${zone}, which is not known`;
    throw error("ENGINE_UNSUPPORTED_FUNCTION", { name });
  }
  if (names.size >= maxNames) names.clear();
  names.set(key, found);
  return found;
}

/** The last second a JavaScript Date can hold. */
const maxSeconds = 8_640_000_000_000;

/**
 * Intl has names since 1970: before, an instant goes by the name of a day of 2024 with the same
 * offset, and what is in local mean time by that of the zone's standard time.
 */
function namedSeconds(zone: string, { epochSeconds, offset }: Moment): number {
  if (epochSeconds >= 0) return epochSeconds;
  const of = zoneOf(zone);
  if (of === undefined) return epochSeconds;
  const same = [january, july].find((day) => of(day) === offset);
  return same ?? (of(july) < of(january) ? july : january);
}

/** The first days of two months of 2024: one of them is in a zone's standard time. */
const [january, july] = [1_704_067_200, 1_719_792_000];

/** The standard offset of a zone, which is in force for a part of each year. */
export function standardOffset(zone: string): number | undefined {
  const of = zoneOf(zone);
  return of && Math.min(of(january), of(july));
}

/** 1900-01-01. */
export const zonesBegin = -2_208_988_800;

function lookUp(moment: Moment, style: "short" | "long"): string | undefined {
  const { zone } = moment;
  if (zone === "UTC") return style === "short" ? zone : "Coordinated Universal Time";
  if (zone === "GMT") return style === "short" ? zone : "Greenwich Mean Time";
  if (!/^[A-Za-z]+\//.test(zone)) return zone;
  const seconds = Math.min(maxSeconds, namedSeconds(zone, moment));
  for (const locale of style === "short" ? locales : ["en-US"]) {
    const format = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: style });
    const part = format.formatToParts(seconds * 1000).find(({ type }) => type === "timeZoneName");
    if (part && !/^(GMT|UTC)[+-]/.test(part.value)) return part.value;
  }
  return undefined;
}
