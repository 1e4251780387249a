import { type DataType, type StructType, someType } from "./type.ts";
import { dayNumber, floorDiv } from "./value.ts";
import { offsetAt, zoneOf } from "./zone.ts";

/**
 * Days and instants that were counted in the calendar of Java 7 (Julian before 1582-10-15), made
 * those of the proleptic Gregorian one that show the same date and time of day.
 */
export interface Rebase {
  date(days: number): number;
  /** Microseconds since the epoch. */
  micros(micros: bigint): bigint;
}

/** 1582-10-15 as a day number: the first of the new calendar. */
const gregorianStart = -141_427;
/** 1900-01-01T00:00Z: Java's old zones knew no offset before it. */
const zonesStart = -2_208_988_800;

const second = 1_000_000n;
const day = 86_400n * second;

/** Whether there are columns that old files may count in another calendar. */
export function holdsDays({ fields }: StructType): boolean {
  const old = ({ type }: DataType): boolean => type === "date" || type === "timestamp";
  return fields.some(({ type }) => someType(type, old));
}

/** The rebase of files that were written in a zone. */
export function julianRebase(timeZone: string): Rebase {
  const zone = zoneOf(timeZone);
  const offset = (seconds: number): number => {
    if (zone === undefined) return 0;
    return zone.kind === "offset" ? zone.seconds : offsetAt(zone, seconds);
  };
  const first = offset(zonesStart);
  return {
    date: rebasedDay,
    micros(micros) {
      if (micros >= BigInt(zonesStart) * second) return micros;
      const local = micros + BigInt(first) * second;
      const days = floorDiv(local, day);
      const rebased = BigInt(rebasedDay(Number(days))) * day + (local - days * day);
      const seconds = Number(floorDiv(rebased, second)) - first;
      return rebased - BigInt(offset(seconds)) * second;
    },
  };
}

function rebasedDay(days: number): number {
  if (days >= gregorianStart) return days;
  const { year, month, dayOfMonth } = julian(days);
  // The 29th of February of 1500, say, is the 1st of March in the new calendar.
  return dayNumber(year, month, 1) + dayOfMonth - 1;
}

/** The date of the Julian calendar. */
function julian(days: number): { year: number; month: number; dayOfMonth: number } {
  const shifted = days + 2_440_588 + 32_082;
  const year = Math.floor((4 * shifted + 3) / 1461);
  const dayOfYear = shifted - Math.floor((1461 * year) / 4);
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const late = Math.floor(month / 10);
  return { year: year - 4800 + late, month: month + 3 - 12 * late, dayOfMonth };
}

/** How many days to add to the days before one, step by step upwards; none from 1582-10-15 on. */
export function julianSteps(): readonly { readonly before: number; readonly shift: number }[] {
  steps ??= makeSteps();
  return steps;
}

let steps: readonly { readonly before: number; readonly shift: number }[] | undefined;

/** The calendars part further at the 29th of February of each hundred years but every fourth. */
function makeSteps(): readonly { readonly before: number; readonly shift: number }[] {
  const made: { before: number; shift: number }[] = [];
  for (let year = -4700; year <= 1500; year += 100) {
    if (year % 400 === 0) continue;
    const before = julianDay(year, 3, 1);
    made.push({ before, shift: rebasedDay(before - 1) - (before - 1) });
  }
  const last = gregorianStart - 1;
  return [...made, { before: gregorianStart, shift: rebasedDay(last) - last }];
}

/** The day number of a date of the Julian calendar. */
function julianDay(year: number, month: number, day: number): number {
  const early = month <= 2 ? 1 : 0;
  const years = year + 4800 - early;
  const months = month + 12 * early - 3;
  const days = day + Math.floor((153 * months + 2) / 5) + 365 * years + Math.floor(years / 4);
  return days - 32_083 - 2_440_588;
}

/** The offsets of a zone before 1900, in seconds. */
export interface OldOffsets {
  /** Java's old zones had this one for all of that time. */
  readonly first: number;
  /** The others, each until a wall-clock time in microseconds. */
  readonly later: readonly { readonly beforeLocal: bigint; readonly offset: number }[];
}

/** What Java's old zones and today's have before 1900. */
export function oldOffsets(timeZone: string): OldOffsets {
  const zone = zoneOf(timeZone);
  if (zone === undefined || zone.kind === "offset") return { first: zone?.seconds ?? 0, later: [] };
  const later: { beforeLocal: bigint; offset: number }[] = [];
  const year = 31_557_600;
  let offset = offsetAt(zone, zonesStart - 150 * year);
  for (let from = zonesStart - 150 * year; from < zonesStart; from += year) {
    const next = offsetAt(zone, Math.min(from + year, zonesStart));
    if (next === offset) continue;
    let [low, high] = [from, Math.min(from + year, zonesStart)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(zone, middle) === offset) low = middle;
      else high = middle;
    }
    later.push({ beforeLocal: BigInt(high + offset) * second, offset });
    offset = next;
  }
  return { first: offsetAt(zone, zonesStart), later };
}
