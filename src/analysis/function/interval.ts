import { error } from "../../error/error.ts";
import { hasField } from "../../schema/interval-field.ts";
import {
  calendarInterval,
  type DataType,
  date,
  dayTime,
  decimal,
  double,
  type IntervalType,
  integer,
  string,
  timestamp,
  yearMonth,
} from "../../schema/type.ts";
import { isDatetime, isNumeric, wider } from "../coercion.ts";
import { call, cast, integerLiteral, stringLiteral } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  type Entry,
  type FunctionCall,
  type Group,
  modeOf,
  oneOf,
  type Parameter,
  takes,
  tried,
} from "./definition.ts";

const first = (args: readonly TypedExpression[]): DataType => args[0]?.type ?? dayTime();

/** What makes intervals, and what the operators become beside them. */
export const intervals: Group = {
  make_interval: maker("make_interval", 7, calendarInterval),
  try_make_interval: { ...maker("try_make_interval", 7, calendarInterval), sugar: true },
  make_dt_interval: maker("make_dt_interval", 4, dayTime()),
  make_ym_interval: maker("make_ym_interval", 2, yearMonth()),
  interval_part: { takes: [takes.string, takes.any], type: integer },
  add_interval: { takes: [takes.any, takes.any], type: first },
  subtract_dates: { takes: [takes.date, takes.date], type: dayTime("day", "day") },
  subtract_timestamps: { takes: [takes.any, takes.any], type: dayTime() },
  interval_add: { takes: [takes.any, takes.any], type: first },
  interval_subtract: { takes: [takes.any, takes.any], type: first },
  interval_negate: { takes: [takes.any], type: first },
  interval_multiply: { takes: [takes.any, takes.numeric], type: first },
  interval_divide: { takes: [takes.any, takes.numeric], type: first },
};

function maker(name: string, most: number, type: DataType): Entry {
  const seconds = oneOf(decimal(18, 6));
  const parts: Parameter[] = Array.from({ length: most }, (_, index) =>
    index === most - 1 && most > 2 ? seconds : takes.integer,
  );
  const zeros = parts.map((part) => (part === seconds ? "0.000000" : "0"));
  return {
    takes: parts,
    optional: most,
    resolve: (given) => {
      const args = parts.map((part, index) => {
        const zero = integerLiteral(0);
        return given.arguments[index] ?? cast(zero, part === seconds ? decimal(18, 6) : integer);
      });
      const made = call(name.replace("try_", ""), args, { type });
      const tolerant = name.startsWith("try_") || (name === "make_interval" && !given.conf.ansi);
      return tolerant ? tried(made) : made;
    },
    print: (t) => `${name}(${zeros.map((zero, at) => t[at] ?? zero).join(", ")})`,
  };
}

/** `+ - * /` with an interval; undefined: there is no such thing. */
export function intervalArithmetic(given: FunctionCall, name: string): TypedExpression | undefined {
  const spans = given.arguments.map(({ type }) => type.type === "interval");
  switch (name) {
    case "+":
      return plus(given);
    case "-":
      return minus(given);
    case "*":
      return scaled(given, spans[0] ? 0 : 1, "multiply");
    case "/":
      return spans[0] ? scaled(given, 0, "divide") : undefined;
    default:
      return undefined;
  }
}

function plus(given: FunctionCall): TypedExpression | undefined {
  const [a, b] = [argument(given, 0), argument(given, 1)];
  const both = sameKind(given, "interval_add");
  if (both) return both;
  const swapped =
    b.type.type !== "interval" || (a.type.type === "interval" && b.type.unit === "month");
  return swapped ? moved(given, b, a, 1) : moved(given, a, b, 0);
}

function minus(given: FunctionCall): TypedExpression | undefined {
  const both = sameKind(given, "interval_subtract");
  if (both) return both;
  const span = argument(given, 1);
  if (span.type.type !== "interval") return undefined;
  const negative = call("interval_negate", [span], { type: span.type });
  return moved(given, argument(given, 0), negative, 0);
}

