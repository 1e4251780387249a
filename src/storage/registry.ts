import { error } from "../error/error.ts";
import type { Cache } from "./cache/cache.ts";
import type { Staging } from "./staging.ts";
import type { Location, Store } from "./store.ts";
import { parsePath, parseUri, type Uri } from "./uri.ts";

/** What a store may need to be opened. */
export interface StoreContext {
  readonly staging: Staging;
  /** For stores over a network: what they open lies there. */
  readonly cache: Cache;
  /** What relative paths are relative to. */
  readonly workingDirectory: string;
  /** The session's configuration (credentials, endpoints), as it is when a store is opened. */
  readonly options: Readonly<Record<string, string>>;
  /** Stores in place of, or beside, the built-in ones, by scheme. */
  readonly stores?: Readonly<Record<string, OpenStore>>;
}

/** Opens the store of a scheme and authority (bucket, container, host). */
export type OpenStore = (uri: Uri, context: StoreContext) => Promise<Store>;

/** Each is loaded when the first path of its scheme comes. */
const builtIn: Readonly<Record<string, OpenStore>> = {
  file: async () => (await import("./local.ts")).localStore(),
  gs: async (uri, context) => (await import("./gcs/store.ts")).openGcs(uri, context),
  memory: async (_, { staging }) => (await import("./memory.ts")).memoryStore(staging),
  ...byScheme(["s3", "s3a", "s3n"], async (uri, context) =>
    (await import("./s3/store.ts")).openS3Store(uri, context),
  ),
  ...byScheme(["abfss", "abfs", "wasbs", "wasb", "az"], async (uri, context) =>
    (await import("./azure/store.ts")).openAzureStore(uri, context),
  ),
};

function byScheme(schemes: readonly string[], open: OpenStore): Record<string, OpenStore> {
  return Object.fromEntries(schemes.map((scheme) => [scheme, open]));
}

/** The stores of one session: one a scheme and authority, opened at first use. */
export interface Stores {
  /** Where a path as users write it lies (Hadoop's rules: nothing is decoded). */
  locate(path: string): Promise<Location>;
  /** Where a percent-encoded URI lies. */
  locateUri(uri: string): Promise<Location>;
}

/** Throws UNSUPPORTED_FILE_SYSTEM, from both ways to locate, for a scheme no store is built for. */
export function openStores(context: StoreContext): Stores {
  const known: Readonly<Record<string, OpenStore>> = { ...builtIn, ...context.stores };
  const opened = new Map<string, Promise<Store>>();
  async function at(uri: Uri, text: string): Promise<Location> {
    const { scheme, authority, path } = uri;
    const key = `${scheme}://${authority}`;
    const open = Object.hasOwn(known, scheme) ? known[scheme] : undefined;
    if (!open) {
      const schemes = Object.keys(known).join(", ");
      throw error("UNSUPPORTED_FILE_SYSTEM", { uri: text, scheme, known: schemes });
    }
    const store = opened.get(key) ?? open(uri, context);
    opened.set(key, store);
    try {
      return { store: await store, path };
    } catch (thrown) {
      opened.delete(key);
      throw thrown;
    }
  }
  return {
    locate: (path) => at(parsePath(path, context.workingDirectory), path),
    locateUri: (uri) => at(parseUri(uri), uri),
  };
}
