import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../random.ts";

/** What a file of a table is to its reader. */
export type Role = "commit" | "checkpoint" | "pointer" | "checksum" | "vector" | "data";

/** What was done to one file. */
export interface Mutation {
  readonly file: string;
  readonly role: Role;
  readonly what: string;
}

const roles: readonly (readonly [pattern: RegExp, role: Role])[] = [
  [/^_delta_log\/_last_checkpoint$/, "pointer"],
  [/^_delta_log\/\d+\.crc$/, "checksum"],
  [/^_delta_log\/.*checkpoint.*\.(json|parquet)$|^_delta_log\/_sidecars\//, "checkpoint"],
  [/^_delta_log\/\d+(\.\d+\.compacted)?\.json$/, "commit"],
  [/\.bin$/, "vector"],
  [/\.parquet$/, "data"],
];

function roleOf(file: string): Role | undefined {
  return roles.find(([pattern]) => pattern.test(file))?.[1];
}

/** Changes a file of a table by chance, of the role if one is given; undefined: it has none. */
export function mutate(table: string, random: Random, only?: Role): Mutation | undefined {
  const files = readdirSync(table, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .flatMap((file) => {
      const role = roleOf(file);
      return role === undefined ? [] : [{ file, role }];
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  const there = [...new Set(files.map((one) => one.role))];
  if (only !== undefined && !there.includes(only)) return undefined;
  // A role first: else the many data files would take most of the turns.
  const role = only ?? random.pick(there);
  const { file } = random.pick(files.filter((one) => one.role === role));
  const path = join(table, file);
  const bytes = readFileSync(path);
  if (bytes.length === 0) return undefined;
  const others = files.filter((one) => one.role === role && one.file !== file);
  const other = others.length === 0 ? undefined : join(table, random.pick(others).file);
  const text = /\.(json|crc)$|_last_checkpoint$/.test(file);
  const [what, changed] = change(bytes, { random, text, footer: role === "data", other });
  if (changed.equals(bytes)) return undefined;
  writeFileSync(path, changed);
  return { file, role, what };
}

interface Ways {
  readonly random: Random;
  readonly text: boolean;
  /** Only what describes the data is changed, not the data. */
  readonly footer: boolean;
  readonly other: string | undefined;
}

function change(bytes: Buffer, ways: Ways): readonly [string, Buffer] {
  const { random, text, footer, other } = ways;
  const kinds = ["flip", "flip", "flip", "truncate"];
  if (text) kinds.push("drop", "duplicate", "reorder", "value", "value", "value");
  if (other !== undefined && !footer) kinds.push("swap");
  const kind = random.pick(kinds);
  switch (kind) {
    case "flip":
      return flip(bytes, random, footer ? footerStart(bytes) : 0);
    case "truncate": {
      const end = random.below(bytes.length);
      return [`truncate to ${end} of ${bytes.length}`, bytes.subarray(0, end)];
    }
    case "swap":
      return [`the bytes of ${other}`, readFileSync(other!)];
    case "value":
      return changeValue(bytes.toString(), random);
    default:
      return changeLines(bytes.toString(), kind, random);
  }
}

function flip(bytes: Buffer, random: Random, from: number): readonly [string, Buffer] {
  const changed = Buffer.from(bytes);
  const at = from + random.below(bytes.length - from);
  const bit = random.below(8);
  changed[at] = changed[at]! ^ (1 << bit);
  return [`flip bit ${bit} of byte ${at}`, changed];
}

/** Where the footer of a Parquet file begins. */
function footerStart(bytes: Buffer): number {
  return Math.max(0, bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8));
}

function changeLines(text: string, kind: string, random: Random): readonly [string, Buffer] {
  const lines = text.split("\n").filter((line) => line !== "");
  const at = random.below(lines.length);
  if (kind === "drop") lines.splice(at, 1);
  else if (kind === "duplicate") lines.splice(at, 0, lines[at]!);
  else lines.push(...lines.splice(at, 1));
  return [`${kind} line ${at + 1}`, Buffer.from(lines.map((line) => `${line}\n`).join(""))];
}

const values: readonly unknown[] = [null, "", -1, 2 ** 53, 1e300, true, [], {}, "a", "../x", 0];

/** Puts another value at some place of some line. */
function changeValue(text: string, random: Random): readonly [string, Buffer] {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  let value: unknown;
  try {
    value = JSON.parse(lines[at] ?? "");
  } catch {
    return ["no value", Buffer.from(text)];
  }
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk((node as Record<string, unknown>)[key]);
    }
  };
  walk(value);
  if (places.length === 0) return ["no value", Buffer.from(text)];
  const [node, key] = random.pick(places);
  const put = random.pick(values);
  node[key] = put;
  lines[at] = JSON.stringify(value);
  return [`${key} of line ${at + 1} is ${JSON.stringify(put)}`, Buffer.from(lines.join("\n"))];
}
