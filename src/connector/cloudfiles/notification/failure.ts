import { error, isError, type MillraceError } from "../../../error/error.ts";
import {
  attemptsDefault,
  isNetworkFailure,
  type RetryPolicy,
  type Transient,
  transientStatus,
} from "../../../storage/retry.ts";

/** What the clouds' SDKs call a refusal. */
const refusals: ReadonlySet<unknown> = new Set([
  ...["AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"],
  ...["AuthorizationFailure", "AuthenticationFailed", "AuthorizationPermissionMismatch"],
  ...["InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException", 7, 16],
]);

/** What they call a queue that is not there. */
const absences: ReadonlySet<unknown> = new Set([
  ...["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "QueueNotFound", 5],
]);

/** gRPC's UNAVAILABLE, INTERNAL and RESOURCE_EXHAUSTED. */
const transientCodes: ReadonlySet<unknown> = new Set([14, 13, 8]);

/** Beyond the codes of gRPC a number is one of HTTP. */
const mostGrpc = 16;

interface Thrown {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

const codes = ({ name, code, Code }: Thrown): readonly unknown[] => [name, code, Code];

function statusOf({ $metadata, statusCode, code }: Thrown): number | undefined {
  const status = $metadata?.httpStatusCode ?? statusCode ?? code;
  return typeof status === "number" && status > mostGrpc ? status : undefined;
}

function transient(thrown: unknown): Transient | undefined {
  const what = fieldsOf(thrown);
  if (codes(what).some((code) => transientCodes.has(code)) || isNetworkFailure(thrown)) {
    return { throttled: false };
  }
  const throttled = codes(what).some((code) =>
    /throttl|RequestLimit|OverLimit/i.test(String(code)),
  );
  return throttled ? { throttled: true } : transientStatus(statusOf(what));
}

/** Calls to a queue are made again where that may help. */
export const policy: RetryPolicy = { attempts: attemptsDefault, transient };

export function isRefusal(thrown: unknown): boolean {
  const what = fieldsOf(thrown);
  const status = statusOf(what);
  return status === 401 || status === 403 || codes(what).some((code) => refusals.has(code));
}

export function isAbsence(thrown: unknown): boolean {
  const what = fieldsOf(thrown);
  return statusOf(what) === 404 || codes(what).some((code) => absences.has(code));
}

function fieldsOf(thrown: unknown): Thrown {
  return typeof thrown === "object" && thrown !== null ? thrown : {};
}

/** The error a user sees. `remedy` is for what no later try can mend. */
export function failed(thrown: unknown, queue: string, remedy: string): MillraceError {
  if (isError(thrown)) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (isRefusal(thrown) || isAbsence(thrown))
    return notSetUp(`${queue}: ${reason}`, remedy, thrown);
  return error("CF_NOTIFICATION_QUEUE_UNAVAILABLE", { queue, reason }, thrown);
}

/** What has to be there before a stream can be told of files, and is not. */
export function notSetUp(reason: string, remedy: string, cause?: unknown): MillraceError {
  return error("CF_EVENT_NOTIFICATION_SETUP_FAILED", { reason, remedy }, cause);
}
