import { error } from "../../error/error.ts";
import { formatDataType } from "../../schema/ddl.ts";
import {
  binary,
  boolean,
  decimal,
  holdsMap,
  integer,
  long,
  string,
  time,
} from "../../schema/type.ts";
import { call, cast, integerLiteral, longLiteral, stringLiteral } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import { makeStruct } from "./collection.ts";
import { argument, type FunctionCall, type Group, takes } from "./definition.ts";

const many = Number.POSITIVE_INFINITY;
const nothing = { arity: [0, 0], nullable: false } as const;

/** Hashes, ids, and facts about the session and the input. */
export const miscellaneous: Group = {
  hash: {
    arity: [1, many],
    resolve: (given) =>
      call("hash", [...hashed(given), integerLiteral(42)], { type: integer, nullable: false }),
  },
  xxhash64: {
    arity: [1, many],
    resolve: (given) =>
      call("xxhash64", [...hashed(given), longLiteral(42n)], { type: long, nullable: false }),
  },
  md5: { takes: [takes.binary], type: string },
  sha1: { aliases: ["sha"], takes: [takes.binary], type: string },
  sha2: { takes: [takes.binary, takes.integer], type: string, nullable: true },
  uuid: { ...nothing, type: string, deterministic: false },
  monotonically_increasing_id: { ...nothing, type: long, deterministic: false },
  spark_partition_id: {
    ...nothing,
    type: integer,
    deterministic: false,
    print: () => "SPARK_PARTITION_ID()",
  },
  input_file_name: { ...nothing, type: string, deterministic: false },
  current_catalog: {
    arity: [0, 0],
    sugar: true,
    resolve: (given) => stringLiteral(given.conf.catalog ?? "main"),
  },
  current_schema: {
    arity: [0, 0],
    aliases: ["current_database"],
    sugar: true,
    resolve: (given) => stringLiteral(given.conf.database ?? "default"),
    print: () => "current_schema()",
  },
  current_user: { ...nothing, aliases: ["session_user", "user"], type: string },
  version: { ...nothing, type: string },
  typeof: {
    takes: [takes.any],
    sugar: true,
    resolve: (given) => stringLiteral(formatDataType(argument(given, 0).type)),
  },
  struct: {
    arity: [0, many],
    sugar: true,
    // The resolver knows the aliases; here every member is named by its place.
    resolve: (given) => makeStruct([], given.arguments),
  },
  window_time: {
    arity: [1, 1],
    takes: [takes.struct],
    resolve: (given) => call("window_time", given.arguments, { type: { type: "timestamp" } }),
  },
  time_window: {
    arity: [3, 3],
    takes: [takes.any, takes.long, takes.long],
    resolve: (given) => argument(given, 0),
  },
  time_windows: {
    arity: [4, 4],
    takes: [takes.any, takes.long, takes.long, takes.long],
    resolve: (given) => argument(given, 0),
  },
  ...casts(),
};

/** `int(x)`, `string(x)`: CAST by the name of the type. */
function casts(): Group {
  const types = {
    boolean,
    bigint: long,
    int: integer,
    string,
    binary,
    decimal: decimal(10, 0),
    smallint: { type: "short" },
    tinyint: { type: "byte" },
    float: { type: "float" },
    double: { type: "double" },
    date: { type: "date" },
    timestamp: { type: "timestamp" },
    time: time(),
  } as const;
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [
      name,
      {
        arity: [1, 1] as const,
        sugar: true,
        resolve: (given) => cast(argument(given, 0), type, given.conf.ansi ? "ansi" : "legacy"),
        print: (texts) => texts[0] ?? "",
      } satisfies Group[string],
    ]),
  );
}

/** What may be hashed: everything that holds no map. */
function hashed(given: FunctionCall): readonly TypedExpression[] {
  if (given.arguments.some(({ type }) => holdsMap(type))) {
    throw error("DATATYPE_MISMATCH.HASH_MAP_TYPE", {
      sqlExpr: `"${given.text}"`,
      functionName: `\`${given.name}\``,
    });
  }
  return given.arguments;
}
