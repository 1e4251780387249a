import { error } from "../../error/error.ts";
import { type HadoopOptions, hadoopOptions } from "../hadoop.ts";
import { attemptsDefault } from "../retry.ts";
import type { CustomerKey, Encryption } from "./client.ts";

/** What the options of a session say of one bucket, by the names of Hadoop's s3a. */
export interface S3Options {
  /** The bucket's name, or the ARN of the access point it is reached by. */
  readonly bucket: string;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly pathStyle: boolean | undefined;
  readonly requesterPays: boolean;
  readonly attempts: number;
  readonly connections: number;
  /** Objects of a page of a listing; S3 gives 1,000 at most. */
  readonly pageSize: number;
  /** Bytes of a part; a file larger than it goes in parts. */
  readonly partSize: number;
  readonly connectMs: number;
  readonly socketMs: number;
  /** 0: no bound but that of a silent socket. */
  readonly requestMs: number;
  readonly encryption: Encryption;
  readonly customerKey: CustomerKey;
  /** For what is not read here: credentials. */
  readonly hadoop: HadoopOptions;
}

/** S3 refuses smaller parts, but for the last, and larger ones. */
const partSizeLeast = 5 * 1024 ** 2;
const partSizeMost = 5 * 1024 ** 3;
const partSizeDefault = 64 * 1024 ** 2;
const pageSizeDefault = 1_000;
/** Hadoop has 500, and threads to wait on them; Node has one. */
const connectionsDefault = 64;
const connectMsDefault = 30_000;
/** How long a socket may be silent. */
const socketMsDefault = 60_000;

/** The options of `bucket`; `fs.s3a.bucket.NAME.x` counts before `fs.s3a.x`. */
export function s3Options(bucket: string, options: Readonly<Record<string, string>>): S3Options {
  const hadoop = hadoopOptions(options, (name) => [
    `fs.s3a.bucket.${bucket}.${name.slice("fs.s3a.".length)}`,
    name,
  ]);
  const { text } = hadoop;
  const endpoint = endpointOf(hadoop);
  const pathStyle = text("fs.s3a.path.style.access");
  return {
    bucket: text("fs.s3a.accesspoint.arn") ?? bucket,
    endpoint,
    region: text("fs.s3a.endpoint.region") ?? regionOf(endpoint),
    pathStyle: pathStyle === undefined ? undefined : hadoop.flag("fs.s3a.path.style.access", false),
    requesterPays: hadoop.flag("fs.s3a.requester.pays.enabled", false),
    attempts: hadoop.whole("fs.s3a.attempts.maximum", attemptsDefault, 1),
    connections: hadoop.whole("fs.s3a.connection.maximum", connectionsDefault, 1),
    pageSize: hadoop.whole("fs.s3a.paging.maximum", pageSizeDefault, 1),
    partSize: Math.min(
      Math.max(hadoop.bytes("fs.s3a.multipart.size", partSizeDefault), partSizeLeast),
      partSizeMost,
    ),
    connectMs: hadoop.milliseconds("fs.s3a.connection.establish.timeout", connectMsDefault),
    socketMs: hadoop.milliseconds("fs.s3a.connection.timeout", socketMsDefault),
    requestMs: hadoop.milliseconds("fs.s3a.connection.request.timeout", 0),
    ...encryptionOf(hadoop),
    hadoop,
  };
}

/** With the scheme; nothing for AWS's central one, which the SDK finds by the region. */
function endpointOf(hadoop: HadoopOptions): string | undefined {
  const endpoint = hadoop.text("fs.s3a.endpoint");
  if (endpoint === undefined || /^(https?:\/\/)?s3\.amazonaws\.com\/?$/.test(endpoint)) {
    return undefined;
  }
  if (endpoint.includes("://")) return endpoint;
  return `${hadoop.flag("fs.s3a.connection.ssl.enabled", true) ? "https" : "http"}://${endpoint}`;
}

/** AWS's endpoints name their region; a server of somebody else's takes any. */
function regionOf(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : "";
  return /\bs3[.-](?:dualstack\.)?([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1];
}

function encryptionOf(hadoop: HadoopOptions): Pick<S3Options, "encryption" | "customerKey"> {
  const [option, legacy] = [
    "fs.s3a.encryption.algorithm",
    "fs.s3a.server-side-encryption-algorithm",
  ];
  const value = hadoop.text(option) ?? hadoop.text(legacy) ?? "";
  const key =
    hadoop.text("fs.s3a.encryption.key") ?? hadoop.text("fs.s3a.server-side-encryption.key");
  const kms = key === undefined ? {} : { SSEKMSKeyId: key };
  switch (value.toUpperCase()) {
    case "":
      return { encryption: {}, customerKey: {} };
    case "AES256":
      return { encryption: { ServerSideEncryption: "AES256" }, customerKey: {} };
    case "SSE-KMS":
      return { encryption: { ServerSideEncryption: "aws:kms", ...kms }, customerKey: {} };
    case "DSSE-KMS":
      return { encryption: { ServerSideEncryption: "aws:kms:dsse", ...kms }, customerKey: {} };
    case "SSE-C": {
      const customerKey = customerKeyOf(key);
      return { encryption: customerKey, customerKey };
    }
    default:
      throw error("STORAGE_OPTION_INVALID", {
        option,
        value,
        expected: "AES256, SSE-KMS, DSSE-KMS or SSE-C: millrace has no client-side encryption",
      });
  }
}

function customerKeyOf(key: string | undefined): CustomerKey {
  const length = key === undefined ? 0 : Buffer.from(key, "base64").byteLength;
  if (key !== undefined && length === 32) {
    return { SSECustomerAlgorithm: "AES256", SSECustomerKey: key };
  }
  throw error("STORAGE_OPTION_INVALID", {
    option: "fs.s3a.encryption.key",
    value: key === undefined ? "absent" : `a key of ${length} bytes`,
    expected: "the 256-bit key of SSE-C in Base64",
  });
}
