import {
  type NumberPart,
  type PatternFields,
  type PatternPart,
  partOf,
  zoneAt,
} from "./pattern-part.ts";
import type { PatternToken } from "./pattern-token.ts";

type Fields = { -readonly [K in keyof PatternFields]: PatternFields[K] };

/** A place in a text, and what was read before it. */
interface Place {
  readonly at: number;
  readonly fields: Fields;
}

/** The parts that tokens read, numbers that touch each other knowing of it. */
export function partsOf(tokens: readonly PatternToken[]): readonly PatternPart[] {
  return partsFrom({ tokens, at: 0 });
}

function partsFrom(cursor: {
  readonly tokens: readonly PatternToken[];
  at: number;
}): PatternPart[] {
  const parts: PatternPart[] = [];
  let active: NumberPart | undefined;
  while (cursor.at < cursor.tokens.length) {
    const token = cursor.tokens[cursor.at] as PatternToken;
    cursor.at += 1;
    if (token.kind === "close") break;
    const part = token.kind === "open" ? optional(cursor) : plain(token);
    parts.push(part);
    if (part.kind !== "number") active = undefined;
    else if (active && part.least === part.most) active.following += part.most;
    else active = part;
  }
  return parts;
}

function optional(cursor: Parameters<typeof partsFrom>[0]): PatternPart {
  return { kind: "optional", parts: partsFrom(cursor) };
}

function plain(token: Exclude<PatternToken, { kind: "open" | "close" }>): PatternPart {
  return token.kind === "text" ? token : partOf(token.letter, token.width);
}

/** What a whole text says by the parts of a pattern; undefined where it does not fit. */
export function readParts(parts: readonly PatternPart[], text: string): PatternFields | undefined {
  const end = readAll(parts, text, { at: 0, fields: {} });
  return end?.at === text.length ? end.fields : undefined;
}

function readAll(parts: readonly PatternPart[], text: string, start: Place): Place | undefined {
  let place: Place | undefined = start;
  for (const part of parts) {
    place = readPart(part, text, place);
    if (place === undefined) return undefined;
  }
  return place;
}

function readPart(part: PatternPart, text: string, place: Place): Place | undefined {
  const { at } = place;
  switch (part.kind) {
    case "number":
      return readNumber(part, text, place);
    case "fraction": {
      const digits = digitsAt(text, at, part.most);
      if (digits === "") return undefined;
      const nanos = Number(digits.padEnd(9, "0"));
      return put(place, "nanos", nanos, at + digits.length);
    }
    case "name": {
      const rest = text.slice(at, at + 16).toLowerCase();
      const found = part.names.find(([name]) => rest.startsWith(name));
      return found && put(place, part.field, found[1], at + found[0].length);
    }
    case "offset": {
      part.expression.lastIndex = at;
      const found = part.expression.exec(text)?.[0];
      if (found === undefined) return undefined;
      const offset = found.slice(part.prefix.length);
      const zone = offset === "" || /^z$/i.test(offset) ? "Z" : offset;
      return put(place, "zone", zone, at + found.length);
    }
    case "zone": {
      const zone = zoneAt(text, at);
      return zone === undefined ? undefined : put(place, "zone", zone, at + zone.length);
    }
    case "text": {
      const end = at + part.text.length;
      const same = text.slice(at, end).toLowerCase() === part.text.toLowerCase();
      return same ? { ...place, at: end } : undefined;
    }
    case "optional":
      return readAll(part.parts, text, place) ?? place;
  }
}

/** A field that was read before must be the same again. */
function put<K extends keyof Fields>(
  place: Place,
  field: K,
  value: NonNullable<Fields[K]>,
  at: number,
): Place | undefined {
  const before = place.fields[field];
  if (before !== undefined && before !== value) return undefined;
  return { at, fields: { ...place.fields, [field]: value } };
}

function readNumber(part: NumberPart, text: string, place: Place): Place | undefined {
  const mark = text[place.at];
  const signed = mark === "+" || mark === "-";
  if (signed && (part.sign === "bare" || (mark === "+" && part.sign === "minus"))) return undefined;
  const at = place.at + (signed ? 1 : 0);
  let digits = digitsAt(text, at, part.most + part.following);
  // The numbers behind it have their digits first.
  if (part.following > 0) {
    digits = digits.slice(0, Math.max(part.least, digits.length - part.following));
  }
  if (digits.length < part.least) return undefined;
  const value = Number(digits);
  if (mark === "-" && value === 0) return undefined;
  if (mark !== "-" && part.sign === "pad") {
    const longer = digits.length > part.least;
    if (longer !== (mark === "+")) return undefined;
  }
  const number = part.reduced ? 2000 + value : mark === "-" ? -value : value;
  return put(place, part.field, number, at + digits.length);
}

function digitsAt(text: string, at: number, most: number): string {
  let end = at;
  while (end < text.length && end - at < most && isDigit(text.charCodeAt(end))) end += 1;
  return text.slice(at, end);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
