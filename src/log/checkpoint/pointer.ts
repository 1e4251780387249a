import { createHash } from "node:crypto";
import { isError } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";
import { logFolder } from "../path.ts";

/** What `_last_checkpoint` says (PROTOCOL.md#last-checkpoint-file). A hint, never a truth. */
export interface LastCheckpoint {
  readonly version: number;
}

/** The pointer to the newest checkpoint; undefined where it is absent, damaged or unreadable. */
export async function readLastCheckpoint(table: Location): Promise<LastCheckpoint | undefined> {
  const { path } = join(logFolder(table), "_last_checkpoint");
  try {
    const text = new TextDecoder().decode(await table.store.read(path));
    const pointer = JSON.parse(text) as { version?: unknown; checksum?: unknown } | null;
    const { version, checksum } = pointer ?? {};
    if (typeof checksum === "string" && checksum !== checksumOf(text)) return undefined;
    return Number.isSafeInteger(version) ? { version: version as number } : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError || isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
}

export interface PointerRequest {
  readonly version: number;
  /** Actions in the checkpoint. */
  readonly size: number;
  readonly sizeInBytes: number;
  readonly numOfAddFiles: number;
}

/** Points to a checkpoint that is there. */
export async function writeLastCheckpoint(table: Location, pointer: PointerRequest): Promise<void> {
  const { path } = join(logFolder(table), "_last_checkpoint");
  const checksum = checksumOf(JSON.stringify(pointer));
  const bytes = new TextEncoder().encode(JSON.stringify({ ...pointer, checksum }));
  await table.store.put(path, bytes);
}

/** The MD5 of the canonical form of a JSON object without its member `checksum`. */
export function checksumOf(text: string): string {
  const { checksum: _, ...rest } = JSON.parse(exactNumbers(text)) as Record<string, unknown>;
  return createHash("md5").update(canonicalForm(rest)).digest("hex");
}

/** A mark before the digits of a number: no text of JSON begins with it unescaped. */
const mark = "\u0001";
const numberOrText = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The same JSON with every number as a marked text, so that its spelling is kept. */
function exactNumbers(text: string): string {
  return text.replace(numberOrText, (part) => (part.startsWith('"') ? part : `"\\u0001${part}"`));
}

/** PROTOCOL.md#json-checksum: `path=value` for every leaf, in the order of bytes. */
function canonicalForm(value: unknown): string {
  const pairs = leavesOf(value, []).map(([path, leaf]) => `${path.join("+")}=${leaf}`);
  const sorted = pairs.map((pair) => Buffer.from(pair)).sort(Buffer.compare);
  return sorted.map(String).join(",");
}

function leavesOf(value: unknown, path: readonly string[]): [readonly string[], string][] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => leavesOf(item, [...path, String(index)]));
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, item]) => {
      return leavesOf(item, [...path, `"${encoded(name)}"`]);
    });
  }
  if (typeof value !== "string") return [[path, String(value)]];
  return [[path, value.startsWith(mark) ? value.slice(1) : `"${encoded(value)}"`]];
}

/** Percent-encoding of all but the unreserved characters of RFC 3986. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => {
    return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}
