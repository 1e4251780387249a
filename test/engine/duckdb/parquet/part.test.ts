import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compare, longLiteral, passing, reference } from "../../../../src/analysis/expression.ts";
import type { TypedRelation } from "../../../../src/analysis/typed.ts";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import { chunksPart, footerPart } from "../../../../src/engine/duckdb/parquet/part.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import type { InputFile, ParquetInput } from "../../../../src/plan/input.ts";
import { field, long, type StructType, struct } from "../../../../src/schema/type.ts";
import type { Value } from "../../../../src/schema/value.ts";
import { type Cache, openCache } from "../../../../src/storage/cache/cache.ts";
import { merged, missing } from "../../../../src/storage/cache/range.ts";
import { localStore } from "../../../../src/storage/local.ts";
import type { ByteRange, Part } from "../../../../src/storage/part.ts";
import type { Store } from "../../../../src/storage/store.ts";
import { remoteStore } from "../../../storage/remote.ts";

const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };
const rows = 30_000;

let directory: string;
let engine: Engine;
let cache: Cache;
let store: Store;
let path: string;
let size: number;
let schema: StructType;
const traffic = { requests: 0, bytes: 0 };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-test-"));
  engine = openEngine();
  path = join(directory, "wide.parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT i AS id, i % 1000 AS few, hash(i)::VARCHAR AS text,
      hash(i + 1)::VARCHAR AS other, sin(i) AS real,
      {'a': i, 'b': hash(i + 2)::VARCHAR, 'c': {'d': i * 2, 'e': hash(i + 3)::VARCHAR}} AS nested,
      [i, i + 1] AS list, map {i: 'v' || i} AS pairs, hash(i + 4)::VARCHAR AS last
    FROM range(${rows}) AS t(i))
    TO '${path}' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 12288)`);
  connection.closeSync();
  instance.closeSync();
  ({ schema } = await engine.parquetSchema({ path }));
});
beforeEach(async () => {
  cache = openCache({ folder: await mkdtemp(join(directory, "cache-")) });
  const local = localStore();
  size = (await local.stat(path))?.size ?? 0;
  store = { ...remoteStore(local, cache, traffic), scheme: "far" };
  traffic.bytes = 0;
  traffic.requests = 0;
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const far = (): InputFile => ({
  ...{ path, store, size, immutable: true },
  ...{ uri: store.uri(path), modificationTime: 0, partition: {} },
});

const near = (): InputFile => {
  const { store: _, ...local } = far();
  return local;
};

const only = (...names: readonly string[]): StructType =>
  struct(schema.fields.filter(({ name }) => names.includes(name)));

function scan(file: InputFile, wanted: StructType): TypedRelation {
  const output = wanted.fields.map((one, at) => ({ ...one, id: at + 1 }));
  return { kind: "input", input: { kind: "parquet", schema: wanted, files: [file] }, output };
}

/** The rows of which the first column is a value. */
function equal(file: InputFile, wanted: StructType, value: bigint): TypedRelation {
  const input = scan(file, wanted) as TypedRelation & { readonly kind: "input" };
  const condition = compare("=", reference(input.output[0]!), longLiteral(value));
  return { kind: "filter", input, condition };
}

async function read(plan: TypedRelation): Promise<Value[][]> {
  await using result = await engine.query(plan, context);
  const found: Value[][] = [];
  for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row += 1) {
      found.push(chunk.columns.map((column) => column[row] ?? null));
    }
  }
  return found;
}

describe("of a file that is far away", () => {
  test.each([["id"], ["few,last"], ["list"], ["pairs"], ["nested"]])(
    "columns are read by their chunks alone: %s",
    async (names) => {
      const wanted = only(...names.split(","));
      expect(await read(scan(far(), wanted))).toEqual(await read(scan(near(), wanted)));
      expect(traffic.bytes).toBeLessThan(size / 2);
      expect(traffic.requests).toBeLessThan(15);
    },
  );

  test("no column is read for the number of rows", async () => {
    expect((await read(scan(far(), struct([])))).length).toBe(rows);
    expect(traffic).toEqual({ requests: 1, bytes: 64 << 10 });
  });

  test("no column is read that the plan only passes by", async () => {
    const input = scan(far(), schema);
    const last = schema.fields.length;
    const column = { ...schema.fields[last - 1]!, id: last };
    const plan = { kind: "project", input, columns: [passing(column)] } as const;
    const local = { ...plan, input: scan(near(), schema) };
    expect(await read(plan)).toEqual(await read(local));
    expect(traffic.bytes).toBeLessThan(size / 3);
    const none = await read({ ...plan, columns: [{ column, expression: longLiteral(1n) }] });
    expect(none.length).toBe(rows);
  });

  test("what is equal to a value is found, bloom filters or not", async () => {
    const wanted = only("few", "text");
    const found = await read(equal(far(), wanted, 7n));
    expect(found.length).toBe(rows / 1000);
    expect(found).toEqual(await read(equal(near(), wanted, 7n)));
  });

  test("its schema is one request", async () => {
    expect((await engine.parquetSchema(far())).rows).toBe(rows);
    expect(traffic.requests).toBe(1);
    await engine.parquetSchema(far());
    expect(traffic.requests).toBe(1);
  });
});

describe("a chunk that is absent", () => {
  /** A copy of the file that has but some of its bytes. */
  async function sparse(ranges: readonly ByteRange[]): Promise<InputFile> {
    const name = join(directory, `sparse-${Math.round(performance.now() * 1000)}.parquet`);
    const [source, target] = [await open(path, "r"), await open(name, "wx")];
    await target.truncate(size);
    for (const { start, end } of ranges) {
      const { buffer } = await source.read(Buffer.alloc(end - start), 0, end - start, start);
      await target.write(buffer, 0, end - start, start);
    }
    await Promise.all([source.close(), target.close()]);
    return { ...near(), path: name };
  }

  /** What is asked for, and what was looked at to tell. */
  async function asked(part: Part): Promise<readonly ByteRange[]> {
    const file = await open(path, "r");
    const looked: ByteRange[] = [];
    const read = async (start: number, length: number): Promise<Uint8Array> => {
      looked.push({ start, end: start + length });
      return (await file.read(Buffer.alloc(length), 0, length, start)).buffer;
    };
    const wanted = (await part({ size, read })) ?? [];
    await file.close();
    return [...wanted, ...looked];
  }

  const refused = { code: expect.stringMatching(/^FAILED_READ_FILE/) };

  test.each(["id", "few", "text", "real", "nested", "list", "pairs"])(
    "is an error, never a wrong answer: %s",
    async (name) => {
      const others = struct(schema.fields.filter((one) => one.name !== name));
      const rest = chunksPart({ stored: others, match: "name", blooms: true });
      for (const part of [footerPart, rest]) {
        const file = await sparse(await asked(part));
        await expect(read(scan(file, only(name)))).rejects.toMatchObject(refused);
      }
    },
  );

  test("is an error in each row group, and at each leaf", async () => {
    const all = await asked(chunksPart({ stored: only("nested"), match: "name", blooms: false }));
    expect(all.length).toBe(Math.ceil(rows / 12288) * 4 + 1);
    const wanted = await read(scan(near(), only("nested")));
    expect(await read(scan(await sparse(all), only("nested")))).toEqual(wanted);
    for (let left = 0; left < all.length - 1; left += 1) {
      const file = await sparse(all.filter((_, at) => at !== left));
      await expect(read(scan(file, only("nested")))).rejects.toMatchObject(refused);
    }
  });

  test("stops a condition too, where only its bloom filter is absent", async () => {
    const request = { stored: only("few"), match: "name" } as const;
    const all = await asked(chunksPart({ ...request, blooms: true }));
    const chunks = await asked(chunksPart({ ...request, blooms: false }));
    const blooms = all.filter(({ start }) => !chunks.some((chunk) => chunk.start === start));
    expect(blooms.length).toBe(Math.ceil(rows / 12288));
    const file = await sparse(missing(merged(all), merged(blooms)));
    await expect(read(equal(file, only("few"), 7n))).rejects.toMatchObject(refused);
  });
});

test("a column that the file does not have is null", async () => {
  const wanted = struct([...only("id").fields, field("none", only("text").fields[0]!.type)]);
  expect((await read(scan(far(), wanted)))[5]).toEqual([5n, null]);
});

test("columns that an id finds are those with the id", async () => {
  const known = (name: string, id: number): StructType["fields"][0] =>
    field(name, long, true, { "parquet.field.id": id });
  const written = struct([known("a", 1), known("b", 2), known("c", 3)]);
  const values = Array.from({ length: 20_000 }, (_, at) => [BigInt(at), BigInt(-at), 7n]);
  const input = { kind: "rows", schema: written, rows: values } as const;
  const output = written.fields.map((one, at) => ({ ...one, id: at + 1 }));
  const target = { directory, schema: written, partitionBy: [], compression: "zstd" } as const;
  const [file] = await engine.writeParquet(
    { kind: "input", input, output },
    { ...target, statistics: () => false },
    context,
  );
  const wanted = struct([field("renamed", long)]);
  const place = { path: file!.path, store, size: file!.size, immutable: true };
  const ofStore = { ...place, uri: "far://x", modificationTime: 0, partition: {} };
  const parquet: ParquetInput = {
    ...{ kind: "parquet", schema: wanted, files: [ofStore] },
    ...{ stored: struct([known("z", 2)]), match: "id" },
  };
  const plan = {
    kind: "input",
    input: parquet,
    output: [{ ...wanted.fields[0]!, id: 1 }],
  } as const;
  expect(await read(plan)).toEqual(values.map(([, value]) => [value]));
  expect(traffic.bytes).toBeLessThan(file!.size * 0.7);
});
