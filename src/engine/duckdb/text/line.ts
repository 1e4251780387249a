/** The lines within bytes that hold no line feed but at their end: CR ends a line too. */
export function splitLines(line: Uint8Array): Uint8Array[] {
  const end = line.length > 0 && line[line.length - 1] === 13 ? line.length - 1 : line.length;
  const parts: Uint8Array[] = [];
  let start = 0;
  for (;;) {
    const at = line.indexOf(13, start);
    if (at < 0 || at >= end) break;
    parts.push(line.subarray(start, at));
    start = at + 1;
  }
  parts.push(line.subarray(start, end));
  return parts;
}