/** Two intervals of one kind, or one and NULL. */
function sameKind(given: FunctionCall, name: string): TypedExpression | undefined {
  const [a, b] = [argument(given, 0), argument(given, 1)];
  const calendar = [a, b].some(({ type }) => type.type === "interval" && type.unit === "calendar");
  if (calendar && [a, b].some(({ type }) => type.type === "void")) return undefined;
  const type = [a, b].every(({ type }) => type.type === "interval" || type.type === "void")
    ? wider(a.type, b.type, given.conf.ansi)
    : undefined;
  return type && call(name, [cast(a, type), cast(b, type)], { type });
}

/** A date or time and an interval. A date stays one if months or whole days are added. */
function moved(
  given: FunctionCall,
  moment: TypedExpression,
  span: TypedExpression,
  place: number,
): TypedExpression | undefined {
  const mode = modeOf(given);
  const by = span.type as IntervalType;
  if (moment.type.type === "date" && isDays(by)) {
    return call("date_add", [moment, partOf(span, "day")], { type: date });
  }
  if (moment.type.type === "date") {
    const type = by.unit === "day" ? timestamp : date;
    return call("add_interval", [cast(moment, type, mode), span], { type });
  }
  if (isDatetime(moment.type)) return call("add_interval", [moment, span], { type: moment.type });
  if (by.unit === "month") return undefined;
  if (moment.type.type === "void") {
    return call("add_interval", [cast(moment, timestamp, mode), span], { type: timestamp });
  }
  if (moment.type.type !== "string") {
    throw error("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
      sqlExpr: `"${given.text}"`,
      paramIndex: "first",
      requiredType: '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"',
      inputSql: `"${given.texts[place] ?? ""}"`,
      inputType: quoteType(moment.type),
    });
  }
  const sum = call("add_interval", [cast(moment, timestamp, mode), span], { type: timestamp });
  return cast(sum, string, mode);
}

/** An interval times or by a number: of all fields of its kind. */
function scaled(
  given: FunctionCall,
  place: 0 | 1,
  name: "multiply" | "divide",
): TypedExpression | undefined {
  const [span, factor] = [argument(given, place), argument(given, 1 - place)];
  const kind = span.type as IntervalType;
  const target =
    kind.unit !== "calendar" && isNumeric(factor.type)
      ? factor.type
      : isNumeric(factor.type) || factor.type.type === "string" || factor.type.type === "void"
        ? double
        : undefined;
  if (target === undefined) return undefined;
  const type = kind.unit === "calendar" ? kind : kind.unit === "month" ? yearMonth() : dayTime();
  const by = cast(factor, target, modeOf(given));
  return call(`interval_${name}`, [span, by], { type, nullable: true });
}

const partTypes: Readonly<Record<string, DataType>> = {
  year: integer,
  month: { type: "byte" },
  day: integer,
  hour: { type: "byte" },
  minute: { type: "byte" },
  second: decimal(8, 6),
};

/** A field of an interval that has it; undefined: it has not. */
export function intervalPart(span: TypedExpression, field: string): TypedExpression | undefined {
  const type = span.type as IntervalType;
  if (type.unit !== "calendar" && !hasField(type, field)) return undefined;
  return partTypes[field] && partOf(span, field);
}

function partOf(span: TypedExpression, field: string): TypedExpression {
  const { type } = span;
  const long = type.type === "interval" && type.unit === "calendar" && field === "hour";
  const result: DataType = long ? { type: "long" } : (partTypes[field] ?? integer);
  return call("interval_part", [stringLiteral(field), span], { type: result });
}

/** Whether it is `INTERVAL DAY`, which is added to a date as a number of days. */
export function isDays(type: DataType): boolean {
  return type.type === "interval" && type.unit === "day" && type.end === "day";
}
