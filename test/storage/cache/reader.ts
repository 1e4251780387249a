import { readFileSync } from "node:fs";
import { openCache } from "../../../src/storage/cache/cache.ts";
import { distantFiles } from "./distant.ts";

/**
 * One of some processes on a cache: reads parts of files by chance, several at a time, compares
 * each to what it is, and ends with 1 where one is not.
 */
const [, , folder = "", seedText = "1"] = process.argv;

const files = 6;
const fileBytes = 300_000;

let state = Number(seedText) * 2654435761;
function chance(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const far = distantFiles();
for (let at = 0; at < files; at += 1) far.put(`/f${at}`, fileBytes);
// Room for two of the files: all that is read is soon evicted again.
const cache = openCache({ folder, size: 2 * fileBytes });

async function look(): Promise<void> {
  const path = `/f${chance(files)}`;
  const ranges = Array.from({ length: 1 + chance(3) }, () => {
    const start = chance(fileBytes - 1);
    return { start, end: start + 1 + chance(Math.min(60_000, fileBytes - start - 1)) };
  });
  const known = chance(2) === 0 ? { immutable: true, size: fileBytes } : {};
  const file = await cache.open(far, path, { ...known, part: async () => ranges });
  const bytes = readFileSync(file.path);
  for (const { start, end } of ranges) {
    const same = bytes.subarray(start, end).equals(far.content(path).subarray(start, end));
    if (!same || bytes.length !== fileBytes) throw new Error(`${path} ${start}-${end} is wrong`);
  }
  await file[Symbol.asyncDispose]();
}

for (let round = 0; round < 15; round += 1) await Promise.all(Array.from({ length: 4 }, look));
await cache[Symbol.asyncDispose]();
