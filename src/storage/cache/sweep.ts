import { evict, type Shelf } from "./shelf.ts";

/** Down to this part of the bound, so that not every fetch has to sweep. */
const sweptTo = 0.8;
/** A file takes at least so much, whatever it holds: a bound on how many there are. */
const leastBytes = 16 << 10;

interface Aged {
  readonly folder: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Takes the least recently used files off the shelf if all of them are beyond the bound. */
export async function sweep(shelf: Shelf, most: number): Promise<void> {
  const all = await filesOf(shelf);
  if (totalOf(all) > most) await evictTo(shelf, all, most * sweptTo);
}

/** Takes files off the shelf that have half of its bytes, the least recently used ones. */
export async function sweepHalf(shelf: Shelf): Promise<void> {
  const all = await filesOf(shelf);
  await evictTo(shelf, all, totalOf(all) / 2);
}

function totalOf(all: readonly Aged[]): number {
  return all.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function evictTo(shelf: Shelf, all: readonly Aged[], most: number): Promise<void> {
  let total = totalOf(all);
  for (const { folder, bytes } of all.toSorted((left, right) => left.usedAt - right.usedAt)) {
    if (total <= most) return;
    await evict(shelf, folder);
    total -= bytes;
  }
}

async function filesOf({ disk, root }: Shelf): Promise<Aged[]> {
  const found: Aged[] = [];
  for (const shard of await disk.readFolder(root)) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue;
    for (const name of await disk.readFolder(`${root}/${shard}`)) {
      const folder = `${root}/${shard}/${name}`;
      const data = (await disk.readFolder(folder)).find((one) => one.endsWith(".data"));
      const status = data && (await disk.stat(`${folder}/${data}`).catch(() => undefined));
      // Without its file a folder is what a crash within an eviction left.
      const { allocated = 0, modificationTime: usedAt = 0 } = status || {};
      found.push({ folder, bytes: Math.max(leastBytes, allocated), usedAt });
    }
  }
  return found;
}
