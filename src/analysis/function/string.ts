import { error } from "../../error/error.ts";
import { array, binary, boolean, integer, long, map, string } from "../../schema/type.ts";
import { call, compare, integerLiteral, stringLiteral, when } from "../expression.ts";
import { constantOf } from "../fold.ts";
import type { TypedExpression } from "../typed.ts";
import { argument, coerce, type FunctionCall, type Group, takes, unify } from "./definition.ts";

const { string: text, integer: count, stringOrBinary } = takes;
const same = (args: readonly TypedExpression[]) => args[0]?.type ?? string;
const sameOrString = (args: readonly TypedExpression[]) =>
  args[0]?.type.type === "binary" ? binary : string;
const many = Number.POSITIVE_INFINITY;

/** Texts and binaries. */
export const strings: Group = {
  concat: {
    arity: [0, many],
    aliases: ["||"],
    resolve: concat,
    print: (t) => `concat(${t.join(", ")})`,
  },
  concat_ws: {
    takes: [text],
    arity: [1, many],
    resolve: (given) => {
      const [separator, ...rest] = given.arguments;
      // Texts and arrays of texts mix: each keeps its shape.
      const parts = rest.map((arg, index) =>
        arg.type.type === "array" ? arg : asText(given, arg, index + 1),
      );
      const all = separator ? [separator, ...parts] : parts;
      return call("concat_ws", all, { type: string, nullable: separator?.nullable ?? false });
    },
  },
  upper: { takes: [text], aliases: ["ucase"], type: string },
  lower: { takes: [text], aliases: ["lcase"], type: string },
  initcap: { takes: [text], type: string },
  length: {
    takes: [stringOrBinary],
    aliases: ["len", "char_length", "character_length"],
    type: integer,
  },
  octet_length: { takes: [stringOrBinary], type: integer },
  bit_length: { takes: [stringOrBinary], type: integer },
  trim: trims("trim"),
  ltrim: trims("ltrim"),
  rtrim: trims("rtrim"),
  btrim: {
    takes: [text, text],
    optional: 1,
    sugar: true,
    resolve: (given) => call("trim", given.arguments, { type: string }),
  },
  substring: {
    takes: [stringOrBinary, count, count],
    optional: 1,
    aliases: ["substr", "mid"],
    type: sameOrString,
    print: (texts, name) =>
      `${name}(${(texts.length === 2 ? [...texts, "2147483647"] : texts).join(", ")})`,
  },
  substring_index: { takes: [text, text, count], type: string },
  left: { takes: [stringOrBinary, count], type: sameOrString },
  right: { takes: [text, count], type: string },
  lpad: pads("lpad"),
  rpad: pads("rpad"),
  repeat: { takes: [text, count], type: string },
  reverse: {
    takes: [
      {
        label: '("STRING" or "ARRAY")',
        target: (type, ansi) => (type.type === "array" ? type : text.target(type, ansi)),
      },
    ],
    type: same,
  },
  replace: {
    takes: [text, text, text],
    optional: 1,
    resolve: (given) => {
      const args =
        given.arguments.length === 2 ? [...given.arguments, stringLiteral("")] : given.arguments;
      return call("replace", args, { type: string });
    },
    print: (texts) => `replace(${(texts.length === 2 ? [...texts, ""] : texts).join(", ")})`,
  },
  translate: { takes: [text, text, text], type: string },
  overlay: {
    takes: [text, text, count, count],
    optional: 1,
    resolve: (given) => {
      const args =
        given.arguments.length === 3 ? [...given.arguments, integerLiteral(-1)] : given.arguments;
      return call("overlay", args, { type: string });
    },
    print: (texts) => `overlay(${(texts.length === 3 ? [...texts, "-1"] : texts).join(", ")})`,
  },
  instr: { takes: [text, text], type: integer },
  locate: {
    takes: [text, text, count],
    optional: 1,
    aliases: ["position"],
    resolve: (given) => {
      const args =
        given.arguments.length === 2 ? [...given.arguments, integerLiteral(1)] : given.arguments;
      return call("locate", args, { type: integer });
    },
    print: (texts, name) => `${name}(${(texts.length === 2 ? [...texts, "1"] : texts).join(", ")})`,
  },
  contains: { takes: [stringOrBinary, stringOrBinary], type: boolean },
  startswith: { takes: [stringOrBinary, stringOrBinary], type: boolean },
  endswith: { takes: [stringOrBinary, stringOrBinary], type: boolean },
  split: {
    takes: [text, text, count],
    optional: 1,
    resolve: (given) => {
      const args =
        given.arguments.length === 2 ? [...given.arguments, integerLiteral(-1)] : given.arguments;
      return call("split", args, { type: array(string, false) });
    },
    print: (texts) => `split(${(texts.length === 2 ? [...texts, "-1"] : texts).join(", ")})`,
  },
  split_part: { takes: [text, text, count], type: string },
  space: { takes: [count], type: string },
  ascii: { takes: [text], type: integer },
  chr: { takes: [takes.long], aliases: ["char"], type: string },
  levenshtein: { takes: [text, text, count], optional: 1, type: integer },
  soundex: { takes: [text], type: string },
  find_in_set: { takes: [text, text], type: integer },
  elt: {
    arity: [2, many],
    takes: [count],
    rest: text,
    resolve: (given) => call("elt", given.arguments, { type: string, nullable: true }),
  },
  format_string: {
    takes: [text],
    rest: takes.any,
    aliases: ["printf"],
    type: string,
  },
  format_number: {
    takes: [
      takes.numeric,
      {
        label: '("INT" or "STRING")',
        target: (type, ansi) => (type.type === "string" ? type : count.target(type, ansi)),
      },
    ],
    type: string,
    nullable: true,
  },
  regexp_replace: {
    takes: [text, text, text, count],
    optional: 1,
    resolve: (given) => {
      const args =
        given.arguments.length === 3 ? [...given.arguments, integerLiteral(1)] : given.arguments;
      const start = args[3] && constantOf(args[3])?.value;
      if ((typeof start === "number" || typeof start === "bigint") && start <= 0) {
        throw error("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {
          sqlExpr: `"${given.text}"`,
          exprName: "position",
          valueRange: "(0, 2147483647]",
          currentValue: String(start),
        });
      }
      return call("regexp_replace", args, { type: string });
    },
    print: (texts) =>
      `regexp_replace(${(texts.length === 3 ? [...texts, "1"] : texts).join(", ")})`,
  },
  regexp_extract: grouped("regexp_extract", string),
  regexp_extract_all: grouped("regexp_extract_all", array(string)),
  regexp_count: { takes: [text, text], type: integer },
  regexp_substr: { takes: [text, text], type: string, nullable: true },
  regexp_instr: {
    takes: [text, text, count],
    optional: 1,
    resolve: (given) => call("regexp_instr", given.arguments.slice(0, 2), { type: integer }),
    print: (texts) => `regexp_instr(${(texts.length === 2 ? [...texts, "0"] : texts).join(", ")})`,
  },
  base64: { takes: [takes.binary], type: string },
  unbase64: { takes: [text], type: binary },
  hex: {
    takes: [
      {
        label: '("BIGINT" or "BINARY" or "STRING")',
        target: (type, ansi) =>
          type.type === "string" || type.type === "binary" ? type : takes.long.target(type, ansi),
      },
    ],
    type: string,
  },
  unhex: { takes: [text], type: binary, nullable: true },
  encode: { takes: [text, text], type: binary },
  decode: { arity: [2, many], resolve: decode },
  url_encode: { takes: [text], type: string },
  url_decode: { takes: [text], type: string },
  parse_url: { takes: [text, text, text], optional: 1, type: string, nullable: true },
  str_to_map: {
    takes: [text, text, text],
    optional: 2,
    resolve: (given) => {
      const defaults = [stringLiteral(","), stringLiteral(":")];
      const args = [...given.arguments, ...defaults.slice(given.arguments.length - 1)];
      return call("str_to_map", args, { type: map(string, string) });
    },
    print: (texts) => `str_to_map(${[...texts, ...[",", ":"].slice(texts.length - 1)].join(", ")})`,
  },
  quote: { takes: [text], type: string },
  mask: {
    takes: [text, text, text, text, text],
    optional: 4,
    resolve: (given) => {
      const defaults = [stringLiteral("X"), stringLiteral("x"), stringLiteral("n")];
      const args = [...given.arguments, ...defaults.slice(given.arguments.length - 1)];
      return call("mask", args, { type: string, nullable: true });
    },
    print: (texts) =>
      `mask(${[...texts, ...["X", "x", "n", "NULL"].slice(texts.length - 1)].join(", ")})`,
  },
  to_binary: { takes: [text, text], optional: 1, type: binary, nullable: true },
  crc32: { takes: [takes.binary], type: long },
};

