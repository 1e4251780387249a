import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { resolveRead } from "../../../../src/connector/registry.ts";
import { openSession, type TestSession } from "../../../connector/session.ts";

const lines = [0, 1, 2].map((id) => `line ${id}${"x".repeat(40)}`);

/** The three lines, packed by Spark 4.2 (by zstd 1.5.4: Spark only reads those). */
const packed = {
  bz2: "QlpoOTFBWSZTWbMbcR4AAAlZgAAQRABwAAIlAEAgADEA000EeqDJnqmyhOiJQkkQ4/F3JFOFCQsxtxHg",
  deflate: "eJzLycxLVTCoIBJw5YCUG5Km3Iho5QA0fT5K",
  gz: gzipSync(lines.map((line) => `${line}\n`).join("")).toString("base64"),
  lz4: "AAAAjQAAACJ/bGluZSAweAEAFBEKLwAfMS4AFAMvAB8yLwARUHh4eHgK",
  snappy: "AAAAjQAAAB2NARhsaW5lIDB4mgEAAAoFLwAxmi4ADS8AMqIvAA==",
  zst: "KLUv/SSNtQAAUGxpbmUgMHgKMTIEAAAkA3NSCUwJtoh8AOk=",
} as const;

async function read(session: TestSession, format: string, path: string, options = {}) {
  const dataset = await resolveRead({
    ...{ format, options, context: session.context, paths: [path] },
  });
  const columns = dataset.schema.fields;
  return session.rows(await dataset.scan!({ columns, conditions: [], timeZone: "UTC" }));
}

async function put(session: TestSession, name: string, base64: string): Promise<string> {
  const path = join(session.folder, name);
  await writeFile(path, Buffer.from(base64, "base64"));
  return path;
}

test.each(Object.entries(packed))("texts in .%s are read", async (ending, base64) => {
  await using session = await openSession();
  const path = await put(session, `in.txt.${ending}`, base64);
  const rows = await read(session, "text", path);
  expect(rows).toEqual(lines.map((value) => ({ value })));
  const csv = await put(session, `in.csv.${ending}`, base64);
  expect(await read(session, "csv", csv)).toEqual(lines.map((line) => ({ _c0: line })));
  const whole = await read(session, "text", path, { wholetext: "true" });
  expect(whole).toEqual([{ value: `${lines.join("\n")}\n` }]);
});

test.each(["bz2", "deflate", "lz4", "snappy"] as const)(
  "a file in .%s that is cut short is not read",
  async (ending) => {
    await using session = await openSession();
    const bytes = Buffer.from(packed[ending], "base64");
    const path = await put(session, `in.txt.${ending}`, bytes.subarray(0, -3).toString("base64"));
    await expect(read(session, "text", path)).rejects.toThrow(/FAILED_READ_FILE/);
  },
);

test("a codec that is not built is refused by its name, but no file whose bytes are wanted", async () => {
  await using session = await openSession();
  const path = await put(session, "in.xz", "AAAA");
  await expect(read(session, "text", path)).rejects.toThrow(/UNSUPPORTED_TEXT_OPTION.*xz/);
  expect(await read(session, "binaryFile", path)).toMatchObject([{ length: 3n }]);
});

test("XML in .bz2 is read and inferred", async () => {
  await using session = await openSession();
  const path = await put(
    session,
    "in.xml.bz2",
    "QlpoOTFBWSZTWdVs140AAAcZgAAAsAUgADAAIAAxDAgSnqj0nqdwhJwDSolHxcVH4u5IpwoSGq2a8aA=",
  );
  expect(await read(session, "xml", path, { rowtag: "r" })).toEqual([{ a: 1n }, { a: 2n }]);
});
