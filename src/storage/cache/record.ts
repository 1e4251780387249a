import { crc32 } from "node:zlib";
import type { ByteRange } from "../part.ts";

/** Which content of which file a cached file has bytes of. */
export interface Content {
  readonly uri: string;
  readonly etag: string;
  readonly size: number; // bytes
}

/** The first line of a record: what the file beside it is. */
export function headerLine({ uri, etag, size }: Content): string {
  return `${JSON.stringify({ version: 1, uri, etag, size })}\n`;
}

/** A line for each range that is there. */
export function rangeLines(ranges: readonly ByteRange[]): string {
  return ranges.map((range) => `${sealed(`${range.start} ${range.end}`)}\n`).join("");
}

/** With a checksum: a crash may leave a part of a line, or bytes that are none. */
function sealed(text: string): string {
  return `${text} ${crc32(text).toString(16)}`;
}

/** What a record says; undefined if it is damaged. Ranges that are damaged are not there. */
export function parseRecord(
  text: string,
): { readonly content: Content; readonly ranges: readonly ByteRange[] } | undefined {
  const [header = "", ...lines] = text.split("\n");
  const content = contentOf(header);
  if (content === undefined) return undefined;
  const ranges = lines.flatMap((line) => {
    const [start = "", end = ""] = line.split(" ");
    if (line !== sealed(`${start} ${end}`)) return [];
    return [{ start: Number(start), end: Number(end) }];
  });
  return { content, ranges };
}

function contentOf(header: string): Content | undefined {
  try {
    const { version, uri, etag, size } = JSON.parse(header) as Record<string, unknown>;
    if (version !== 1 || typeof uri !== "string" || typeof etag !== "string") return undefined;
    return Number.isSafeInteger(size) ? { uri, etag, size: size as number } : undefined;
  } catch {
    return undefined;
  }
}
