import { widerInterval } from "../schema/interval-field.ts";
import {
  type AnsiIntervalType,
  array,
  type DataType,
  decimal,
  double,
  field,
  float,
  type IntervalType,
  long,
  map,
  string,
  struct,
  timestamp,
} from "../schema/type.ts";
import { decimalOf, widerDecimal } from "./decimal.ts";
import { sameType } from "./expression.ts";

/** Widening is by place in this list; decimals stand between long and float. */
const numericOrder: readonly string[] = ["byte", "short", "integer", "long", "float", "double"];
const complex: ReadonlySet<string> = new Set(["array", "map", "struct"]);

export function isNumeric(type: DataType): boolean {
  return type.type === "decimal" || numericOrder.includes(type.type);
}

export function isIntegral(type: DataType): boolean {
  return numericOrder.indexOf(type.type) >= 0 && numericOrder.indexOf(type.type) <= 3;
}

export function isDatetime(type: DataType): boolean {
  return type.type === "date" || type.type === "timestamp" || type.type === "timestamp_ntz";
}

function isAtomic(type: DataType): boolean {
  return !complex.has(type.type);
}

/** Whether values can be sorted and compared: maps and variants cannot. */
export function isOrderable(type: DataType): boolean {
  switch (type.type) {
    case "map":
    case "variant":
      return false;
    case "interval":
      return type.unit !== "calendar";
    case "array":
      return isOrderable(type.elementType);
    case "struct":
      return type.fields.every((member) => isOrderable(member.type));
    default:
      return true;
  }
}

/** How the two types of a pair of leaves become one; undefined where they do not. */
type Pairing = (left: DataType, right: DataType) => DataType | undefined;

/**
 * The one type that CASE, COALESCE, set operations, IN and collections give their inputs, after
 * Spark's findWiderTypeForTwo; undefined if there is none.
 */
export function wider(left: DataType, right: DataType, ansi: boolean): DataType | undefined {
  return merge(left, right, (a, b) => {
    const numeric = widerLeaf(a, b, ansi);
    if (numeric) return numeric;
    if (a.type === "string" && isAtomic(b)) return ansi ? withString(b) : string;
    if (b.type === "string" && isAtomic(a)) return ansi ? withString(a) : string;
    return undefined;
  });
}

/** As `wider`, where a string goes only with a string (findWiderTypeWithoutStringPromotion). */
export function withoutStrings(
  left: DataType,
  right: DataType,
  ansi: boolean,
): DataType | undefined {
  return merge(left, right, (a, b) => widerLeaf(a, b, ansi));
}

/** The common type of all; undefined if there is none. Void for no types. */
export function widest(types: readonly DataType[], ansi: boolean): DataType | undefined {
  // Strings go last, as in Spark: a string among dates becomes a date whatever the order.
  const sorted = [...types].sort((a, b) => rank(a) - rank(b));
  let result: DataType | undefined = { type: "void" };
  for (const type of sorted) result = result && wider(result, type, ansi);
  return result;
}

function rank(type: DataType): number {
  return type.type === "string" ? 1 : 0;
}

/** The type both sides of a comparison are cast to. */
export function comparedAs(left: DataType, right: DataType, ansi: boolean): DataType | undefined {
  if (ansi) return wider(left, right, true);
  return merge(left, right, (a, b) => {
    const numeric = widerLeaf(a, b, ansi);
    if (numeric) return numeric;
    if (a.type === "string" && isAtomic(b)) return b;
    if (b.type === "string" && isAtomic(a)) return a;
    if (a.type === "boolean" && isNumeric(b)) return b;
    if (b.type === "boolean" && isNumeric(a)) return a;
    return undefined;
  });
}

/**
 * What both sides of `=` and its kin become: parts of arrays and structs only what loses nothing
 * of either (Spark: `findTightestCommonType`), so no text and no other decimal.
 */
export function operandType(left: DataType, right: DataType, ansi: boolean): DataType | undefined {
  if (isAtomic(left) || isAtomic(right)) return comparedAs(left, right, ansi);
  return merge(left, right, (a, b) =>
    a.type === "decimal" || b.type === "decimal" ? undefined : widerLeaf(a, b, ansi),
  );
}

/** ANSI: what a string becomes beside another type. Integers are read as long, others as double. */
export function withString(other: DataType): DataType | undefined {
  if (isIntegral(other)) return long;
  if (isNumeric(other)) return double;
  return other;
}

function widerLeaf(left: DataType, right: DataType, ansi: boolean): DataType | undefined {
  if (left.type === "time" && right.type === "time") {
    return left.precision > right.precision ? left : right;
  }
  if (isDatetime(left) && isDatetime(right)) return widerDatetime(left, right);
  if (isAnsi(left) && isAnsi(right)) return widerInterval(left, right);
  if (!isNumeric(left) || !isNumeric(right)) return undefined;
  if (left.type === "decimal" || right.type === "decimal") {
    const a = decimalOf(left);
    const b = decimalOf(right);
    return a && b ? widerDecimal(a, b) : double;
  }
  const [low, high] = [left.type, right.type].sort(
    (a, b) => numericOrder.indexOf(a) - numericOrder.indexOf(b),
  );
  if (high !== "float") return high === left.type ? left : right;
  // ANSI: a float cannot hold all integers, and Spark makes no exception for the small ones.
  return ansi && low !== "float" ? double : float;
}

function isAnsi(type: DataType): type is AnsiIntervalType {
  return type.type === "interval" && type.unit !== "calendar";
}

function widerDatetime(left: DataType, right: DataType): DataType {
  if (left.type === "date") return right;
  if (right.type === "date") return left;
  return timestamp;
}

