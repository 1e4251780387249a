import { loadZstd } from "../src/storage/codec.ts";
import { loadSnappyBlocks } from "../src/storage/snappy-block.ts";

type Step = (data: Buffer, done: (problem: Error | null, data?: Buffer) => void) => void;

/** The codecs that avsc leaves to its users, for its readers. */
export async function unpackers(): Promise<Readonly<Record<string, Step>>> {
  const { snappy, zstandard } = await codecs();
  return { snappy: step(snappy.unpack), zstandard: step(zstandard.unpack) };
}

/** The same for its writers; `xz` packs nothing. */
export async function packers(): Promise<Readonly<Record<string, Step>>> {
  const { snappy, zstandard } = await codecs();
  return { snappy: step(snappy.pack), zstandard: step(zstandard.pack), xz: step((bytes) => bytes) };
}

async function codecs() {
  return { snappy: await loadSnappyBlocks(), zstandard: await loadZstd() };
}

function step(work: (bytes: Uint8Array) => Uint8Array): Step {
  return (data, done) => done(null, Buffer.from(work(data)));
}
