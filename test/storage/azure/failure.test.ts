import { expect, test } from "vitest";
import { error } from "../../../src/error/error.ts";
import {
  brokenOff,
  failure,
  isConditionFailure,
  transient,
} from "../../../src/storage/azure/failure.ts";

/** As the SDK throws: the header says Azure's code also where an answer has no body. */
function thrown(statusCode?: number, code?: string, headers: Record<string, string> = {}): Error {
  const all: Record<string, string> = { ...(code && { "x-ms-error-code": code }), ...headers };
  return Object.assign(new Error("The service said so.\nRequestId:1\nTime:2"), {
    ...{ name: "RestError", statusCode, code: statusCode === undefined ? code : undefined },
    ...(statusCode !== undefined && {
      response: { headers: { get: (name: string) => all[name] } },
    }),
  });
}

test("throttling, the server's failures and the network's are worth another call", () => {
  expect(transient(thrown(503, "ServerBusy", { "retry-after": "3" }))).toEqual({
    ...{ throttled: true, afterMs: 3_000 },
  });
  expect(transient(thrown(429))).toEqual({ throttled: true });
  for (const failed of [
    ...[thrown(500, "OperationTimedOut"), thrown(408), thrown(502)],
    ...[thrown(undefined, "ECONNRESET"), thrown(undefined, "REQUEST_SEND_ERROR"), brokenOff()],
    Object.assign(new Error("aborted"), { name: "AbortError" }),
  ]) {
    expect(transient(failed), String(failed)).toEqual({ throttled: false });
  }
});

test("what another call cannot change is not", () => {
  for (const failed of [
    ...[thrown(404, "BlobNotFound"), thrown(403), thrown(409, "BlobAlreadyExists"), thrown(501)],
    ...[
      thrown(undefined, "ENOTFOUND"),
      new TypeError("ours"),
      error("PATH_NOT_FOUND", { path: "/" }),
    ],
  ]) {
    expect(transient(failed), String(failed)).toBeUndefined();
  }
});

test("conditions that were not met are told from other conflicts", () => {
  expect(isConditionFailure(thrown(409, "BlobAlreadyExists"))).toBe(true);
  expect(isConditionFailure(thrown(412, "ConditionNotMet"))).toBe(true);
  expect(isConditionFailure(thrown(409, "PendingCopyOperation"))).toBe(false);
  expect(isConditionFailure(thrown(412, "LeaseIdMissing"))).toBe(false);
});

const subject = {
  path: "abfss://box@a/t",
  container: "box",
  remedy: "Do it",
  verb: "write",
} as const;

test.each([
  [thrown(404, "ContainerNotFound"), "STORAGE_CONTAINER_NOT_FOUND"],
  [thrown(404), "PATH_NOT_FOUND"],
  [thrown(403, "AuthenticationFailed"), "STORAGE_CREDENTIALS_INVALID"],
  [thrown(401, "NoAuthenticationInformation"), "STORAGE_CREDENTIALS_INVALID"],
  [thrown(403, "AuthorizationPermissionMismatch"), "STORAGE_ACCESS_DENIED"],
  [thrown(409, "PublicAccessNotPermitted"), "STORAGE_ACCESS_DENIED"],
  [thrown(409, "PendingCopyOperation"), "STORAGE_WRITE_FAILED"],
  [thrown(undefined, "ENOTFOUND"), "STORAGE_WRITE_FAILED"],
])("%s becomes %s", (from, code) => {
  expect(failure(from, subject).code).toBe(code);
});

test("the reason is one line with the service's code, and our own errors pass", () => {
  expect(failure(thrown(403, "AccountIsDisabled"), subject).message).toBe(
    "[STORAGE_ACCESS_DENIED] Access to abfss://box@a/t is denied: " +
      "AccountIsDisabled: The service said so. Do it",
  );
  const own = error("PATH_NOT_FOUND", { path: "/" });
  expect(failure(own, subject)).toBe(own);
  const unavailable = Object.assign(new Error("no login"), { name: "CredentialUnavailableError" });
  expect(failure(unavailable, { ...subject, verb: "read" }).code).toBe(
    "STORAGE_CREDENTIALS_INVALID",
  );
});
