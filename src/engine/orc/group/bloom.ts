import { expect } from "../corrupt.ts";
import type { Message } from "../protobuf.ts";

/** Which values a row group may have. */
export interface Bloom {
  readonly functions: number;
  /** The lowest bit of each byte first. */
  readonly bits: Uint8Array;
}

/** More of them take more time than the rows. */
const functionsMax = 1024;

/** The filters of a column of a stripe, by row group. */
export function readBlooms(message: Message): readonly Bloom[] {
  const blooms: Bloom[] = [];
  while (message.next()) {
    if (message.field === 1) blooms.push(readBloom(message.message()));
    else message.skip();
  }
  return blooms;
}

function readBloom(message: Message): Bloom {
  let functions = 0;
  const parts: Uint8Array[] = [];
  while (message.next()) {
    if (message.field === 1) functions = message.number();
    else if (message.field === 2) parts.push(message.fixed());
    else if (message.field === 3) parts.push(message.bytes());
    else message.skip();
  }
  const bits = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  expect(bits.length % 8 === 0 && functions <= functionsMax, "a bloom filter is none");
  return { functions, bits };
}

/** Whether a value of this hash may be there: false is certain. */
export function mayHave({ functions, bits }: Bloom, hash: bigint): boolean {
  if (functions === 0 || bits.length === 0) return true;
  return bitsOf(hash, functions, bits.length * 8).every((bit) => {
    return (bits[bit >> 3]! & (1 << (bit & 7))) !== 0;
  });
}

/** The bits that are set for a hash, of `size`. */
export function bitsOf(hash: bigint, functions: number, size: number): readonly number[] {
  const low = Number(BigInt.asIntN(32, hash));
  const high = Number(BigInt.asIntN(32, hash >> 32n));
  return Array.from({ length: functions }, (_, turn) => {
    const sum = (low + Math.imul(turn + 1, high)) | 0;
    return (sum < 0 ? ~sum : sum) % size;
  });
}
