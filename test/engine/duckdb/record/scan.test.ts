import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import snappyjs from "snappyjs";
import { afterAll, describe, expect, test } from "vitest";
import { columnsOf } from "../../../../src/analysis/expression.ts";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import { crc32c } from "../../../../src/engine/duckdb/record/crc32c.ts";
import type { RecordPiece } from "../../../../src/plan/input.ts";
import {
  array,
  binary,
  field,
  integer,
  long,
  type StructField,
  string,
  struct,
  timestamp,
} from "../../../../src/schema/type.ts";
import { Timestamp, type Value } from "../../../../src/schema/value.ts";
import { goldenBytes } from "./golden.ts";

const engine = openEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const fields: readonly StructField[] = [
  field("key", binary),
  field("value", binary),
  field("topic", string),
  field("partition", integer),
  field("offset", long),
  field("timestamp", timestamp),
  field("timestampType", integer),
  field("headers", array(struct([field("key", string), field("value", binary)]))),
];
const only = (...names: string[]): StructField[] =>
  names.map((name) => fields.find((one) => one.name === name)!);

const piece = (bytes: Buffer, more: Partial<RecordPiece> = {}): RecordPiece => ({
  ...{ topic: "a-topic-of-many-letters", partition: 3, start: 0n, end: 1_000n },
  ...{ bytes, checked: true, ...more },
});

async function read(pieces: readonly RecordPiece[], columns = fields): Promise<Value[][]> {
  const schema = struct([...columns]);
  let released = 0;
  const log = {
    fetch: async () => ({
      pieces,
      release: async () => {
        released++;
      },
    }),
  };
  const input = { kind: "record", schema, log } as const;
  const relation = { kind: "input", input, output: columnsOf(schema) } as const;
  const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };
  const rows: Value[][] = [];
  try {
    await using result = await engine.query(relation, context);
    for (let chunk = await result.next(); chunk; chunk = await result.next()) {
      for (let row = 0; row < chunk.rows; row++) {
        rows.push(chunk.columns.map((column) => column[row] ?? null));
      }
    }
  } finally {
    expect(released).toBe(1);
  }
  return rows;
}

const text = (value: Value | undefined): string | null =>
  value === null || value === undefined ? null : Buffer.from(value as Uint8Array).toString();

async function values(pieces: readonly RecordPiece[]): Promise<(string | null)[]> {
  return (await read(pieces, only("value"))).map(([value]) => text(value));
}

/** The golden batch without codec, its records packed anew. */
function repacked(codec: number, pack: (records: Buffer) => Uint8Array): Buffer {
  const plain = goldenBytes("none");
  const packed = pack(plain.subarray(61));
  const batch = Buffer.concat([plain.subarray(0, 61), packed]);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt16BE(codec, 21);
  batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
  return batch;
}

const micros = (millis: number): Timestamp => new Timestamp(BigInt(millis) * 1000n);
const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content));
const place = ["a-topic-of-many-letters", 3] as const;
const expected = [
  [
    ...[bytes("k1"), bytes("v1"), ...place, 100n, micros(1_700_000_000_000), 0],
    [
      { key: "h", value: bytes("x") },
      { key: "n", value: null },
    ],
  ],
  [
    ...[null, bytes("a longer value, ".repeat(40)), ...place, 101n],
    ...[micros(1_700_000_000_001), 0, null],
  ],
  [
    ...[bytes("a key of more than twelve bytes"), null, ...place, 102n],
    ...[micros(1_699_999_999_000), 0, null],
  ],
];

/** Values as they compare: bytes without the kind of their array. */
const plain = (rows: readonly (readonly unknown[])[]): unknown =>
  JSON.parse(
    JSON.stringify(rows, (_, value: unknown) => {
      if (typeof value === "bigint") return `${value}n`;
      return value instanceof Uint8Array ? [...value] : value;
    }),
  );

describe("record batches of Kafka's own", () => {
  test.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)("packed with %s", async (codec) => {
    expect(plain(await read([piece(goldenBytes(codec))]))).toEqual(plain(expected));
  });

  test("packed as other clients do: Snappy without frames, LZ4 with blocks that refer back", async () => {
    const bare = repacked(2, (records) => snappyjs.compress(new Uint8Array(records)));
    expect(plain(await read([piece(bare)]))).toEqual(plain(expected));
    const linked = repacked(3, (records) => {
      const stored = (part: Buffer): Buffer => {
        const size = Buffer.alloc(4);
        size.writeUInt32LE(part.length + 0x80000000);
        return Buffer.concat([size, part]);
      };
      // 16 bytes back, 12 of them, then 5 as they are: "value, a longer " comes again and again.
      const match = Buffer.from([8, 0, 0, 0, 0x08, 16, 0, 0x20]);
      const again = records.indexOf("value, a longer ") + 16;
      const tail = Buffer.from([0x08, 16, 0, 0x50, ...records.subarray(again + 12, again + 17)]);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(tail.length);
      expect(match).toHaveLength(8);
      return Buffer.concat([
        Buffer.from("04224d184040c0", "hex"),
        stored(records.subarray(0, again)),
        Buffer.concat([size, tail]),
        stored(records.subarray(again + 17)),
        Buffer.alloc(4),
      ]);
    });
    expect(plain(await read([piece(linked)]))).toEqual(plain(expected));
  });

  test("of time of the log: every record has the time it was appended", async () => {
    const rows = await read(
      [piece(goldenBytes("append"))],
      only("offset", "timestamp", "timestampType"),
    );
    const time = micros(1_700_000_009_999);
    expect(plain(rows)).toEqual(plain([5n, 6n, 7n].map((offset) => [offset, time, 1])));
  });
});

