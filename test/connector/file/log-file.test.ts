import { expect, test } from "vitest";
import {
  compactBytes,
  entryLine,
  type FileEntry,
  logBytes,
  logPath,
  readCompact,
} from "../../../src/connector/file/log-file.ts";
import { memoryStore } from "../../../src/storage/memory.ts";
import type { Location } from "../../../src/storage/store.ts";

/** A folder of entries 0 to 8 and then, made of them, 9 and 19. */
async function folderOf(filesPerEntry: number, depth = 0): Promise<Location> {
  const store = memoryStore({ file: () => "" });
  const folder = { store, path: "/log" };
  for (let id = 0; id < 20; id++) {
    const lines = entriesOf(id, filesPerEntry, depth).map(entryLine);
    const compact = (id + 1) % 10 === 0;
    const bytes = compact ? await compactBytes(folder, id, lines) : logBytes("spark", lines);
    await store.put(logPath(folder, id), bytes);
  }
  return folder;
}

function entriesOf(batchId: number, files: number, depth = 0): FileEntry[] {
  return Array.from({ length: files }, (_, at) => {
    const path = `file:///landing/${"ä/".repeat(depth + at)}part-${batchId}-${at}.json`;
    return { path, timestamp: 1_700_000_000_000 + at, batchId };
  });
}

async function readAll(folder: Location, id: number): Promise<{ all: FileEntry[]; parts: number }> {
  const { version, entries } = await readCompact(folder, id);
  expect(version).toBe("spark");
  const all: FileEntry[] = [];
  let parts = 0;
  for await (const some of entries) {
    parts += 1;
    all.push(...some);
  }
  return { all, parts };
}

test("a compact entry has the lines of all before it, a line break between any two", async () => {
  const folder = await folderOf(2);
  const text = Buffer.from(await folder.store.read(logPath(folder, 19))).toString();
  const lines = Array.from({ length: 20 }, (_, id) => entriesOf(id, 2).map(entryLine)).flat();
  expect(text).toBe(["v1", ...lines].join("\n"));
  expect((await readAll(folder, 19)).all).toEqual(lines.map((line) => JSON.parse(line)));
});

test("one that is read in pieces has its lines whole", async () => {
  const folder = await folderOf(9, 10_000);
  const { all, parts } = await readAll(folder, 19);
  expect(parts).toBeGreaterThan(1);
  expect(all).toEqual(Array.from({ length: 20 }, (_, id) => entriesOf(id, 9, 10_000)).flat());
});

test("one that its next needs and that is gone is an error", async () => {
  const folder = await folderOf(1);
  await folder.store.delete(logPath(folder, 9));
  await expect(compactBytes(folder, 19, ["{}"])).rejects.toThrow(
    expect.objectContaining({ code: "CANNOT_PARSE_SOURCE_LOG" }),
  );
});
