import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FilePolicy } from "../../src/connector/file/plan.ts";
import { SeenFiles } from "../../src/connector/file/seen.ts";
import { logBounds, SourceLog } from "../../src/connector/file/source-log.ts";
import { localStore } from "../../src/storage/local.ts";

const files = 10_000_000;
const folders = 1_000;
const atOnce = 10_000;
/** What knowing all of them may take beside the process itself, megabytes. */
const mostMegabytes = 400;

const policy: FilePolicy = { latestFirst: false, fileNameOnly: false, overwrites: false };

/** Files come to all folders by turns. */
function uriOf(at: number): string {
  const folder = String(at % folders).padStart(4, "0");
  return `file:///data/landing/device-${folder}/part-${String(at).padStart(9, "0")}.json`;
}

test("ten million files are known exactly, in bounded memory", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-discovered-"));
  const staging = join(folder, "staging");
  await mkdir(staging);
  const settings = {
    folder: { store: localStore(), path: join(folder, "sources", "0") },
    ...{ staging, byName: false, bounds: logBounds },
  };
  const megabytes = (): number => process.memoryUsage().rss / 2 ** 20;
  const before = megabytes();
  let peak = before;
  const open = async () => {
    const seen = new SeenFiles(policy);
    const log = await SourceLog.open(settings, ({ path, timestamp }) => seen.add(path, timestamp));
    if (log.index) seen.lookInto(log.index);
    return { log, seen };
  };
  try {
    {
      const { log, seen } = await open();
      for (let at = 0; at < files; at += atOnce) {
        const some = Array.from({ length: atOnce }, (_, index) => ({
          ...{ path: uriOf(at + index), timestamp: at + index, size: 1, discoveryTime: at },
        }));
        if (await log.settle(atOnce, seen.oldest)) seen.moveTo(log.index!);
        await log.add(some);
        for (const { path, timestamp } of some) seen.add(path, timestamp);
        peak = Math.max(peak, megabytes());
      }
      await log[Symbol.asyncDispose]();
    }
    const began = performance.now();
    const { log, seen } = await open();
    console.log(`opened in ${(performance.now() - began).toFixed(0)} ms`);
    expect(log.files).toBe(files);
    // As a listing has them: folder by folder.
    for (let inFolder = 0; inFolder < folders; inFolder++) {
      for (let at = inFolder; at < files; at += folders) {
        if (!seen.has(uriOf(at), at)) throw new Error(`${uriOf(at)} is forgotten`);
      }
      peak = Math.max(peak, megabytes());
    }
    for (let at = files; at < files + 100_000; at++) expect(seen.has(uriOf(at), at)).toBe(false);
    peak = Math.max(peak, megabytes());
    console.log(`${(peak - before).toFixed(0)} MB beside ${before.toFixed(0)}`);
    expect(peak - before).toBeLessThan(mostMegabytes);
    await log[Symbol.asyncDispose]();
  } finally {
    await rm(folder, { recursive: true });
  }
});
