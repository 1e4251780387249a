import { expect, test } from "vitest";
import { connectorFor, resolveRead, resolveStream } from "../../src/connector/registry.ts";
import { openSession } from "./session.ts";

test("formats are found without case, and each names itself", async () => {
  for (const name of ["Delta", "JSON", "cloudFiles", "rate-micro-batch", "console", "noop"]) {
    expect((await connectorFor(name)).names).toContain(name.toLowerCase());
  }
});

test.each([
  ["kinesis", "DATA_SOURCE_NOT_BUILT"],
  ["constructor", "DATA_SOURCE_NOT_FOUND"],
])("%s is %s", async (name, code) => {
  await expect(connectorFor(name)).rejects.toMatchObject({ code });
});

test("what a connector lacks is said by name", async () => {
  await using session = await openSession();
  const request = { options: {}, paths: [], context: session.context };
  await expect(resolveRead({ ...request, format: "rate" })).rejects.toMatchObject({
    code: "UNSUPPORTED_DATA_SOURCE_OPERATION",
  });
  await expect(resolveStream({ ...request, format: "console" })).rejects.toMatchObject({
    code: "UNSUPPORTED_DATA_SOURCE_OPERATION",
  });
});
