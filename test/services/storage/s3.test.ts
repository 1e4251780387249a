import assert from "node:assert/strict";
import { describe, inject, test } from "vitest";
import { storeSuite } from "../../../src/conformance/store.ts";
import { s3Subject } from "./s3-subject.ts";

const [s3, gofakes3] = [inject("s3"), inject("gofakes3")];

/** Laws of S3 that s3proxy over a folder does not keep: its keys are files, in Java's order. */
const notOfFolders = [
  "law 3: names past U+FFFF are in the order of their bytes in UTF-8",
  "law 7: a path below a file, or of a folder, is absent",
];

describe.skipIf("missing" in s3)("the store on s3proxy", () => {
  const kept: typeof test = ((name: string, body: () => Promise<void>) => {
    if (!notOfFolders.includes(name)) test(name, body);
  }) as typeof test;
  storeSuite({ test: kept, assert }, () => s3Subject(endpointOf(s3)));
});

describe.skipIf("missing" in gofakes3)("the store on gofakes3", () => {
  storeSuite({ test, assert }, () => s3Subject(endpointOf(gofakes3)));
});

function endpointOf(server: typeof s3): string {
  return "endpoint" in server ? server.endpoint : "";
}
