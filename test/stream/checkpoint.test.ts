import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localStore } from "../../src/storage/local.ts";
import { openCheckpoint } from "../../src/stream/checkpoint.ts";

let folder = "";
let next = 0;
const store = localStore();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-checkpoint-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fresh(): string {
  const path = join(folder, String(next++));
  mkdirSync(join(path, "offsets"), { recursive: true });
  mkdirSync(join(path, "commits"), { recursive: true });
  return path;
}

const entry = { batchWatermarkMs: 0, batchTimestampMs: 1, conf: {}, offsets: ["1"] };

test("a new checkpoint gets an id that stays", async () => {
  const path = fresh();
  const first = await openCheckpoint({ store, path });
  const second = await openCheckpoint({ store, path });
  expect(first.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(second.id).toBe(first.id);
});

test("logs without the metadata file are inconsistent", async () => {
  const path = fresh();
  writeFileSync(join(path, "offsets", "0"), "v1\n{}\n1");
  await expect(openCheckpoint({ store, path })).rejects.toThrow(
    "STREAMING_CHECKPOINT_MISSING_METADATA_FILE",
  );
  expect(readdirSync(path).sort()).toEqual(["commits", "offsets"]);
});

test("the second to write a batch is told that another query runs", async () => {
  const path = fresh();
  const one = await openCheckpoint({ store, path });
  const other = await openCheckpoint({ store, path });
  await one.writeOffsets(0, entry);
  await expect(other.writeOffsets(0, entry)).rejects.toThrow("CONCURRENT_STREAM_LOG_UPDATE");
});

test("names that are no number are ignored, and ids are in number order", async () => {
  const path = fresh();
  writeFileSync(join(path, "metadata"), '{"id":"x"}');
  for (const name of ["10", "9", ".9.crc", ".11.abc.tmp", "a"]) {
    writeFileSync(join(path, "offsets", name), "v1\n{}\n1");
  }
  const checkpoint = await openCheckpoint({ store, path });
  expect(checkpoint.planned).toEqual([9, 10]);
  await expect(checkpoint.readOffsets(8)).rejects.toThrow("batch 8 doesn't exist");
});

test("purging removes Hadoop's checksum files too", async () => {
  const path = fresh();
  writeFileSync(join(path, "metadata"), '{"id":"x"}');
  for (const name of ["0", ".0.crc", "1", ".1.crc", "2"]) {
    writeFileSync(join(path, "offsets", name), "v1\n{}\n1");
    writeFileSync(join(path, "commits", name), "v1\n{}");
  }
  const checkpoint = await openCheckpoint({ store, path });
  await checkpoint.purge(1);
  expect(readdirSync(join(path, "offsets")).sort()).toEqual([".1.crc", "1", "2"]);
  expect(readdirSync(join(path, "commits")).sort()).toEqual([".1.crc", "1", "2"]);
  expect(checkpoint.planned).toEqual([1, 2]);
});
