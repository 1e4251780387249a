import {
  calendarInterval,
  type DataType,
  date,
  dayTime,
  double,
  time,
  timestamp,
  timestampNtz,
} from "../../schema/type.ts";
import { isDatetime } from "../coercion.ts";
import { call, cast } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import { shifted } from "./date.ts";
import { argument, type FunctionCall, mismatch, modeOf } from "./definition.ts";
import { intervalArithmetic } from "./interval.ts";
import { wrongType } from "./operator.ts";

/** `+ - * /` with a date, a timestamp, a time or an interval; undefined where none takes part. */
export function datetimeArithmetic(given: FunctionCall, name: string): TypedExpression | undefined {
  const [a, b] = [argument(given, 0), argument(given, 1)];
  const [left, right] = [a.type, b.type];
  if (left.type === "time" || right.type === "time") return withTime(given, name);
  if (left.type === "interval" || right.type === "interval") {
    return intervalArithmetic(given, name);
  }
  if (name === "+") return datetimeSum(given);
  if (name !== "-" || (!isDatetime(left) && !isDatetime(right))) return undefined;
  if (!isMoment(left) && !isMoment(right)) return dateDifference(given);
  return timestampDifference(given);
}

/** A bare NULL beside a moment is an interval to a sum, and a moment to a difference. */
function datetimeSum(given: FunctionCall): TypedExpression | undefined {
  const [a, b] = [argument(given, 0), argument(given, 1)];
  if (!isDatetime(a.type) && !isDatetime(b.type)) return undefined;
  const [moment, other] = isDatetime(a.type) ? [a, b] : [b, a];
  if (other.type.type === "void") {
    const span = cast(other, dayTime());
    return intervalArithmetic({ ...given, arguments: [moment, span] }, "+");
  }
  if (given.conf.ansi && isMoment(moment.type) && other.type.type === "string") {
    throw wrongType(given, moment.type);
  }
  if (moment.type.type !== "date" || isDatetime(other.type)) return undefined;
  const { ansi } = given.conf;
  const asRead = other.type.type !== "string" ? other : cast(other, ansi ? date : double);
  const turned = ansi && moment === b && other.type.type === "string";
  return added(given, turned ? [asRead, moment] : [moment, asRead], "date_add");
}

function added(
  given: FunctionCall,
  args: readonly [TypedExpression, TypedExpression],
  name: "date_add" | "date_sub",
): TypedExpression {
  const [first, second] = args;
  const texts = argument(given, 0) === first ? given.texts : [...given.texts].reverse();
  const strict = second.type.type === "string" ? cast(second, date) : second;
  const text = `${name}(${texts.join(", ")})`;
  return shifted({ ...given, arguments: [first, strict], texts, text }, name);
}

function dateDifference(given: FunctionCall): TypedExpression | undefined {
  const [a, b] = [argument(given, 0), argument(given, 1)];
  const others = ["date", "string", "void"];
  const mode = modeOf(given);
  if (b.type.type === "date" || (given.conf.ansi && b.type.type === "string")) {
    if (!others.includes(a.type.type)) return undefined;
    const days = [cast(a, date, mode), cast(b, date, mode)];
    return call("subtract_dates", days, { type: daysOf(given) });
  }
  if (b.type.type === "void") {
    return call("subtract_dates", [a, cast(b, date)], { type: daysOf(given) });
  }
  return added(given, [a, b.type.type === "string" ? cast(b, double) : b], "date_sub");
}

/** What the difference of two dates is. */
function daysOf({ conf }: FunctionCall): DataType {
  return conf.legacyInterval ? calendarInterval : dayTime("day", "day");
}

function timestampDifference(given: FunctionCall): TypedExpression | undefined {
  const [a, b] = [argument(given, 0), argument(given, 1)];
  const strings = [a, b].map((side) => side.type.type === "string");
  if (!given.conf.ansi && strings.includes(true)) {
    throw mismatch(given, strings.indexOf(true), '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"');
  }
  const other = [a, b].find(
    ({ type }) => !isDatetime(type) && type.type !== "string" && type.type !== "void",
  );
  if (other) return undefined;
  const instants = [a, b].some(({ type }) => type.type === "timestamp");
  const type = instants ? timestamp : timestampNtz;
  const mode = modeOf(given);
  const length = given.conf.legacyInterval ? calendarInterval : dayTime();
  return call("subtract_timestamps", [cast(a, type, mode), cast(b, type, mode)], { type: length });
}

function isMoment(type: DataType): boolean {
  return isDatetime(type) && type.type !== "date";
}

/** A time and an interval, or two times; a text is a time where the other side is one. */
function withTime(given: FunctionCall, name: string): TypedExpression | undefined {
  const [a, b] = [argument(given, 0), argument(given, 1)];
  const mode = modeOf(given);
  const [moment, span] = a.type.type === "time" ? [a, b] : [b, a];
  if (name === "+" || (name === "-" && moment === a && span.type.type === "interval")) {
    const lasts = span.type.type === "void" || isDayTime(span.type);
    if (!lasts) return undefined;
    const length = cast(span, dayTime());
    const signed = name === "+" ? length : call("interval_negate", [length], { type: length.type });
    return call("time_add", [moment, signed], { type: movedTime(moment.type, span.type) });
  }
  if (name !== "-") return undefined;
  const sides = [a, b].map((side) => {
    if (side.type.type === "time") return side;
    return ["string", "void"].includes(side.type.type) ? cast(side, time(), mode) : undefined;
  });
  const wrong = sides.indexOf(undefined);
  const [left, right] = sides;
  if (!left || !right) {
    if (!isMoment(argument(given, wrong).type)) return undefined;
    throw mismatch(given, 1 - wrong, '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"');
  }
  return call("subtract_times", [left, right], { type: dayTime("hour", "second") });
}

/** Only an interval that has seconds brings a fraction of them. */
function movedTime(moment: DataType, span: DataType): DataType {
  const seconds = span.type !== "interval" || span.unit !== "day" || span.end === "second";
  return seconds ? time() : moment;
}

function isDayTime(type: DataType): boolean {
  return type.type === "interval" && type.unit === "day";
}
