import { assert, error } from "../../../error/error.ts";
import { parseInterval } from "../../../schema/interval.ts";
import { namedInterval } from "../../../schema/interval-field.ts";
import {
  amountOfText,
  ansiInterval,
  formatInterval,
  readFields,
} from "../../../schema/interval-text.ts";
import { parseTime } from "../../../schema/time.ts";
import { type AnsiIntervalType, calendarInterval } from "../../../schema/type.ts";
import { CalendarDate, Interval, LocalTimestamp } from "../../../schema/value.ts";
import { instantOf, localOf, type Zone, zoneOf as zoneById } from "../../../schema/zone.ts";
import { castDate, castLocalTimestamp, castTimestamp } from "../text/datetime.ts";
import { zoneOf } from "../text/zone.ts";
import { csvOperations } from "./csv.ts";
import { decimalOperations } from "./decimal.ts";
import { formatOperations } from "./format.ts";
import { hashOperations } from "./hash.ts";
import { histogramOperations } from "./histogram.ts";
import { jsonOperations } from "./json.ts";
import { numberOperations } from "./number.ts";
import { realOperations } from "./real.ts";
import { textOperations } from "./text.ts";
import { xmlOperations } from "./xml.ts";

/** A function of texts; null for a value that is none. */
export type Operation = (args: readonly string[]) => string | null;

const arg = (args: readonly string[], at: number): string => args[at] ?? "";

function knownZone(args: readonly string[]): Zone {
  const timeZone = arg(args, 1);
  const zone = zoneById(timeZone);
  if (zone === undefined) throw error("INVALID_TIMEZONE", { timeZone });
  return zone;
}

function ansi(name: string): AnsiIntervalType {
  const type = namedInterval(name);
  assert(type !== undefined && type.unit !== "calendar", `${name} is an interval with fields`);
  return type;
}

const times: Readonly<Record<string, Operation>> = {
  date: (args) => castDate(arg(args, 0))?.days.toString() ?? null,
  timestamp: (args) => {
    const zone = zoneOf(arg(args, 1));
    if (zone === undefined) return null;
    return castTimestamp(arg(args, 0), zone)?.micros.toString() ?? null;
  },
  time: (args) => parseTime(arg(args, 0))?.micros.toString() ?? null,
  timestamp_ntz: (args) => castLocalTimestamp(arg(args, 0), true)?.micros.toString() ?? null,
  zone_local: (args) => localOf(knownZone(args), BigInt(arg(args, 0))).toString(),
  zone_instant: (args) => instantOf(knownZone(args), BigInt(arg(args, 0))).toString(),
  date_text: (args) => new CalendarDate(Number(arg(args, 0))).toString(),
  timestamp_text: (args) => {
    const text = new LocalTimestamp(BigInt(arg(args, 0))).toString().replace("T", " ");
    return text.replace(/\.?0+$/, (zeros) => (zeros.startsWith(".") ? "" : ""));
  },
  interval: ([text = "", name = ""]) => String(amountOfText(text, ansi(name))),
  try_interval: ([text = "", name = ""]) => {
    const amount = readFields(text, ansi(name));
    return typeof amount === "bigint" ? String(amount) : null;
  },
  interval_text: ([amount = "0", name = ""]) => ansiInterval(BigInt(amount), ansi(name)),
  calendar_interval: ([text = ""]) => {
    const value = parseInterval(text);
    return value === undefined ? null : `${value.months} ${value.days} ${value.micros}`;
  },
  calendar_text: ([months, days, micros = "0"]) =>
    formatInterval(new Interval(Number(months), Number(days), BigInt(micros)), calendarInterval),
  utf8: (args) => Buffer.from(arg(args, 0), "hex").toString(),
};

const operations: Readonly<Record<string, Operation>> = {
  ...times,
  ...decimalOperations,
  ...realOperations,
  ...textOperations,
  ...formatOperations,
  ...jsonOperations,
  ...csvOperations,
  ...xmlOperations,
  ...numberOperations,
  ...hashOperations,
  ...histogramOperations,
};

export function operationOf(name: string): Operation {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  assert(operation !== undefined, `no function ${name} of JavaScript`);
  return operation;
}