function asText(given: FunctionCall, input: TypedExpression, index: number): TypedExpression {
  const one = { ...given, arguments: [input], texts: [given.texts[index] ?? ""] };
  return coerceOne(one);
}

function coerceOne(given: FunctionCall): TypedExpression {
  const input = argument(given, 0);
  const target = text.target(input.type, given.conf.ansi);
  if (!target) return unify({ ...given, arguments: [input, stringLiteral("")] })[0] ?? input;
  return target === input.type
    ? input
    : {
        kind: "cast",
        input,
        type: string,
        mode: given.conf.ansi ? "ansi" : "legacy",
        nullable: input.nullable,
      };
}

/** Arrays join arrays, binaries binaries; all else is joined as text. */
function concat(given: FunctionCall): TypedExpression {
  const args = given.arguments;
  if (args.length === 0) return stringLiteral("");
  if (args.some((arg) => arg.type.type === "array")) {
    const unified = unify(given);
    return call("concat", unified, { type: same(unified) });
  }
  const binaries = args.every((arg) => arg.type.type === "binary" || arg.type.type === "void");
  if (binaries && args.some((arg) => arg.type.type === "binary")) {
    return call("concat", unify(given), { type: binary });
  }
  const texts = args.map((arg, index) => asText(given, arg, index));
  return call("concat", texts, { type: string });
}

