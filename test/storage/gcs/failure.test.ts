import { inspect } from "node:util";
import { expect, test } from "vitest";
import { failed, statusOf, transient, whileMoving } from "../../../src/storage/gcs/failure.ts";

const thrown = (fields: object, message = "m"): Error => Object.assign(new Error(message), fields);

test("the status of an error, wherever the SDK's clients put it", () => {
  expect(statusOf(thrown({ code: 412 }))).toBe(412);
  expect(statusOf(thrown({ code: "503" }))).toBe(503);
  expect(statusOf(thrown({ code: "ECONNRESET" }))).toBeUndefined();
  expect(statusOf(thrown({ code: undefined, response: { status: 429 } }))).toBe(429);
  expect(statusOf(undefined)).toBeUndefined();
});

test("what is worth another call", () => {
  for (const again of [
    { code: 503 },
    { code: 500 },
    { code: 429 },
    { code: 408 },
    { code: "ECONNRESET" },
    { code: "CONTENT_DOWNLOAD_MISMATCH" },
    { type: "request-timeout" },
    { code: 403, errors: [{ reason: "userRateLimitExceeded" }] },
  ]) {
    expect(transient(thrown(again))).toBeDefined();
  }
  for (const code of [400, 401, 403, 404, 412, 416, "ENOENT"]) {
    expect(transient(thrown({ code }))).toBeUndefined();
  }
});

test("an error hangs on to no request, whose headers have the token", () => {
  const request = { headers: { Authorization: "Bearer secret" } };
  const refused = thrown({ code: 403, response: { request }, config: request });
  const error = failed(refused, { doing: "read", uri: "gs://box/a", bucket: "box" });
  expect(inspect(error, { depth: 20 })).not.toContain("secret");
  expect(error.cause).toMatchObject({ code: 403, message: "m", stack: refused.stack });
});

test("a refusal says what the account needs", () => {
  const of = (doing: "read" | "write" | "list", fields: object, message?: string) =>
    failed(thrown(fields, message), { doing, uri: "gs://box/a", bucket: "box" });
  expect(of("read", { code: 403 }).message).toContain("storage.objects.get");
  expect(of("list", { code: 403 }).message).toContain("storage.objects.list");
  expect(of("write", { code: 403 }).message).toContain("storage.objects.create");
  expect(of("read", { code: 401 }).code).toBe("STORAGE_CREDENTIALS_INVALID");
  const lost = "Could not load the default credentials. Browse to ...";
  expect(of("read", {}, lost).code).toBe("STORAGE_CREDENTIALS_INVALID");
  expect(of("list", { code: 404 }).code).toBe("STORAGE_CONTAINER_NOT_FOUND");
  expect(of("write", { code: 400 }).code).toBe("STORAGE_WRITE_FAILED");
  const xml = "<?xml?><Error><Message>No range.</Message></Error>";
  expect(of("read", { code: 400 }, xml).parameters["reason"]).toBe("400: No range");
});

test("a transfer in which nothing moves is ended, and one that moves is not", async () => {
  let moved = 0;
  let ended: Error | undefined;
  const movement = {
    stallMs: 40,
    moved: () => moved,
    destroy: (reason: Error) => {
      ended = reason;
    },
  };
  await whileMoving(movement, async () => {
    for (let step = 0; step < 10; step++) {
      moved++;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  expect(ended).toBeUndefined();
  await whileMoving(movement, () => new Promise((resolve) => setTimeout(resolve, 400)));
  expect(transient(ended)).toEqual({ throttled: false });
});