/** Applies a pairing to the leaves of two types of one shape; void goes with everything. */
function merge(left: DataType, right: DataType, pair: Pairing): DataType | undefined {
  if (left.type === "void") return right;
  if (right.type === "void") return left;
  if (left.type === "array" && right.type === "array") {
    const element = merge(left.elementType, right.elementType, pair);
    return element && array(element, left.containsNull || right.containsNull);
  }
  if (left.type === "map" && right.type === "map") {
    const key = merge(left.keyType, right.keyType, pair);
    const value = merge(left.valueType, right.valueType, pair);
    if (!key || loses(left.keyType, key) || loses(right.keyType, key)) return undefined;
    return value && map(key, value, left.valueContainsNull || right.valueContainsNull);
  }
  if (left.type === "struct" && right.type === "struct") {
    if (left.fields.length !== right.fields.length) return undefined;
    const fields = [];
    for (const [index, one] of left.fields.entries()) {
      const other = right.fields[index];
      if (!other || one.name.toLowerCase() !== other.name.toLowerCase()) return undefined;
      const type = merge(one.type, other.type, pair);
      if (!type) return undefined;
      fields.push(field(one.name, type, one.nullable || other.nullable));
    }
    return struct(fields);
  }
  return sameType(left, right) ? left : pair(left, right);
}

/** Whether a cast to a wider type may give null, which no key of a map can be. */
function loses(from: DataType, to: DataType): boolean {
  if (from.type === "string") return to.type !== "string" && to.type !== "binary";
  if (to.type !== "decimal") return false;
  const held = decimalOf(from);
  return held === undefined || widerDecimal(held, to).scale !== to.scale || held.scale > to.scale;
}

/** The type an argument is cast to where a parameter wants `to`; undefined: it does not go. */
export function implicitly(from: DataType, to: DataType, ansi: boolean): DataType | undefined {
  if (sameType(from, to)) return from;
  if (from.type === "void") return to;
  if (to.type === "decimal" && from.type === "string") return decimal(38, 18);
  if (from.type === "string") return isAtomic(to) ? acceptsString(to, ansi) : undefined;
  if (to.type === "string") return isAtomic(from) && from.type !== "interval" ? string : undefined;
  if (isNumeric(from) && isNumeric(to)) return to;
  if (isDatetime(from) && isDatetime(to)) return to;
  if (from.type === "time" && to.type === "time") return to;
  if (from.type === "array" && to.type === "array") {
    const element = implicitly(from.elementType, to.elementType, ansi);
    return element && array(element, from.containsNull);
  }
  return undefined;
}

function acceptsString(to: DataType, ansi: boolean): DataType | undefined {
  if (to.type === "boolean" && !ansi) return undefined;
  return to.type === "interval" && to.unit !== "calendar" ? undefined : to;
}

/** Whether CAST between the types is allowed (Cast.canCast, Cast.canAnsiCast). */
export function castable(from: DataType, to: DataType, ansi: boolean): boolean {
  if (sameType(from, to) || from.type === "void") return true;
  if (to.type === "string") return true;
  if (to.type === "void") return false;
  if (from.type === "variant") return goesWithVariant(to, true);
  if (to.type === "variant") return goesWithVariant(from, false);
  if (from.type === "array" && to.type === "array") {
    return castable(from.elementType, to.elementType, ansi);
  }
  if (from.type === "map" && to.type === "map") {
    return castable(from.keyType, to.keyType, ansi) && castable(from.valueType, to.valueType, ansi);
  }
  if (from.type === "struct" && to.type === "struct") {
    return (
      from.fields.length === to.fields.length &&
      from.fields.every((one, index) => {
        const other = to.fields[index];
        return other !== undefined && castable(one.type, other.type, ansi);
      })
    );
  }
  return castableAtom(from, to, ansi);
}

/** Whether a type is cast from and to variants; structs and maps only where objects are. */
export function goesWithVariant(type: DataType, objects: boolean): boolean {
  switch (type.type) {
    case "array":
      return goesWithVariant(type.elementType, objects);
    case "map":
      return objects && type.keyType.type === "string" && goesWithVariant(type.valueType, objects);
    case "struct":
      return objects && type.fields.every((field) => goesWithVariant(field.type, objects));
    default:
      return !["interval", "void", "time"].includes(type.type);
  }
}

function castableAtom(from: DataType, to: DataType, ansi: boolean): boolean {
  if (!isAtomic(from) || !isAtomic(to)) return false;
  if (from.type === "string") return true;
  switch (to.type) {
    case "binary":
      return !ansi && isIntegral(from);
    case "boolean":
      return isNumeric(from) || (!ansi && isDatetime(from) && from.type !== "timestamp_ntz");
    case "date":
      return isDatetime(from);
    case "timestamp":
      return isDatetime(from) || isNumeric(from) || (!ansi && from.type === "boolean");
    case "timestamp_ntz":
      return isDatetime(from);
    case "time":
      return from.type === "time";
    case "interval":
      return castableToInterval(from, to);
    default:
      if (from.type === "time") return to.type === "decimal" || isIntegral(to);
      return castableToNumber(from, to, ansi);
  }
}

/** Of whole numbers and decimals, and of intervals of the same kind. */
function castableToInterval(from: DataType, to: IntervalType): boolean {
  if (from.type === "interval") return from.unit === to.unit;
  return to.unit !== "calendar" && (isIntegral(from) || from.type === "decimal");
}

function castableToNumber(from: DataType, to: DataType, ansi: boolean): boolean {
  if (isNumeric(from) || from.type === "boolean" || from.type === "timestamp") return true;
  if (isAnsi(from)) return isIntegral(to) || to.type === "decimal";
  return !ansi && from.type === "date";
}
