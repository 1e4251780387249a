import { expect, test } from "vitest";
import { openCache } from "../../../src/storage/cache/cache.ts";
import { openS3Store } from "../../../src/storage/s3/store.ts";

test("a path with credentials in it, or without a bucket, is refused; secrets stay untold", async () => {
  await using cache = openCache();
  const staging = { path: "/", file: () => "/", [Symbol.asyncDispose]: async () => undefined };
  const context = { staging, cache, workingDirectory: "/", options: {} };
  const refusal = async (authority: string): Promise<{ code: string; message: string }> => {
    const opened = openS3Store({ scheme: "s3a", authority, path: "/x" }, context);
    return await opened.then(
      () => ({ code: "none", message: "" }),
      (thrown: { code: string; message: string }) => thrown,
    );
  };
  const secret = await refusal("AKIA:hidden@lake");
  expect(secret.code).toBe("STORAGE_CREDENTIALS_INVALID");
  expect(secret.message).toMatch(/s3a:\/\/lake.*fs\.s3a\.access\.key/);
  expect(secret.message).not.toMatch(/AKIA|hidden/);
  expect((await refusal("")).code).toBe("STORAGE_CONTAINER_NOT_FOUND");
  expect((await refusal("lake:9000")).code).toBe("STORAGE_CONTAINER_NOT_FOUND");
});
