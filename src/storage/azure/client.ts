/**
 * What is used of `@azure/storage-blob`, by its shape: its types are not there where the product
 * is built. `test/services/storage/azure/sdk.ts` compares them.
 */
export interface BlobModule<Key = SharedKeyCredential> {
  readonly ContainerClient: new (
    url: string,
    credential?: Key | TokenCredential,
    options?: ClientOptions,
  ) => ContainerClient;
  readonly StorageSharedKeyCredential: new (account: string, key: string) => Key;
}

/** What is used of `@azure/identity`. */
export interface IdentityModule {
  readonly DefaultAzureCredential: new () => TokenCredential;
  readonly ClientSecretCredential: new (
    tenantId: string,
    clientId: string,
    clientSecret: string,
    options: { readonly authorityHost: string },
  ) => TokenCredential;
  readonly ManagedIdentityCredential: new (options: {
    readonly clientId?: string;
  }) => TokenCredential;
  readonly WorkloadIdentityCredential: new (options: {
    readonly tenantId: string;
    readonly clientId: string;
    readonly tokenFilePath: string;
    readonly authorityHost: string;
  }) => TokenCredential;
}

/** Made by the SDK for the SDK. */
export interface SharedKeyCredential {
  readonly accountName: string;
}

export interface TokenCredential {
  getToken(
    scopes: string | string[],
    options?: object,
  ): Promise<{ token: string; expiresOnTimestamp: number } | null>;
}

export interface ClientOptions {
  readonly retryOptions: { readonly maxTries: number };
  readonly userAgentOptions: { readonly userAgentPrefix: string };
}

export interface ContainerClient {
  getBlockBlobClient(name: string): BlobClient;
  listBlobsFlat(options: ListBlobsOptions): Pages<FlatPage>;
  listBlobsByHierarchy(delimiter: string, options: ListBlobsOptions): Pages<LevelPage>;
}

export interface ListBlobsOptions {
  readonly prefix: string;
  readonly startFrom?: string;
  readonly includeMetadata: boolean;
  readonly abortSignal?: AbortSignal;
}

export interface Pages<T> {
  byPage(settings: { continuationToken?: string; maxPageSize?: number }): AsyncIterable<T>;
}

export interface FlatPage {
  readonly segment: { readonly blobItems: readonly BlobItem[] };
  readonly continuationToken?: string;
}

export interface LevelPage {
  readonly segment: {
    readonly blobItems: readonly BlobItem[];
    readonly blobPrefixes?: readonly { readonly name: string }[];
  };
  readonly continuationToken?: string;
}

export interface BlobItem {
  readonly name: string;
  readonly properties: {
    readonly lastModified: Date;
    readonly etag: string;
    readonly contentLength?: number;
  };
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The headers of a blob, as HEAD and GET give them. */
export interface BlobHeaders {
  readonly contentLength?: number;
  readonly contentRange?: string;
  readonly lastModified?: Date;
  readonly etag?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface BlobContent extends BlobHeaders {
  readonly readableStreamBody?: AsyncIterable<Uint8Array | string>;
}

export interface BlobWritten {
  readonly etag?: string;
  readonly lastModified?: Date;
}

interface CallOptions {
  readonly abortSignal: AbortSignal;
}

export interface BlobClient {
  getProperties(options: CallOptions): Promise<BlobHeaders>;
  download(
    offset: number,
    count: number | undefined,
    options: CallOptions & {
      readonly conditions: { readonly ifMatch?: string };
      readonly maxRetryRequests: number;
    },
  ): Promise<BlobContent>;
  upload(
    body: Uint8Array,
    length: number,
    options: CallOptions & {
      readonly conditions: { readonly ifNoneMatch?: string };
      readonly metadata?: Record<string, string>;
    },
  ): Promise<BlobWritten>;
  stageBlock(id: string, body: Uint8Array, length: number, options: CallOptions): Promise<object>;
  commitBlockList(ids: string[], options: CallOptions): Promise<BlobWritten>;
  delete(options: CallOptions): Promise<object>;
}
