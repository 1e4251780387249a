import {
  type DataType,
  date,
  decimal,
  string,
  timestamp,
  timestampNtz,
} from "../../schema/type.ts";
import { isNumeric } from "../coercion.ts";
import { call, cast } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  coerce,
  type Entry,
  type FunctionCall,
  type Group,
  modeOf,
  oneOf,
  type Parameter,
  takes,
  tried,
} from "./definition.ts";
import { strictTime } from "./time.ts";

/** What is read as a timestamp: a text by a pattern, the rest as they are. */
export const parsable: Parameter = oneOf(string, date, timestamp, timestampNtz);
/** No other type becomes a date here: a timestamp would lose its time. */
const strictDate: Parameter = {
  label: '"DATE"',
  target: (type) => (type.type === "date" || type.type === "void" ? date : undefined),
};
const wallClock: readonly Parameter[] = [
  ...[takes.integer, takes.integer, takes.integer, takes.integer, takes.integer],
  oneOf(decimal(16, 6)),
];

/** Dates and timestamps of texts and of their parts. */
export const timestamps: Group = {
  make_timestamp: maker(undefined, [1, 2, 3, 6, 7]),
  try_make_timestamp: { ...maker(undefined, [1, 2, 3, 6, 7]), sugar: true },
  make_timestamp_ltz: { ...maker(timestamp, [2, 3, 6, 7]), sugar: true },
  try_make_timestamp_ltz: { ...maker(timestamp, [2, 3, 6, 7]), sugar: true },
  make_timestamp_ntz: maker(timestampNtz, [2, 6]),
  try_make_timestamp_ntz: {
    ...maker(timestampNtz, [2, 6]),
    sugar: true,
    print: (t, name) => {
      const plain = `(${t.join(", ")})`;
      return t.length === 2 ? `${name}(make_timestamp_ntz${plain})` : `${name}${plain}`;
    },
  },
  make_date: {
    takes: [takes.integer, takes.integer, takes.integer],
    resolve: (given) => {
      const plain = call("make_date", given.arguments, { type: date });
      return given.conf.ansi ? plain : tried(plain);
    },
  },
  timestamp_at: { takes: [takes.date, strictTime, takes.string], optional: 1, type: timestamp },
  to_timestamp: reader(undefined),
  try_to_timestamp: reader(undefined),
  to_timestamp_ntz: { ...reader(timestampNtz), sugar: true },
  to_timestamp_ltz: { ...reader(timestamp), sugar: true },
  to_date: { ...reader(date), sugar: true },
  try_to_date: { ...reader(date), sugar: true },
};

function reader(type: DataType | undefined): Entry {
  return {
    arity: [1, 2],
    resolve: (given) => read(given, type ?? { type: given.conf.timestampType }),
  };
}

/** to_timestamp and its kin: a cast without a format, a parse with one. */
function read(given: FunctionCall, type: DataType): TypedExpression {
  const trying = given.name.startsWith("try_");
  const input = argument(given, 0);
  const mode = trying ? "try" : modeOf(given);
  if (given.arguments.length === 1) {
    if (isNumeric(input.type) && type.type === "timestamp") return cast(input, type, mode);
    return cast(coerce(given, 0, parsable), type, mode);
  }
  const text = coerce(given, 0, parsable);
  if (text.type.type !== "string") return cast(text, type, mode);
  const format = coerce(given, 1, takes.string);
  return cast(readTimestamp({ text, format, trying }, type, given), type, mode);
}

interface Reading {
  readonly text: TypedExpression;
  readonly format: TypedExpression;
  readonly trying: boolean;
}

/** A text read by a pattern: null where it does not fit outside ANSI, and where it is tried. */
export function readTimestamp(
  { text, format, trying }: Reading,
  type: DataType,
  given: FunctionCall,
): TypedExpression {
  const fails = given.conf.ansi && !trying;
  const moments = type.type === "timestamp_ntz" ? timestampNtz : timestamp;
  const nullable = !fails || text.nullable || format.nullable;
  const name = fails ? "to_timestamp" : "try_to_timestamp";
  return call(name, [text, format], { type: moments, nullable });
}

/** Of a date, a time and a zone, or of the six parts of a wall clock and a zone. */
function maker(type: DataType | undefined, counts: readonly number[]): Entry {
  return {
    arity: [Math.min(...counts), Math.max(...counts)],
    counts,
    resolve: (given) => {
      const plain = given.arguments.length < 6 ? ofDay(given, type) : ofParts(given, type);
      const fails = given.conf.ansi && !given.name.startsWith("try_");
      return fails || plain.name === "timestamp_at" ? plain : tried(plain);
    },
  };
}

function ofParts(given: FunctionCall, type: DataType | undefined) {
  const parts = wallClock.map((part, index) => coerce(given, index, part));
  const zone = given.arguments.length > 6 ? [coerce(given, 6, takes.string)] : [];
  const { type: kind } = type ?? { type: given.conf.timestampType };
  // A wall clock has no zone: the one that is given is idle.
  if (kind === "timestamp_ntz") return call("make_timestamp_ntz", parts, { type: timestampNtz });
  return call("make_timestamp", [...parts, ...zone], { type: timestamp });
}

/** Without a time it is midnight. The session's type of timestamps plays no part here. */
function ofDay(given: FunctionCall, type: DataType | undefined) {
  const day = coerce(given, 0, strictDate);
  const time = given.arguments.length > 1 ? [coerce(given, 1, strictTime)] : [];
  const zone = given.arguments.length > 2 ? [coerce(given, 2, takes.string)] : [];
  return call("timestamp_at", [day, ...time, ...zone], { type: type ?? timestamp });
}
