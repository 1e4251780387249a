import type { Location } from "../../storage/store.ts";
import { formatUri, parseUri } from "../../storage/uri.ts";
import type { ConnectorContext } from "../connector.ts";

/**
 * The URI of a file as Hadoop's Path prints it, and as Spark's file source log and
 * `_metadata.file_path` have it.
 */
export function hadoopUri({ store, path }: Location): string {
  return store.uri(path);
}

/** As progress shows a folder: Hadoop leaves out an authority that is empty (`file:/data/in`). */
export function shortUri(location: Location): string {
  return hadoopUri(location).replace(/^file:\/\/\//, "file:/");
}

/** The place a URI of the log names. One in `near`'s store costs no lookup. */
export async function locateUri(
  uri: string,
  near: Location,
  context: ConnectorContext,
): Promise<Location> {
  const { scheme, authority, path } = parseUri(uri);
  const local = { store: near.store, path };
  const same = scheme === near.store.scheme && (authority === "" || hadoopUri(local) === uri);
  return same ? local : context.locateUri(uri);
}

/** A URI as other systems print it, percent-encoded or not, in Hadoop's spelling. */
export function canonicalUri(uri: string): string {
  return formatUri(parseUri(uri));
}
