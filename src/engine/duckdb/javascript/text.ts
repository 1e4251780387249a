import { createHash } from "node:crypto";
import { error } from "../../../error/error.ts";

/** Java's names of character sets by Node's. */
const charsets: Readonly<Record<string, BufferEncoding>> = {
  "UTF-8": "utf8",
  UTF8: "utf8",
  "ISO-8859-1": "latin1",
  "UTF-16LE": "utf16le",
};

function charset(name: string | undefined): BufferEncoding {
  const found = charsets[(name ?? "").toUpperCase()];
  if (found === undefined) {
    const reason = `the character set ${name} is not known`;
    throw error("INVALID_PARAMETER", { function: "encode", reason });
  }
  return found;
}

function substringIndex(value: string, delimiter: string, count: number): string {
  if (delimiter === "" || count === 0) return "";
  const parts = value.split(delimiter);
  return (count > 0 ? parts.slice(0, count) : parts.slice(count)).join(delimiter);
}

/** Java's split: a limit above 0 bounds the parts, any other keeps all; no empty match at 0. */
function split(value: string, pattern: string, limit: number): string[] {
  const regexp = new RegExp(pattern, "gu");
  const parts: string[] = [];
  let start = 0;
  for (const match of value.matchAll(regexp)) {
    if (limit > 0 && parts.length === limit - 1) break;
    const end = match.index + match[0].length;
    if (end === 0) continue;
    if (match[0] === "" && match.index >= value.length) continue;
    parts.push(value.slice(start, match.index));
    start = end;
  }
  parts.push(value.slice(start));
  return parts;
}

const codes = "01230120022455012623010202";

function soundex(value: string): string {
  const first = value[0]?.toUpperCase();
  if (first === undefined || !/[A-Z]/.test(first)) return value;
  let result = first;
  let last = codes[first.charCodeAt(0) - 65];
  for (const letter of value.slice(1).toUpperCase()) {
    if (!/[A-Z]/.test(letter)) {
      last = "0";
      continue;
    }
    const code = codes[letter.charCodeAt(0) - 65];
    if (letter === "H" || letter === "W") continue;
    if (code !== "0" && code !== last) result += code;
    last = code;
    if (result.length === 4) break;
  }
  return result.padEnd(4, "0");
}

/** The CRC of zip files, bit by bit reflected; Node 20 has none. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Insertions, deletions and changes of characters between two texts; one row at a time. */
function levenshtein(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  let row = to.map((_, index) => index + 1);
  for (const [index, character] of from.entries()) {
    let left = index + 1;
    row = row.map((above, column) => {
      const corner = column === 0 ? index : (row[column - 1] ?? 0);
      left = Math.min(above + 1, left + 1, corner + (character === to[column] ? 0 : 1));
      return left;
    });
  }
  return row.at(-1) ?? from.length;
}

type Texts = readonly string[];

/** Functions of texts that SQL has none of. */
export const textOperations = {
  initcap: ([value = ""]: Texts): string =>
    value
      .toLowerCase()
      .replace(/(^| )(\S)/gu, (_, space: string, letter: string) => space + letter.toUpperCase()),
  substring_index: ([value = "", delimiter = "", count]: Texts): string =>
    substringIndex(value, delimiter, Number(count)),
  split: ([value = "", pattern = "", limit]: Texts): string =>
    JSON.stringify(split(value, pattern, Number(limit))),
  soundex: ([value = ""]: Texts): string => soundex(value),
  encode: ([value = "", name]: Texts): string => Buffer.from(value, charset(name)).toString("hex"),
  decode: ([hex = "", name]: Texts): string => Buffer.from(hex, "hex").toString(charset(name)),
  url_encode: ([value = ""]: Texts): string =>
    new URLSearchParams([["", value]]).toString().slice(1),
  url_decode: ([value = ""]: Texts): string => decodeURIComponent(value.replaceAll("+", " ")),
  sha2: ([hex = "", bits]: Texts): string | null => {
    const size = bits === "0" ? "256" : (bits ?? "");
    if (!["224", "256", "384", "512"].includes(size)) return null;
    return createHash(`sha${size}`).update(Buffer.from(hex, "hex")).digest("hex");
  },
  levenshtein: ([a = "", b = ""]: Texts): string => String(levenshtein(a, b)),
  crc32: ([hex = ""]: Texts): string => String(crc32(Buffer.from(hex, "hex"))),
} as const;
