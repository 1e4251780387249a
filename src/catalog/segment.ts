/**
 * A name as one segment of a path: in lower case, with what could be taken for something else
 * percent-encoded: a dot in front (our own folders), a slash, `%`, controls, what URIs reserve.
 */
export function encodeSegment(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_\-. \u00a0-\u{10ffff}]/gu, (character) =>
      [...new TextEncoder().encode(character)].map(escaped).join(""),
    )
    .replace(/^\./, "%2E");
}

/** The inverse of `encodeSegment`. */
export function decodeSegment(segment: string): string {
  return segment.replace(/(?:%[0-9A-F]{2})+/g, (escapes) =>
    new TextDecoder().decode(
      Uint8Array.from(escapes.slice(1).split("%"), (byte) => Number.parseInt(byte, 16)),
    ),
  );
}

function escaped(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
