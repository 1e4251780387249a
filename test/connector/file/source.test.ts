import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sourceSuite } from "../../../src/conformance/source.ts";
import { connector } from "../../../src/connector/file/connector.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Store } from "../../../src/storage/store.ts";
import { sharedPath } from "../../shared.ts";
import { openSession, type TestSession } from "../session.ts";

const schema = parseSchema("id BIGINT, k STRING");
const byOptions = { kind: "options" } as const;

async function openJson(session: TestSession, options: Options = {}, folder = "in") {
  const dataset = await connector.streamReader!({
    ...{ format: "json", options, schema, context: session.context },
    paths: [join(session.folder, folder)],
  });
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q" });
}

describe("laws", () => {
  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    await mkdir(join(session.folder, "in"));
    let added = 0;
    return {
      engine: session.engine,
      limit: 1,
      open: () => openJson(session, { maxfilespertrigger: "1" }),
      async add() {
        for (let two = 0; two < 2; two++) {
          added += 1;
          await session.file(`in/f${added}.json`, `{"id":${added},"k":"a"}\n`, 1000 + added);
        }
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

test("a file that goes between listing and reading is passed over where that is asked for", async () => {
  await using session = await openSession();
  await mkdir(join(session.folder, "in"));
  for (const id of [1, 2]) await session.file(`in/${id}.json`, `{"id":${id}}\n`, id);
  await using source = await openJson(session, { ignoremissingfiles: "true" });
  const end = (await source.latestOffset(undefined, byOptions))!;
  await rm(join(session.folder, "in", "1.json"));
  const rows = await session.rows((await source.input(undefined, end)).input);
  expect(rows.map((row) => row["id"])).toEqual([2n]);
});

describe("the source log", () => {
  test("has Spark's bytes, a compact entry every tenth, and goes on from it", async () => {
    await using session = await openSession();
    await mkdir(join(session.folder, "in"));
    const log = join(session.folder, "checkpoint", "sources", "0");
    let offset: string | undefined;
    {
      await using source = await openJson(session);
      for (let file = 0; file < 12; file++) {
        await session.file(`in/a b${file}.json`, `{"id":${file}}\n`, 100 + file);
        offset = await source.latestOffset(offset, byOptions);
      }
    }
    expect(offset).toBe('{"logOffset":11}');
    expect(
      (await readdir(log)).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
    ).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9.compact", "10", "11"]);
    const entry = (at: number) =>
      `{"path":"file://${session.folder}/in/a%20b${at}.json","timestamp":${(100 + at) * 1000},"batchId":${at}}`;
    expect(await readFile(join(log, "3"), "utf8")).toBe(`v1\n${entry(3)}`);
    expect(await readFile(join(log, "9.compact"), "utf8")).toBe(
      ["v1", ...Array.from({ length: 10 }, (_, at) => entry(at))].join("\n"),
    );
    await using again = await openJson(session);
    expect(await again.latestOffset(offset, byOptions)).toBe(offset);
    const batch = await again.input('{"logOffset":8}', '{"logOffset":10}');
    expect((await session.rows(batch.input)).map((row) => row["id"])).toEqual([9n, 10n]);
  });

  test("an idle trigger writes nothing", async () => {
    await using session = await openSession();
    await mkdir(join(session.folder, "in"));
    await session.file("in/a.json", '{"id":1}\n', 1);
    await using source = await openJson(session);
    const offset = await source.latestOffset(undefined, byOptions);
    const before = await readdir(join(session.folder, "checkpoint", "sources", "0"));
    expect(await source.latestOffset(offset, byOptions)).toBe(offset);
    expect(await readdir(join(session.folder, "checkpoint", "sources", "0"))).toEqual(before);
  });

  test("a file planned by a run that died is read by the next, and none is lost", async () => {
    await using session = await openSession();
    await mkdir(join(session.folder, "in"));
    await session.file("in/a.json", '{"id":1}\n', 1);
    {
      await using source = await openJson(session, { maxfilespertrigger: "1" });
      await source.latestOffset(undefined, byOptions);
    }
    await session.file("in/b.json", '{"id":2}\n', 2);
    await using source = await openJson(session, { maxfilespertrigger: "1" });
    expect(await source.latestOffset(undefined, byOptions)).toBe('{"logOffset":0}');
    expect(await source.latestOffset('{"logOffset":0}', byOptions)).toBe('{"logOffset":1}');
  });
});

describe("options", () => {
  test.each([
    [{ maxfilespertrigger: "0" }, "INVALID_OPTION_VALUE"],
    [{ maxfilespertrigger: "1", maxbytespertrigger: "1k" }, "CONFLICTING_OPTIONS"],
    [{ modifiedafter: "2026-01-01" }, "INVALID_OPTION_VALUE"],
    [{ cleansource: "archive" }, "UNSUPPORTED_DATA_SOURCE_OPTION"],
  ])("%j is %s", async (options, code) => {
    await using session = await openSession();
    await mkdir(join(session.folder, "in"));
    await expect(openJson(session, options as never)).rejects.toMatchObject({ code });
  });

  test("a stream of JSON without a schema is refused", async () => {
    await using session = await openSession();
    await mkdir(join(session.folder, "in"));
    const request = { format: "json", options: {}, context: session.context };
    const paths = [join(session.folder, "in")];
    await expect(connector.streamReader!({ ...request, paths })).rejects.toMatchObject({
      code: "STREAMING_SCHEMA_NOT_SET",
    });
  });

  test("folders whose columns a schema types are not listed to the end at the start", async () => {
    await using session = await openSession();
    for (const day of [1, 2, 3]) {
      await mkdir(join(session.folder, "in", `day=${day}`), { recursive: true });
      await session.file(`in/day=${day}/a.json`, '{"id":1}\n', day);
    }
    let listed = 0;
    const locate = async (path: string) => {
      const location = await session.context.locate(path);
      const list: Store["list"] = async function* (folder, options) {
        for await (const file of location.store.list(folder, options)) {
          listed += 1;
          yield file;
        }
      };
      return { ...location, store: { ...location.store, list } };
    };
    const open = (text: string) =>
      connector.streamReader!({
        ...{ format: "json", options: {}, schema: parseSchema(text) },
        ...{ context: { ...session.context, locate }, paths: [join(session.folder, "in")] },
      });
    const dataset = await open("id BIGINT, day STRING");
    expect(listed).toBeLessThanOrEqual(2);
    // Of a column that no schema types, each value counts.
    listed = 0;
    expect((await open("id BIGINT")).schema.fields.map(({ name }) => name)).toEqual(["id", "day"]);
    expect(listed).toBeGreaterThanOrEqual(3);
    const checkpoint = await session.locate("checkpoint", "sources", "0");
    await using source = await dataset.open({ checkpoint, queryId: "q" });
    const end = (await source.latestOffset(undefined, byOptions))!;
    const rows = await session.rows((await source.input(undefined, end)).input);
    expect(rows.map((row) => row["day"])).toEqual(["1", "2", "3"]);
    await mkdir(join(session.folder, "in", "day=4", "hour=1"), { recursive: true });
    await session.file("in/day=4/hour=1/a.json", '{"id":1}\n', 9);
    await session.file("in/day=4/b.json", '{"id":1}\n', 9);
    const next = (await source.latestOffset(end, byOptions))!;
    await expect(source.input(end, next)).rejects.toMatchObject({
      code: "CONFLICTING_PARTITION_COLUMN_NAMES",
    });
  });

  test("files of partition folders bring their values, whatever came first", async () => {
    await using session = await openSession();
    await mkdir(join(session.folder, "in", "k=x y"), { recursive: true });
    await session.file("in/k=x y/a.json", '{"id":1}\n', 1);
    await using source = await openJson(session);
    const end = (await source.latestOffset(undefined, byOptions))!;
    const [row] = await session.rows((await source.input(undefined, end)).input);
    expect(row).toMatchObject({ id: 1n, k: "x y" });
  });
});

describe.skipIf(!sharedPath("ref/streams"))("a checkpoint of Spark's", () => {
  test.each(["files_to_delta", "files_to_delta_crash_before_sink"])("%s goes on", async (name) => {
    await using session = await openSession();
    const ref = sharedPath(`ref/streams/${name}`)!;
    const expected = JSON.parse(await readFile(join(ref, "expected.json"), "utf8"));
    await cp(join(ref, "in"), join(session.folder, "in"), { recursive: true });
    await cp(join(ref, "rest"), join(session.folder, "in"), { recursive: true });
    for (let at = 0; at < 8; at++) {
      const time = new Date(1767225600000 + at * 1000);
      await utimes(join(session.folder, "in", `f${at}.json`), time, time);
    }
    const log = join(session.folder, "checkpoint", "sources", "0");
    await mkdir(log, { recursive: true });
    for (const file of await readdir(join(ref, "checkpoint", "sources", "0"))) {
      const text = await readFile(join(ref, "checkpoint", "sources", "0", file), "utf8");
      await writeFile(join(log, file), text.replaceAll(expected.pathPrefix, session.folder));
    }
    await using source = await openJson(session, { maxfilespertrigger: "1" });
    let offset = (expected.progressBefore as { sources: { endOffset: string }[] }[])
      .at(-1)!
      .sources[0]!.endOffset.replaceAll(" ", "");
    const ids: unknown[] = [];
    const offsets: string[] = [];
    for (;;) {
      const next = (await source.latestOffset(offset, byOptions))!;
      if (next === offset) break;
      offsets.push(next);
      for (const row of await session.rows((await source.input(offset, next)).input)) {
        ids.push(row["id"]);
      }
      offset = next;
    }
    const after = (expected.progressAfter as { sources: { endOffset: string }[] }[]).map(
      ({ sources }) => sources[0]!.endOffset.replaceAll(" ", ""),
    );
    expect(offsets).toEqual(after);
    expect(ids).toEqual(Array.from({ length: 80 }, (_, at) => BigInt(80 + at)));
  });
});