/** Of two arguments the characters come first; in the typed call the text does, as for `btrim`. */
function trims(name: string): Group[string] {
  const side = { trim: "BOTH", ltrim: "LEADING", rtrim: "TRAILING" }[name] ?? "BOTH";
  return {
    takes: [text, text],
    optional: 1,
    resolve: (given) => call(name, [...given.arguments].reverse(), { type: string }),
    print: (t) => (t[1] === undefined ? `${name}(${t[0]})` : `TRIM(${side} ${t[0]} FROM ${t[1]})`),
  };
}

const zeroByte: TypedExpression = {
  kind: "literal",
  value: new Uint8Array(1),
  type: binary,
  nullable: false,
};

/** Bytes are padded as bytes, unless a text is to pad them. */
function isBytes([input, , fill = zeroByte]: readonly TypedExpression[]): boolean {
  return input?.type.type === "binary" && fill.type.type === "binary";
}

function pads(name: string): Group[string] {
  return {
    arity: [2, 3],
    resolve: (given) => {
      const bytes = isBytes(given.arguments);
      const blank = bytes ? zeroByte : stringLiteral(" ");
      const [input, , fill = blank] = given.arguments;
      const whole = { ...given, arguments: [...given.arguments.slice(0, 2), fill] };
      const sides = bytes ? [input ?? blank, fill] : [0, 2].map((at) => coerce(whole, at, text));
      const [value, width, pad] = [sides[0], coerce(given, 1, count), sides[1]];
      return call(name, [value ?? blank, width, pad ?? blank], { type: bytes ? binary : string });
    },
    print: (texts, _, args) => {
      const blank = isBytes(args) ? "X'00'" : " ";
      return `${name}(${(texts.length === 2 ? [...texts, blank] : texts).join(", ")})`;
    },
  };
}

function grouped(name: string, type: typeof string | ReturnType<typeof array>): Group[string] {
  return {
    takes: [text, text, count],
    optional: 1,
    resolve: (given) => {
      const args =
        given.arguments.length === 2 ? [...given.arguments, integerLiteral(1)] : given.arguments;
      return call(name, args, { type });
    },
    print: (texts) => `${name}(${(texts.length === 2 ? [...texts, "1"] : texts).join(", ")})`,
  };
}

/** Two arguments: bytes by a character set. More: the result beside the first equal value. */
function decode(given: FunctionCall): TypedExpression {
  const [input, charset] = given.arguments;
  if (given.arguments.length === 2 && input && charset) {
    return call("decode", [input, charset], { type: string });
  }
  const { length } = given.arguments;
  const places = given.arguments.map((_, index) => index).slice(1);
  const isResult = (index: number) => index % 2 === 0 || (length % 2 === 0 && index === length - 1);
  const results = unify(given, places.filter(isResult));
  const args = unify({ ...given, arguments: results }, [
    0,
    ...places.filter((one) => !isResult(one)),
  ]);
  const branches: (readonly [TypedExpression, TypedExpression])[] = [];
  for (let index = 1; index + 1 < length; index += 2) {
    const [subject, value, result] = [args[0], args[index], args[index + 1]];
    if (subject && value && result) branches.push([compare("<=>", subject, value), result]);
  }
  return when(branches, length % 2 === 0 ? args[length - 1] : undefined);
}
