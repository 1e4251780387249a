import { raise } from "../../failure.ts";
import { once } from "../once.ts";
import { instant, local } from "../zone.ts";
import type { Site } from "./registry.ts";

const dayMicros = 86_400_000_000n;
/** No month is shorter: a count by it is not too low. */
const shortMonthMicros = 28n * dayMicros;

const illegal = (reason: string): string =>
  raise("INVALID_PARAMETER", { function: "'sequence'", reason: `'${reason}'` });

/** The list from a start to an end, by a step that may be left out. */
export function sequence([start, end, step]: readonly string[], site: Site): string {
  const [a, b] = [start ?? "NULL", end ?? "NULL"];
  if (site.node.type.type === "array" && isTime(site.node.type.elementType.type)) {
    return times([a, b, step], site);
  }
  const by = step ?? `CASE WHEN ${a} <= ${b} THEN 1 ELSE -1 END`;
  return once([a, b, by], site.scope, (from, to, size) => {
    const all = [from, to, size].map((value) => `CAST(${value} AS BIGINT)`).join(", ");
    return between({ from, to, size, list: `generate_series(${all})` });
  });
}

function isTime(type: string): boolean {
  return type === "date" || type === "timestamp" || type === "timestamp_ntz";
}

interface Bounds {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly size: string | undefined;
  readonly list: string;
}

function between({ from, to, size, list }: Bounds): string {
  const astray = [
    `(${size} > 0 AND ${from} > ${to})`,
    `(${size} < 0 AND ${from} < ${to})`,
    `(${size} = 0 AND ${from} <> ${to})`,
  ].join(" OR ");
  return [
    `CASE WHEN ${from} IS NULL OR ${to} IS NULL OR ${size} IS NULL THEN NULL`,
    `WHEN ${astray} THEN ${illegal("the step does not lead from the start to the end")}`,
    `WHEN ${size} = 0 THEN [${from}] ELSE ${list} END`,
  ].join(" ");
}

/**
 * Each item is the start and so many steps, not the item before and one: of months from January 31
 * on, the third is March 31. Months and days go by the wall clock, what is below a day does not.
 */
function times([start, end, step]: readonly (string | undefined)[], site: Site): string {
  const { scope, types } = site;
  const months = types[2]?.type === "interval" && types[2].unit === "month";
  const size = step === undefined ? defaultStep(start, end) : sizeOf(step);
  return once([start ?? "NULL", end ?? "NULL", size], scope, (from, to, by) => {
    const index = `i${scope.counter.next}`;
    const item = `t${scope.counter.next}`;
    scope.counter.next += 1;
    const [first, last] = [micros(from, site), micros(to, site)];
    const stepMicros = months ? `(${by} * ${shortMonthMicros})` : by;
    // One more than fit by the clock: a day may have 23 hours.
    const count = `(${last} - ${first}) // ${stepMicros} + 2`;
    const items = `list_transform(range(${count}),
      lambda ${index}: ${nth(from ?? "NULL", { months, size: by ?? "NULL", index, site })})`;
    const within = `CASE WHEN ${by} > 0 THEN ${item} <= ${to} ELSE ${item} >= ${to} END`;
    const list = `list_filter(${items}, lambda ${item}: ${within})`;
    const whole = between({ from, to, size: by, list });
    if (months || step === undefined || types[0]?.type !== "date") return whole;
    const small = illegal("the step between dates is less than a day");
    return `CASE WHEN abs(${by}) < ${dayMicros} AND ${by} <> 0 THEN ${small} ELSE ${whole} END`;
  });
}

function defaultStep(start: string | undefined, end: string | undefined): string {
  return `CASE WHEN ${start} <= ${end} THEN ${dayMicros} ELSE -${dayMicros} END`;
}

function sizeOf(step: string): string {
  return `CAST(${step} AS BIGINT)`;
}

function micros(value: string | undefined, { types }: Site): string {
  return types[0]?.type === "date" ? `epoch_us(CAST(${value} AS TIMESTAMP))` : `epoch_us(${value})`;
}

interface Move {
  readonly months: boolean;
  readonly size: string;
  readonly index: string;
  readonly site: Site;
}

/** The item at an index that counts from 0. */
function nth(from: string, { months, size, index, site }: Move): string {
  const { types, scope } = site;
  const days = `(${size} // ${dayMicros})`;
  const span = months
    ? `to_months(CAST(${size} * ${index} AS INTEGER))`
    : `to_days(CAST(${days} * ${index} AS INTEGER))`;
  const rest = months ? "" : ` + to_microseconds((${size} - ${days} * ${dayMicros}) * ${index})`;
  switch (types[0]?.type) {
    case "date":
      return `CAST(CAST(${from} AS TIMESTAMP) + ${span}${rest} AS DATE)`;
    case "timestamp":
      return `(${instant(`(${local(from, scope)} + ${span})`, scope)}${rest})`;
    default:
      return `(${from} + ${span}${rest})`;
  }
}
