import { resolve } from "node:path";

/** A path in a store, as a text names it. */
export interface Uri {
  /** Lower case: `file`, `memory`, `s3`. */
  readonly scheme: string;
  /** Bucket, container or host; empty for local schemes. */
  readonly authority: string;
  /** Decoded, `/`-separated, absolute, without a trailing slash (the root is empty). */
  readonly path: string;
}

/** What java.net.URI leaves as it is in a path; everything else in ASCII is percent-encoded. */
const quoted = /[^A-Za-z0-9_\-!.~'()*,;:$&+=@/\u00a0-\u{10ffff}]|[\p{Z}\u0080-\u009f]/gu;

/** Paths of which nothing is encoded: most. Looking for one's odd characters takes longer. */
const plain = /^[A-Za-z0-9_\-!.~'()*,;:$&+=@/]*$/;

/** A path percent-encoded as Hadoop's `Path.toUri` gives it: `/a b%ü` is `/a%20b%25ü`. */
export function encodePath(path: string): string {
  if (plain.test(path)) return path;
  return path.replace(quoted, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );
}

/** The inverse. A `%` that starts no escape stands for itself. */
export function decodePath(path: string): string {
  return path.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) =>
    new TextDecoder().decode(
      Uint8Array.from(escapes.slice(1).split("%"), (byte) => Number.parseInt(byte, 16)),
    ),
  );
}

/** The URI of a path: `file:///data/a%20b`, `s3://bucket/key`. */
export function formatUri({ scheme, authority, path }: Uri): string {
  return `${scheme}://${authority}${encodePath(path)}`;
}

const schemed = /^([A-Za-z][A-Za-z0-9+.-]+):(?:\/\/([^/]*))?(\/.*|)$/s;

/**
 * A path as users write it, by the rules of Hadoop's `Path`: nothing is decoded (`%20` is a part
 * of the name), a path without a scheme is a local one, relative to `workingDirectory`.
 */
export function parsePath(text: string, workingDirectory: string): Uri {
  const match = schemed.exec(text);
  if (!match || (match[2] === undefined && match[3] === "")) {
    return { scheme: "file", authority: "", path: trim(resolve(workingDirectory, text)) };
  }
  const scheme = match[1]!.toLowerCase();
  const authority = scheme === "file" ? "" : (match[2] ?? "");
  return { scheme, authority, path: trim(match[3]!) };
}

/** A percent-encoded URI, as a store's `uri` gives it and as Delta logs hold absolute paths. */
export function parseUri(text: string): Uri {
  const { scheme, authority, path } = parsePath(text, "/");
  return { scheme, authority, path: decodePath(path) };
}

function trim(path: string): string {
  const single = path.replace(/\/{2,}/g, "/");
  return single.endsWith("/") ? single.slice(0, -1) : single;
}
