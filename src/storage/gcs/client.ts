import { readFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { error } from "../../error/error.ts";
import { importPeer } from "../peer.ts";
import type { GcsOptions } from "./option.ts";

/** What is used of the module `@google-cloud/storage`, in its own names. */
export interface GcsModule {
  readonly Storage: new (options: GcsSettings) => GcsStorage;
}

export interface GcsSettings {
  readonly apiEndpoint?: string;
  readonly useAuthWithCustomEndpoint?: boolean;
  readonly projectId?: string;
  /** Until a call that is no transfer is answered, ms. */
  readonly timeout?: number;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly retryOptions: {
    readonly autoRetry: boolean;
    readonly maxRetries: number;
    readonly idempotencyStrategy: number;
    readonly retryableErrorFn: () => boolean;
  };
}

export interface GcsStorage {
  baseUrl: string;
  bucket(name: string, options?: { readonly userProject?: string }): GcsBucket;
}

export interface GcsBucket {
  readonly name: string;
  file(name: string, options?: { readonly generation?: string }): GcsFile;
  /** With `fields` the entries are the objects as the service describes them. */
  getFiles(query: GcsQuery): Promise<readonly unknown[]>;
}

export interface GcsQuery {
  readonly autoPaginate: false;
  readonly maxResults: number;
  readonly prefix: string;
  readonly fields: string;
  readonly delimiter?: string;
  readonly startOffset?: string;
  readonly pageToken?: string;
}

/** An object as the service describes it: the fields asked for. */
export interface GcsObject {
  readonly name?: string;
  readonly size?: string | number;
  readonly updated?: string;
  readonly generation?: string | number;
  readonly metadata?: Readonly<Record<string, string | boolean | number | null>>;
}

export interface GcsFile {
  readonly metadata: GcsObject;
  getMetadata(): Promise<readonly [GcsObject, ...unknown[]]>;
  createReadStream(options: GcsRead): Readable;
  createWriteStream(options: GcsWrite): Writable;
  delete(options: { readonly ignoreNotFound: boolean }): Promise<unknown>;
}

export interface GcsRead {
  readonly decompress: false;
  readonly validation?: false;
  readonly start?: number;
  readonly end?: number;
}

export interface GcsWrite {
  readonly resumable?: boolean;
  readonly uri?: string;
  readonly validation?: false;
  readonly preconditionOpts?: { readonly ifGenerationMatch: number };
  readonly metadata?: {
    readonly contentType: string;
    readonly md5Hash: string;
    readonly metadata: { readonly [key: string]: string };
  };
}

/** The SDK's `IdempotencyStrategy.RetryNever`. */
const retryNever = 2;

/** A client whose calls are made once: whether to make one again is this store's to say. */
export async function connect(options: GcsOptions, path: string): Promise<GcsStorage> {
  const module = await importPeer<GcsModule>("@google-cloud/storage", "gs:// paths");
  const { endpoint, authenticated, projectId, keyFilename, readTimeoutMs } = options;
  const credentials = keyFilename ? await keyIn(keyFilename, path) : options.credentials;
  const storage = new module.Storage({
    apiEndpoint: endpoint,
    useAuthWithCustomEndpoint: authenticated,
    ...(projectId === undefined ? {} : { projectId }),
    // Without it the SDK overwrites its own default, and waits for ever.
    ...(readTimeoutMs > 0 ? { timeout: readTimeoutMs } : {}),
    ...(credentials === undefined ? {} : { credentials }),
    retryOptions: {
      autoRetry: false,
      maxRetries: 0,
      idempotencyStrategy: retryNever,
      retryableErrorFn: () => false,
    },
  });
  // The SDK takes this from STORAGE_EMULATOR_HOST even where an endpoint is given.
  storage.baseUrl = `${endpoint.replace(/\/+$/, "")}/storage/v1`;
  return storage;
}

/** The SDK would say of a bad file what its parts fail with, and only when a call is made. */
async function keyIn(file: string, path: string): Promise<Readonly<Record<string, string>>> {
  try {
    const key = JSON.parse(await readFile(file, "utf8")) as unknown;
    if (typeof key === "object" && key !== null && "type" in key) {
      return key as Readonly<Record<string, string>>;
    }
    throw new Error("it has no type");
  } catch (thrown) {
    const reason = `${file} is no JSON key file: ${(thrown as Error).message}`;
    const remedy = "Give the file of a key in fs.gs.auth.service.account.json.keyfile";
    throw error("STORAGE_CREDENTIALS_INVALID", { path, reason, remedy }, thrown);
  }
}
