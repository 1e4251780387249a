import assert from "node:assert/strict";
import { describe, expect, inject, test } from "vitest";
import { storeSuite } from "../../../src/conformance/store.ts";
import { countOf } from "../full.ts";
import { raceProcesses, runRace } from "./race/race.ts";
import { bucketOf, s3Conf, s3Subject } from "./s3-subject.ts";

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

  test("a wrong key, a wrong secret and a bucket that is not there are told apart", async () => {
    const codeOf = async (conf: Record<string, string>, bucket = "store"): Promise<unknown> => {
      await using subject = await s3Subject(endpointOf(s3), conf, bucket);
      return await subject.store.read("/none").catch((thrown: { code?: unknown }) => thrown.code);
    };
    expect(await codeOf({})).toBe("PATH_NOT_FOUND");
    expect(await codeOf({ "fs.s3a.secret.key": "wrong" })).toBe("STORAGE_CREDENTIALS_INVALID");
    expect(await codeOf({ "fs.s3a.access.key": "wrong" })).toMatch(
      /^STORAGE_(CREDENTIALS_INVALID|ACCESS_DENIED)$/,
    );
    expect(await codeOf({}, "no-such-bucket")).toBe("STORAGE_CONTAINER_NOT_FOUND");
  });

  const rounds = countOf(200, 25);
  test("20 racers: one winner a round", { timeout: 600_000 }, async () => {
    await using subject = await s3Subject(endpointOf(s3));
    const { store, root } = subject;
    const task = { folder: root, conf: {}, racers: 20, rounds };
    const wins = await runRace(store, root, task);
    expect(wins).toEqual(Array.from({ length: rounds }, (_, round) => round));
  });

  test("20 racers in 4 processes: one winner a round", { timeout: 600_000 }, async () => {
    const endpoint = endpointOf(s3);
    const folder = `s3a://${await bucketOf(endpoint)}/race-${Date.now()}`;
    await raceProcesses(4, { folder, conf: s3Conf(endpoint), racers: 5, rounds });
  });
});

describe.skipIf("missing" in gofakes3)("the store on gofakes3", () => {
  storeSuite({ test, assert }, () => s3Subject(endpointOf(gofakes3)));
});

function endpointOf(server: typeof s3): string {
  return "endpoint" in server ? server.endpoint : "";
}
