/** What a variant says, as JSON. */
export type Meaning =
  | null
  | boolean
  | number
  | string
  | readonly Meaning[]
  | { readonly [name: string]: Meaning };

/**
 * The meaning of a variant however it is written down: its two binaries (bytes, or Base64 of
 * them), or its JSON text. Keys are sorted; numbers of every kind are JSON's.
 */
export function meaningOf(value: unknown): Meaning {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return sorted(JSON.parse(value) as Meaning);
  const parts = value as { readonly metadata?: unknown; readonly value?: unknown };
  if (parts.metadata !== undefined && parts.value !== undefined) {
    return decode(bytesOf(parts.value), 0, keysOf(bytesOf(parts.metadata)));
  }
  return sorted(JSON.parse(String(value)) as Meaning);
}

function bytesOf(part: unknown): Buffer {
  return typeof part === "string"
    ? Buffer.from(part, "base64")
    : Buffer.from(part as Uint8Array<ArrayBuffer>);
}

function sorted(value: Meaning): Meaning {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, item]) => [key, sorted(item as Meaning)]));
}

/** The dictionary of keys (Parquet's VariantEncoding.md, metadata encoding). */
function keysOf(bytes: Buffer): readonly string[] {
  const size = (bytes[0]! >> 6) + 1;
  const count = bytes.readUIntLE(1, size);
  const at = (index: number): number => bytes.readUIntLE(1 + size * (1 + index), size);
  const text = 1 + size * (count + 2);
  return Array.from({ length: count }, (_, index) => {
    return bytes.toString("utf8", text + at(index), text + at(index + 1));
  });
}

function decode(bytes: Buffer, start: number, keys: readonly string[]): Meaning {
  const [kind, header] = [bytes[start]! & 3, bytes[start]! >> 2];
  if (kind === 0) return primitive(bytes, start + 1, header);
  if (kind === 1) return bytes.toString("utf8", start + 1, start + 1 + header);
  const offsetSize = (header & 3) + 1;
  const idSize = kind === 2 ? ((header >> 2) & 3) + 1 : 0;
  const large = (header >> (kind === 2 ? 4 : 2)) & 1;
  const countSize = large ? 4 : 1;
  const count = bytes.readUIntLE(start + 1, countSize);
  const ids = start + 1 + countSize;
  const offsets = ids + count * idSize;
  const values = offsets + (count + 1) * offsetSize;
  const items = Array.from({ length: count }, (_, index) => {
    const offset = bytes.readUIntLE(offsets + index * offsetSize, offsetSize);
    return decode(bytes, values + offset, keys);
  });
  if (kind === 3) return items;
  const members = items.map((item, index): [string, Meaning] => {
    return [keys[bytes.readUIntLE(ids + index * idSize, idSize)]!, item];
  });
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function primitive(bytes: Buffer, at: number, kind: number): Meaning {
  switch (kind) {
    case 0:
      return null;
    case 1:
    case 2:
      return kind === 1;
    case 3:
      return bytes.readInt8(at);
    case 4:
      return bytes.readInt16LE(at);
    case 5:
      return bytes.readInt32LE(at);
    case 6:
      return Number(bytes.readBigInt64LE(at));
    case 7:
      return bytes.readDoubleLE(at);
    case 8:
      return bytes.readInt32LE(at + 1) / 10 ** bytes[at]!;
    case 9:
      return Number(bytes.readBigInt64LE(at + 1)) / 10 ** bytes[at]!;
    case 10: {
      const high = bytes.readBigInt64LE(at + 9);
      return Number((high << 64n) | bytes.readBigUInt64LE(at + 1)) / 10 ** bytes[at]!;
    }
    case 11:
      return new Date(bytes.readInt32LE(at) * 86_400_000).toISOString().slice(0, 10);
    case 12:
      return `${timeText(bytes.readBigInt64LE(at))}+00:00`;
    case 13:
      return timeText(bytes.readBigInt64LE(at));
    case 14:
      return bytes.readFloatLE(at);
    case 15:
      return bytes.toString("base64", at + 4, at + 4 + bytes.readUInt32LE(at));
    case 16:
      return bytes.toString("utf8", at + 4, at + 4 + bytes.readUInt32LE(at));
    default:
      throw new Error(`a variant of the primitive kind ${kind} is not decoded here`);
  }
}

/** Microseconds since the epoch as Spark's JSON has them, without zeros at the end. */
function timeText(micros: bigint): string {
  const below = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - below) / 1000n)).toISOString().slice(0, 19);
  const fraction = String(below).padStart(6, "0").replace(/0+$/, "");
  return `${seconds.replace("T", " ")}${fraction === "" ? "" : `.${fraction}`}`;
}
