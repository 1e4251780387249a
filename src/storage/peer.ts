import { error } from "../error/error.ts";

/**
 * The module of an optional peer, imported when it is first needed. The caller says by `T` what it
 * uses of it: the types of a peer are not there where the product is built. Throws
 * MISSING_PEER_DEPENDENCY where it is not installed; `purpose` ends the sentence "needed for ...".
 */
export async function importPeer<T>(name: string, purpose: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown };
    if (code !== "ERR_MODULE_NOT_FOUND") throw thrown;
    throw error("MISSING_PEER_DEPENDENCY", { package: name, purpose }, thrown);
  }
}
