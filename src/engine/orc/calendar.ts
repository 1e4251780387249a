/** The day 1582-10-15: before it the hybrid calendar of old is Julian. */
export const hybridEnd = -141_427;

/** The day of the proleptic calendar that is spelled like a day of the hybrid one. */
export function toProleptic(day: number): number {
  if (day >= hybridEnd) return day;
  const { year, month, date } = julianParts(day);
  // A day that only the Julian calendar has, the 29th of February 1500: the next one.
  return utc(year, month, date);
}

/** The day of the hybrid calendar that is spelled like a day of the proleptic one. */
export function toHybrid(day: number): number {
  if (day >= hybridEnd) return day;
  const date = new Date(day * 86_400_000);
  const own = julianDay(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  // The ten days that the hybrid calendar skips are its first Gregorian one.
  return Math.min(own, hybridEnd);
}

function utc(year: number, month: number, date: number): number {
  const at = new Date(0);
  at.setUTCFullYear(year, month, date);
  return at.getTime() / 86_400_000;
}

/** Days from 0000-03-01 of the Julian calendar to the epoch. */
const julianEpoch = 719_470;

function julianDay(year: number, month: number, date: number): number {
  const [y, m] = month < 2 ? [year - 1, month + 10] : [year, month - 2];
  return y * 365 + Math.floor(y / 4) + Math.floor((153 * m + 2) / 5) + date - 1 - julianEpoch;
}

function julianParts(day: number) {
  const days = day + julianEpoch;
  const cycle = Math.floor(days / 1461);
  const inCycle = days - cycle * 1461;
  const yearOfCycle = Math.min(3, Math.floor(inCycle / 365));
  const inYear = inCycle - yearOfCycle * 365;
  const m = Math.floor((5 * inYear + 2) / 153);
  const date = inYear - Math.floor((153 * m + 2) / 5) + 1;
  const month = m < 10 ? m + 2 : m - 10;
  const year = cycle * 4 + yearOfCycle + (month < 2 ? 1 : 0);
  return { year, month, date };
}
