import { expect, test } from "vitest";
import { failureOf, isAbsent, transientOf } from "../../../src/storage/s3/failure.ts";

const thrown = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error(`${name} it is`), { name, $metadata: { httpStatusCode } });

test("what is worth another try", () => {
  expect(transientOf(thrown("SlowDown", 503))).toEqual({ throttled: true });
  expect(transientOf(thrown("RequestLimitExceeded", 400))).toEqual({ throttled: true });
  expect(transientOf(thrown("UnknownError", 429))).toEqual({ throttled: true });
  expect(transientOf(thrown("RequestTimeout", 400))).toEqual({ throttled: false });
  expect(transientOf(thrown("ConditionalRequestConflict", 409))).toEqual({ throttled: false });
  expect(transientOf(thrown("InternalError", 500))).toEqual({ throttled: false });
  expect(transientOf(Object.assign(new Error("x"), { $response: { statusCode: 502 } }))).toEqual({
    throttled: false,
  });
  expect(transientOf(Object.assign(new Error("x"), { code: "ECONNRESET" }))).toBeDefined();
  for (const [name, status] of [
    ["PreconditionFailed", 412],
    ["AccessDenied", 403],
    ["NoSuchKey", 404],
    ["BucketAlreadyExists", 409],
    ["CredentialsProviderError", 0],
  ] as const) {
    expect(transientOf(thrown(name, status))).toBeUndefined();
  }
});

test("a bucket that is not there is not a file that is not there", () => {
  expect(isAbsent(thrown("NoSuchKey", 404))).toBe(true);
  expect(isAbsent(thrown("NotFound", 404))).toBe(true);
  expect(isAbsent(thrown("NoSuchBucket", 404))).toBe(false);
});

test("the conditions of what stays", () => {
  const place = { path: "s3://b/x", bucket: "b", writes: true };
  const of = (name: string, status: number) => failureOf(thrown(name, status), place);
  expect(of("NoSuchBucket", 404)).toMatchObject({
    code: "STORAGE_CONTAINER_NOT_FOUND",
    parameters: { name: "b", path: "s3://b/x" },
  });
  expect(of("AccessDenied", 403).code).toBe("STORAGE_ACCESS_DENIED");
  expect(of("InvalidAccessKeyId", 403).code).toBe("STORAGE_CREDENTIALS_INVALID");
  expect(of("CredentialsProviderError", 0).code).toBe("STORAGE_CREDENTIALS_INVALID");
  expect(of("SlowDown", 503)).toMatchObject({ code: "STORAGE_WRITE_FAILED", kind: "unavailable" });
  expect(failureOf(thrown("SlowDown", 503), { ...place, writes: false }).code).toBe(
    "STORAGE_READ_FAILED",
  );
  expect(of("AuthorizationHeaderMalformed", 400).message).toMatch(/Set fs\.s3a\.endpoint\.region/);
  expect(of("InvalidObjectState", 403).code).toBe("STORAGE_WRITE_FAILED");
  expect(of("NoSuchUpload", 404).code).toBe("STORAGE_WRITE_FAILED");
  expect(failureOf(thrown("NoSuchKey", 404), { ...place, writes: false }).code).toBe(
    "PATH_NOT_FOUND",
  );
  const host = Object.assign(new Error("getaddrinfo ENOTFOUND b.minio"), { code: "ENOTFOUND" });
  expect(failureOf(host, place).message).toMatch(/b\.minio \(is fs\.s3a\.path\.style\.access=true/);
  expect(failureOf("odd", place).message).toMatch(/odd/);
});
