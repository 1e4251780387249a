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
  let total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= most) return;
  all.sort((left, right) => left.usedAt - right.usedAt);
  for (const { folder, bytes } of all) {
    if (total <= most * sweptTo) return;
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