describe("what is wanted", () => {
  test("offsets that are none of the range are left out", async () => {
    const rows = await read(
      [piece(goldenBytes("lz4"), { start: 101n, end: 102n })],
      only("offset"),
    );
    expect(rows).toEqual([[101n]]);
    expect(await values([piece(goldenBytes("none"), { start: 103n })])).toEqual([]);
    expect(await values([piece(goldenBytes("none"), { end: 100n })])).toEqual([]);
  });

  test("pieces follow each other, in memory and in files, over many chunks", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-record-"));
    const path = join(folder, "records");
    await writeFile(path, Buffer.concat([Buffer.alloc(9), goldenBytes("zstd"), Buffer.alloc(9)]));
    const part = { path, position: 9, length: goldenBytes("zstd").length };
    const many = Array.from({ length: 900 }, (_, at) => {
      const batch = goldenBytes("none");
      batch.writeBigInt64BE(BigInt(at * 3));
      return batch;
    });
    const rows = await read(
      [
        piece(Buffer.concat(many), { end: 5_000n }),
        piece(Buffer.alloc(0), { topic: "b", partition: 0, bytes: part }),
      ],
      only("offset", "topic"),
    );
    await rm(folder, { recursive: true });
    expect(rows).toHaveLength(2_703);
    expect(rows.slice(0, 2_700).map(([offset]) => Number(offset))).toEqual(
      Array.from({ length: 2_700 }, (_, at) => at),
    );
    expect(rows.at(-1)).toEqual([102n, "b"]);
    expect(rows[2_047]?.[1]).toBe("a-topic-of-many-letters");
  });

  test("markers of transactions are no rows, and nothing of what was aborted where so asked", async () => {
    const log = goldenBytes("transactions");
    expect(await values([piece(log)])).toEqual(["t0", "u0", "t1", "u1"]);
    const aborted = [{ producerId: 7n, firstOffset: 0n }];
    expect(await values([piece(log, { aborted })])).toEqual(["u0", "t1", "u1"]);
    expect(await values([piece(log, { aborted: [] })])).toEqual(["t0", "u0", "t1", "u1"]);
    // The marker ends it even where the range begins behind it.
    expect(await values([piece(log, { aborted, start: 3n })])).toEqual(["t1", "u1"]);
  });
});

describe("what is damaged", () => {
  const corrupt = async (batch: Buffer, reason: RegExp): Promise<void> => {
    await expect(read([piece(batch)])).rejects.toMatchObject({
      code: "KAFKA_CORRUPT_RECORD_BATCH",
      kind: "corrupt",
      message: expect.stringMatching(reason),
    });
  };

  test("a byte that differs is found by the checksum, and only where it is looked at", async () => {
    const batch = goldenBytes("none");
    batch[70] = 0x37;
    await corrupt(batch, /at offset 100 of a-topic-of-many-letters-3: its checksum/);
    const [value] = await values([piece(batch, { checked: false })]);
    expect(value).toBe("v7");
  });

  test("batches that end early, old formats and bytes that are none of the codec", async () => {
    await corrupt(goldenBytes("none").subarray(0, 100), /it is cut short/);
    await corrupt(goldenBytes("none").subarray(0, 20), /it is cut short/);
    await corrupt(
      Buffer.concat([goldenBytes("old"), Buffer.alloc(61)]),
      /its format is 1, of Kafka before/,
    );
    for (const codec of [1, 2, 3, 4, 5]) {
      await corrupt(
        repacked(codec, () => Buffer.from("nothing of the kind at all")),
        /offset 100/,
      );
    }
    await corrupt(
      repacked(0, (records) => records.subarray(0, 40)),
      /a record is cut short/,
    );
  });

  test("a time that is none in microseconds", async () => {
    const batch = goldenBytes("none");
    batch.writeBigInt64BE(2n ** 60n, 27);
    batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
    await expect(read([piece(batch)])).rejects.toMatchObject({
      code: "KAFKA_MALFORMED_RECORD_TIMESTAMP",
    });
    expect(await values([piece(batch)])).toHaveLength(3);
    const late = goldenBytes("none");
    late.writeBigInt64BE(9_100_000_000_000n, 27);
    late.writeUInt32BE(crc32c(late, 21, late.length), 17);
    const [first] = await read([piece(late)], only("timestamp"));
    expect(first?.[0]).toEqual(micros(9_100_000_000_000));
  });
});
