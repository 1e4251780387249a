/** A number of a JSON text, by its digits: the bounds of 64 bits and decimals are exact. */
export class Digits {
  readonly text: string;
  /** Of 32 bits: texts that are rounded to the same are the same. */
  readonly single: boolean;
  constructor(text: string, single = false) {
    this.text = text;
    this.single = single;
  }
}

export type Exact =
  | null
  | boolean
  | string
  | Digits
  | readonly Exact[]
  | { readonly [name: string]: Exact };

const token = /\s*(?:([[\]{}:,])|("(?:[^"\\]|\\.)*")|(-?(?:\d[\d.eE+-]*|Infinity)|NaN|[a-z]+))/y;

/** Reads a JSON value without losing digits; NaN and Infinity are numbers. */
export function parseExact(text: string): Exact {
  let at = 0;
  const next = (): string => {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) throw new Error(`no JSON at ${at} of ${text.slice(0, 80)}`);
    at = token.lastIndex;
    return match[1] ?? match[2] ?? match[3] ?? "";
  };
  const value = (first: string): Exact => {
    if (first === "[") return list();
    if (first === "{") return object();
    if (first.startsWith('"')) return JSON.parse(first) as string;
    if (first === "null") return null;
    if (first === "true" || first === "false") return first === "true";
    return new Digits(first);
  };
  const list = (): Exact => {
    const items: Exact[] = [];
    for (let one = next(); one !== "]"; one = next()) if (one !== ",") items.push(value(one));
    return items;
  };
  const object = (): Exact => {
    const members: Record<string, Exact> = {};
    for (let one = next(); one !== "}"; one = next()) {
      if (one === ",") continue;
      next();
      members[JSON.parse(one) as string] = value(next());
    }
    return members;
  };
  return value(next());
}

/** Whether two values are the same: numbers by what they are, `1` and `1.0`. */
export function isSame(left: Exact, right: Exact): boolean {
  if (left instanceof Digits || right instanceof Digits) {
    return left instanceof Digits && right instanceof Digits && isSameNumber(left, right);
  }
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, at) => isSame(item, right[at] as Exact))
    );
  }
  if (left === null || right === null || typeof left !== "object") return left === right;
  if (typeof right !== "object" || Array.isArray(right)) return false;
  const [one, other] = [left, right] as { readonly [name: string]: Exact }[];
  const names = new Set([...Object.keys(one!), ...Object.keys(other!)]);
  return [...names].every((name) => isSame(one![name] ?? null, other![name] ?? null));
}

function isSameNumber(one: Digits, other: Digits): boolean {
  const [left, right] = [one.text, other.text];
  if (one.single || other.single) return isSameSingle(Number(left), Number(right));
  return isSameText(left, right);
}

/** ORC's own tool prints seven digits of a number of 32 bits, which are not always enough. */
function isSameSingle(left: number, right: number): boolean {
  const [one, other] = [Math.fround(left), Math.fround(right)];
  return (
    isSameReal(one, other) ||
    one.toPrecision(7) === right.toPrecision(7) ||
    left.toPrecision(7) === other.toPrecision(7)
  );
}

function isSameReal(left: number, right: number): boolean {
  return Object.is(left + 0, right + 0);
}

function isSameText(left: string, right: string): boolean {
  const [one, other] = [plainOf(left), plainOf(right)];
  return one === undefined || other === undefined
    ? isSameReal(Number(left), Number(right))
    : one === other;
}

/** A number without an exponent, and without zeros that say nothing. */
function plainOf(text: string): string | undefined {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return short === "-0" ? "0" : short;
}
