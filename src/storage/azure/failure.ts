import { error, isError, type MillraceError } from "../../error/error.ts";
import { isNetworkFailure, type Transient, transientStatus } from "../retry.ts";

/** What the SDK throws, as far as it is asked; all of it may be absent. */
interface RestError {
  readonly name?: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly message?: string;
  readonly response?: { readonly headers: { get(name: string): string | undefined } };
}

function restError(thrown: unknown): RestError {
  return typeof thrown === "object" && thrown !== null ? thrown : {};
}

/** A header of the answer that a failure came with. */
export function headerOf(thrown: unknown, header: string): string | undefined {
  return restError(thrown).response?.headers.get(header);
}

/** Azure's name of a failure; answers to HEAD have it in a header only. */
function codeOf(thrown: unknown): string | undefined {
  return headerOf(thrown, "x-ms-error-code") ?? restError(thrown).code;
}

export function isStatus(thrown: unknown, ...statuses: readonly number[]): boolean {
  return statuses.includes(restError(thrown).statusCode ?? 0);
}

/** A condition of the call was not met: a blob is there (409), or is another content (412). */
export function isConditionFailure(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (isStatus(thrown, 409)) return code === "BlobAlreadyExists";
  return isStatus(thrown, 412) && (code === "ConditionNotMet" || code === "TargetConditionNotMet");
}

/** An answer that broke off, as a network failure. */
export function brokenOff(cause?: unknown): Error {
  return Object.assign(new Error("the answer broke off", { cause }), {
    code: "ERR_STREAM_PREMATURE_CLOSE",
  });
}

const noAnswer: ReadonlySet<string | undefined> = new Set(["REQUEST_SEND_ERROR", "PARSE_ERROR"]);

/** What failures of the SDK are worth another call. */
export function transient(thrown: unknown): Transient | undefined {
  if (isError(thrown)) return undefined;
  const { statusCode, name, code } = restError(thrown);
  if (statusCode === undefined) {
    const isWorth = name === "AbortError" || noAnswer.has(code) || isNetworkFailure(thrown);
    return isWorth && code !== "ENOTFOUND" ? { throttled: false } : undefined;
  }
  const again = transientStatus(statusCode);
  const after = Number(headerOf(thrown, "retry-after"));
  return again && after > 0 ? { ...again, afterMs: after * 1_000 } : again;
}

const noContainer: ReadonlySet<string | undefined> = new Set([
  ...["ContainerNotFound", "ContainerBeingDeleted", "ContainerDisabled", "FilesystemNotFound"],
]);

/** Azure's 403 for a key, token or clock that is wrong; others are of permissions. */
const notKnown: ReadonlySet<string | undefined> = new Set([
  ...["AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation"],
]);

/** Who and what a call was for. */
export interface Subject {
  readonly path: string;
  readonly container: string;
  readonly remedy: string;
  readonly verb: "read" | "write";
}

/** Our error for what the SDK threw; of a call that stays failed. */
export function failure(thrown: unknown, subject: Subject): MillraceError {
  if (isError(thrown)) return thrown;
  const { path, remedy } = subject;
  const reason = reasonOf(thrown);
  const code = codeOf(thrown);
  if (noContainer.has(code)) {
    return error("STORAGE_CONTAINER_NOT_FOUND", { name: subject.container, path }, thrown);
  }
  if (isStatus(thrown, 404)) return error("PATH_NOT_FOUND", { path }, thrown);
  if (isStatus(thrown, 401) || notKnown.has(code) || isFromIdentity(thrown)) {
    return error("STORAGE_CREDENTIALS_INVALID", { path, reason, remedy }, thrown);
  }
  if (isStatus(thrown, 403) || code === "PublicAccessNotPermitted") {
    return error("STORAGE_ACCESS_DENIED", { path, reason, remedy }, thrown);
  }
  const condition = subject.verb === "read" ? "STORAGE_READ_FAILED" : "STORAGE_WRITE_FAILED";
  return error(condition, { path, reason }, thrown);
}

/** @azure/identity fails by classes of its own, before any call to the service. */
function isFromIdentity(thrown: unknown): boolean {
  const { name } = restError(thrown);
  return (
    name === "CredentialUnavailableError" ||
    name === "AuthenticationError" ||
    name === "AggregateAuthenticationError" ||
    name === "AuthenticationRequiredError"
  );
}

/** One line: the service's messages go on with request ids and times. */
function reasonOf(thrown: unknown): string {
  const { message, statusCode, name } = restError(thrown);
  if (name === "AbortError") return "no answer came in time";
  const [line = ""] = (message ?? String(thrown)).split("\n", 1);
  const code = codeOf(thrown);
  const said = line.trim().replace(/\.$/, "");
  if (code === undefined || said.includes(code)) return said || `HTTP ${statusCode ?? "failure"}`;
  return said === "" ? code : `${code}: ${said}`;
}
