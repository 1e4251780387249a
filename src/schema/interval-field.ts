import {
  type AnsiIntervalType,
  calendarInterval,
  type DayTimeField,
  dayTime,
  type IntervalType,
  type YearMonthField,
  yearMonth,
} from "./type.ts";

/** The fields that the types of intervals have, from large to small. */
export const fieldNames = ["year", "month", "day", "hour", "minute", "second"] as const;

export type IntervalField = (typeof fieldNames)[number];

const sizes: Readonly<Record<IntervalField, bigint>> = {
  year: 12n,
  month: 1n,
  day: 86_400_000_000n,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
};

/** A field in months or microseconds. */
export function fieldSize(field: IntervalField): bigint {
  return sizes[field];
}

function place(field: string): number {
  return (fieldNames as readonly string[]).indexOf(field);
}

/** Whether the type has the field: `INTERVAL DAY TO MINUTE` has hours. */
export function hasField(type: AnsiIntervalType, field: string): boolean {
  return place(type.start) <= place(field) && place(field) <= place(type.end);
}

/** The type between two fields; undefined if there is none, such as from month to day. */
export function intervalOf(start: string, end: string): AnsiIntervalType | undefined {
  const [from, to] = [place(start), place(end)];
  if (from < 0 || to < from || from < 2 !== to < 2) return undefined;
  return from < 2
    ? yearMonth(start as YearMonthField, end as YearMonthField)
    : dayTime(start as DayTimeField, end as DayTimeField);
}

/** The least type that has the fields of both; undefined if they are of two kinds. */
export function widerInterval(
  left: AnsiIntervalType,
  right: AnsiIntervalType,
): AnsiIntervalType | undefined {
  const start = place(left.start) <= place(right.start) ? left.start : right.start;
  const end = place(left.end) >= place(right.end) ? left.end : right.end;
  return left.unit === right.unit ? intervalOf(start, end) : undefined;
}

export function sameInterval(left: IntervalType, right: IntervalType): boolean {
  return intervalName(left) === intervalName(right);
}

/** Spark's name of the type: `interval day to second`, `interval year`, `interval`. */
export function intervalName(type: IntervalType): string {
  if (type.unit === "calendar") return "interval";
  return type.start === type.end
    ? `interval ${type.start}`
    : `interval ${type.start} to ${type.end}`;
}

/** The type of a name that `intervalName` gives; undefined if it is none. */
export function namedInterval(name: string): IntervalType | undefined {
  if (name === "interval" || name === "calendar interval") return calendarInterval;
  const [, start, end] = /^interval (\w+)(?: to (\w+))?$/.exec(name) ?? [];
  return start === undefined ? undefined : intervalOf(start, end ?? start);
}
