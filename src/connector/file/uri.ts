import type { Location } from "../../storage/store.ts";
import type { ConnectorContext } from "../connector.ts";

/**
 * The URI of a file as Hadoop's Path prints it, and as Spark's file source log and
 * `_metadata.file_path` have it: java.net.URI escapes only what is illegal in a path, so that
 * `=`, `+`, `:` and letters beyond ASCII stay as they are.
 */
export function hadoopUri({ store, path }: Location): string {
  return `${prefix(store)}${path.replace(illegal, percent)}`;
}

const illegal = /[^A-Za-z0-9_\-!.~'()*,;:$&+=@/\u0080-\uffff]/g;

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

function prefix(store: Location["store"]): string {
  return store.uri("/").replace(/\/+$/, store.scheme === "file" ? "//" : "");
}

/** The place a URI of the log names. One in `near`'s store costs no lookup. */
export async function locateUri(
  uri: string,
  near: Location,
  context: ConnectorContext,
): Promise<Location> {
  const path = pathWithin(uri, near.store);
  return path === undefined ? context.locate(uri) : { store: near.store, path };
}

/** The path of a URI within a store, decoded; undefined if the URI is not of that store. */
export function pathWithin(uri: string, store: Location["store"]): string | undefined {
  // Older Hadoop versions print one slash: file:/data.
  const full = store.scheme === "file" ? uri.replace(/^file:\/(?!\/)/, "file:///") : uri;
  const start = prefix(store);
  if (!full.startsWith(`${start}/`)) return undefined;
  return decodeURIComponent(full.slice(start.length));
}
