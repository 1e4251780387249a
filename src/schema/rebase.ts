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
