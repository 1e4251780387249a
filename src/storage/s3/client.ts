import { importPeer } from "../peer.ts";
import { credentialsOf, type Identity } from "./credential.ts";
import type { S3Options } from "./option.ts";

/**
 * What is used of @aws-sdk/client-s3, by its shape: its types are not there where the product is
 * built. `test/services/storage/s3/sdk.ts` proves it against the real ones.
 */
export interface S3Client {
  getObject(input: GetInput): Promise<GetOutput>;
  headObject(input: ObjectInput): Promise<HeadOutput>;
  putObject(input: PutInput): Promise<{ readonly ETag?: string | undefined }>;
  deleteObject(input: Common & { readonly Key: string }): Promise<unknown>;
  listObjectsV2(input: ListInput): Promise<ListOutput>;
  createMultipartUpload(input: CreateInput): Promise<{ readonly UploadId?: string | undefined }>;
  uploadPart(input: PartInput): Promise<{ readonly ETag?: string | undefined }>;
  completeMultipartUpload(input: CompleteInput): Promise<unknown>;
  abortMultipartUpload(input: UploadInput): Promise<unknown>;
  listMultipartUploads(input: Common & { readonly Prefix: string }): Promise<UploadsOutput>;
}

/** What every request says. */
export interface Common {
  readonly Bucket: string;
  readonly RequestPayer?: "requester";
}

/** The customer's own key, which each request for bytes or about them must have. */
export interface CustomerKey {
  readonly SSECustomerAlgorithm?: string;
  readonly SSECustomerKey?: string;
}

/** How a new object is encrypted. */
export interface Encryption extends CustomerKey {
  readonly ServerSideEncryption?: "AES256" | "aws:kms" | "aws:kms:dsse";
  readonly SSEKMSKeyId?: string;
}

interface ObjectInput extends Common, CustomerKey {
  readonly Key: string;
}

interface GetInput extends ObjectInput {
  readonly Range?: string;
  readonly IfMatch?: string;
}

interface GetOutput {
  readonly Body?: Body | undefined;
  readonly ContentLength?: number | undefined;
  readonly ContentRange?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
}

interface Body {
  transformToByteArray(): Promise<Uint8Array>;
}

interface HeadOutput {
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

interface CreateInput extends Common, Encryption {
  readonly Key: string;
  readonly Metadata?: Record<string, string>;
}

interface PutInput extends CreateInput {
  readonly Body: Uint8Array | import("node:stream").Readable;
  readonly ContentLength?: number;
  readonly IfNoneMatch?: "*";
}

interface UploadInput extends Common {
  readonly Key: string;
  readonly UploadId: string;
}

interface PartInput extends UploadInput, CustomerKey {
  readonly PartNumber: number;
  readonly Body: import("node:stream").Readable;
  readonly ContentLength: number;
}

/** A part that the server has. */
export interface Part {
  readonly PartNumber: number;
  readonly ETag?: string;
}

interface CompleteInput extends UploadInput, CustomerKey {
  readonly MultipartUpload: { Parts: Part[] };
}

interface Upload {
  readonly Key?: string | undefined;
  readonly UploadId?: string | undefined;
}

interface UploadsOutput {
  readonly Uploads?: readonly Upload[] | undefined;
}

interface ListInput extends Common {
  readonly Prefix: string;
  readonly MaxKeys: number;
  readonly EncodingType: "url";
  readonly Delimiter?: string;
  readonly StartAfter?: string;
  readonly ContinuationToken?: string;
}

interface ListOutput {
  /** Whether the keys are encoded as was asked: some servers do not. */
  readonly EncodingType?: "url" | undefined;
  readonly Contents?: readonly Listed[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly NextContinuationToken?: string | undefined;
}

interface Listed {
  readonly Key?: string | undefined;
  readonly Size?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
}

/** What a client is made with. */
export interface S3Config {
  readonly endpoint?: string;
  readonly region?: string;
  readonly forcePathStyle?: boolean;
  readonly followRegionRedirects: boolean;
  readonly maxAttempts: number;
  readonly requestChecksumCalculation: "WHEN_REQUIRED";
  readonly responseChecksumValidation: "WHEN_REQUIRED";
  readonly logger: typeof silent;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly socketTimeout: number;
    readonly requestTimeout?: number;
    readonly throwOnRequestTimeout: boolean;
    readonly logger: typeof silent;
    readonly httpAgent: { readonly maxSockets: number; readonly keepAlive: boolean };
    readonly httpsAgent: { readonly maxSockets: number; readonly keepAlive: boolean };
  };
  readonly credentials?: Identity | (() => Promise<Identity>);
  readonly signer?: { sign<T>(request: T): Promise<T> };
}

/** The module, as it is imported. */
export interface S3Module {
  readonly S3: new (
    config: S3Config,
  ) => S3Client & { readonly config: { region(): Promise<string> }; destroy(): void };
}

/** Where neither the options nor the SDK's chain name one; redirects lead to the right one. */
const regionDefault = "us-east-1";

/** A client of one bucket; what the options do not say, the SDK's own chain does. */
export async function openClient(options: S3Options): Promise<S3Client> {
  const { S3 } = await importPeer<S3Module>("@aws-sdk/client-s3", "s3:// paths");
  const config = { ...configOf(options), ...(await credentialsOf(options)) };
  const client = new S3(config);
  if (options.region !== undefined) return client;
  try {
    await client.config.region();
    return client;
  } catch {
    client.destroy();
    return new S3({ ...config, region: regionDefault });
  }
}

/** The SDK tells the console of failures that are made good here, or thrown. */
const ignore = (): void => undefined;
const silent = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Retries are those of `storage/retry.ts`; checksums beyond TLS not every server knows. */
function configOf(options: S3Options): S3Config {
  const { endpoint, region, pathStyle, requestMs } = options;
  const agent = { maxSockets: options.connections, keepAlive: true };
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(pathStyle === undefined ? {} : { forcePathStyle: pathStyle }),
    followRegionRedirects: true,
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    logger: silent,
    requestHandler: {
      connectionTimeout: options.connectMs,
      socketTimeout: options.socketMs,
      ...(requestMs === 0 ? {} : { requestTimeout: requestMs }),
      throwOnRequestTimeout: true,
      logger: silent,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}
