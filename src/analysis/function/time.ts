import { error } from "../../error/error.ts";
import {
  type DataType,
  dayTime,
  decimal,
  long,
  maxTimePrecision,
  string,
  type TimeType,
  time,
} from "../../schema/type.ts";
import { call } from "../expression.ts";
import {
  constantNumber,
  type Entry,
  type Group,
  oneOf,
  type Parameter,
  takes,
} from "./definition.ts";

/** A time of any precision; no text becomes one unasked. */
export const strictTime: Parameter = {
  label: '"TIME"',
  target: (type) => (type.type === "time" ? type : type.type === "void" ? time() : undefined),
};

const timeOf = (type: DataType | undefined): TimeType => (type?.type === "time" ? type : time());
const strictText: Parameter = {
  label: '"STRING"',
  target: (type) => (type.type === "string" || type.type === "void" ? string : undefined),
};
const fromNumber = (parameter: Parameter): Entry => ({ takes: [parameter], type: time() });
const toNumber = (type: DataType): Entry => ({ takes: [strictTime], type });

/** Times of the day. */
export const times: Group = {
  current_time: {
    arity: [0, 1],
    resolve: (given) => {
      const precision = given.arguments.length > 0 ? constantNumber(given, 0) : maxTimePrecision;
      if (precision < 0 || precision > maxTimePrecision) {
        throw error("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {
          sqlExpr: `"${given.text}"`,
          exprName: "`precision`",
          valueRange: `[0, ${maxTimePrecision}]`,
          currentValue: precision,
        });
      }
      return call("current_time", [], { type: time(precision), nullable: false });
    },
    print: (t) => `current_time(${t[0] ?? maxTimePrecision})`,
  },
  make_time: { takes: [takes.integer, takes.integer, oneOf(decimal(16, 6))], type: time() },
  to_time: { takes: [strictText, strictText], optional: 1, type: time() },
  try_to_time: {
    takes: [strictText, strictText],
    optional: 1,
    type: time(),
    nullable: true,
    print: (t, name) => `${name}(to_time(${t.join(", ")}))`,
  },
  time_trunc: { takes: [strictText, strictTime], type: (args) => timeOf(args[1]?.type) },
  time_diff: { takes: [strictText, strictTime, strictTime], type: long },
  time_from_seconds: fromNumber(takes.numeric),
  time_from_millis: fromNumber(takes.integral),
  time_from_micros: fromNumber(takes.integral),
  time_to_seconds: toNumber(decimal(14, 6)),
  time_to_millis: toNumber(long),
  time_to_micros: toNumber(long),
  time_add: { takes: [strictTime, takes.any], type: (args) => timeOf(args[0]?.type) },
  subtract_times: { takes: [strictTime, strictTime], type: dayTime("hour", "second") },
};
