import { error, isError, type MillraceError } from "../../error/error.ts";
import { isNetworkFailure, type Transient, transientStatus } from "../retry.ts";

/** What an error of the SDK tells, as far as it is one. */
interface Told {
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
}

/** Reads an error of the SDK: S3's own code is its name. */
function told(thrown: unknown): Told {
  if (typeof thrown !== "object" || thrown === null) {
    return { code: "", status: undefined, message: String(thrown) };
  }
  const { name, message, $metadata, $response } = thrown as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly statusCode?: number };
  };
  return { code: name, status: $metadata?.httpStatusCode ?? $response?.statusCode, message };
}

const throttles: ReadonlySet<string> = new Set([
  ...["SlowDown", "Throttling", "ThrottlingException", "ThrottledException"],
  ...["RequestLimitExceeded", "RequestThrottled", "RequestThrottledException"],
  ...["TooManyRequests", "TooManyRequestsException", "BandwidthLimitExceeded"],
]);

/** 409 of a conditional request: two met, and neither need have won (S3's PutObject). */
const passing: ReadonlySet<string> = new Set([
  ...["RequestTimeout", "TimeoutError", "InternalError", "ServiceUnavailable"],
  ...["ConditionalRequestConflict", "OperationAborted", "IncompleteBody"],
]);

/** Whether S3 may do at another try what it did not do at this. */
export function transientOf(thrown: unknown): Transient | undefined {
  const { code, status } = told(thrown);
  if (throttles.has(code)) return { throttled: true };
  if (passing.has(code) || isNetworkFailure(thrown)) return { throttled: false };
  return transientStatus(status);
}

/** Whether the object, or the upload, is not there. */
export function isAbsent(thrown: unknown): boolean {
  const { code, status } = told(thrown);
  return code === "NoSuchKey" || code === "NotFound" || (status === 404 && !isBucketAbsent(thrown));
}

function isBucketAbsent(thrown: unknown): boolean {
  return told(thrown).code === "NoSuchBucket";
}

/** Whether the upload is not there: completed or aborted before. */
export function isUploadAbsent(thrown: unknown): boolean {
  return told(thrown).code === "NoSuchUpload";
}

/** 412: the object is there (If-None-Match), or is another (If-Match). */
export function isPreconditionFailed(thrown: unknown): boolean {
  const { code, status } = told(thrown);
  return status === 412 || code === "PreconditionFailed";
}

/** 416: the range begins past the end. */
export function isRangePastEnd(thrown: unknown): boolean {
  const { code, status } = told(thrown);
  return status === 416 || code === "InvalidRange";
}

/** Where a failure happened, for its text. */
export interface Place {
  readonly path: string; // as a URI
  readonly bucket: string;
  readonly writes: boolean;
}

const credentialCodes: ReadonlySet<string> = new Set([
  ...["CredentialsProviderError", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken"],
  ...["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestTimeTooSkewed"],
  ...["InvalidClientTokenId", "UnrecognizedClientException"],
]);
/** The bucket is elsewhere than the request was signed for. */
const regionCodes: ReadonlySet<string> = new Set([
  ...["AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException"],
]);

/** What to do where credentials are missing or wrong. */
export const credentialRemedy =
  "Set fs.s3a.access.key and fs.s3a.secret.key (with fs.s3a.session.token for temporary ones), " +
  "fs.s3a.aws.credentials.provider, or what the AWS SDK reads (AWS_ACCESS_KEY_ID, AWS_PROFILE)";
const regionRemedy = "Set fs.s3a.endpoint.region to the bucket's region";
const accessRemedy =
  "Allow the user or role s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket there, " +
  "or set other credentials: fs.s3a.access.key, fs.s3a.aws.credentials.provider";

/** The error a user gets for a failure that no more tries will mend. */
export function failureOf(thrown: unknown, { path, bucket, writes }: Place): MillraceError {
  if (isError(thrown)) return thrown;
  const { code, status } = told(thrown);
  const reason = reasonOf(thrown);
  if (isBucketAbsent(thrown)) {
    return error("STORAGE_CONTAINER_NOT_FOUND", { name: bucket, path }, thrown);
  }
  if (credentialCodes.has(code) || regionCodes.has(code)) {
    const remedy = regionCodes.has(code) ? regionRemedy : credentialRemedy;
    return error("STORAGE_CREDENTIALS_INVALID", { path, reason, remedy }, thrown);
  }
  // An archived object is not forbidden, though S3 says 403.
  if ((status === 401 || status === 403) && code !== "InvalidObjectState") {
    return error("STORAGE_ACCESS_DENIED", { path, reason, remedy: accessRemedy }, thrown);
  }
  // What a write does not find is its upload.
  if (!writes && isAbsent(thrown)) return error("PATH_NOT_FOUND", { path }, thrown);
  return error(writes ? "STORAGE_WRITE_FAILED" : "STORAGE_READ_FAILED", { path, reason }, thrown);
}

function reasonOf(thrown: unknown): string {
  const { code, status, message } = told(thrown);
  if (/^Unknown/.test(code)) return `HTTP status ${status}`;
  const text = `${code}: ${message.replace(/\.$/, "")}`;
  // A server of one name has no names for its buckets.
  const unknownHost = (thrown as { readonly code?: unknown } | null)?.code === "ENOTFOUND";
  return unknownHost ? `${text} (is fs.s3a.path.style.access=true wanted?)` : text;
}
