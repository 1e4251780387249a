import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import type { InputFile, ParquetInput } from "../../../../src/plan/input.ts";
import {
  array,
  binary,
  type DataType,
  double,
  field,
  integer,
  long,
  map,
  type StructType,
  short,
  string,
  struct,
} from "../../../../src/schema/type.ts";
import type { Value } from "../../../../src/schema/value.ts";

const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };

let directory: string;
let engine: Engine;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-test-"));
  engine = openEngine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const output = ({ fields }: StructType) => fields.map((one, at) => ({ ...one, id: at + 1 }));

async function written(
  schema: StructType,
  rows: readonly (readonly Value[])[],
): Promise<InputFile[]> {
  const plan = {
    kind: "input",
    input: { kind: "rows", schema, rows },
    output: output(schema),
  } as const;
  const target = { directory, schema, partitionBy: [], compression: "snappy" } as const;
  const files = await engine.writeParquet(plan, { ...target, statistics: () => true }, context);
  return files.map(({ path, size }) => {
    return { path, uri: `file://${path}`, size, modificationTime: 0, partition: {} };
  });
}

async function read(input: Omit<ParquetInput, "kind">): Promise<Value[][]> {
  const plan = {
    kind: "input",
    input: { kind: "parquet", ...input },
    output: output(input.schema),
  } as const;
  await using result = await engine.query(plan, context);
  const rows: Value[][] = [];
  for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row += 1) {
      rows.push(chunk.columns.map((column) => column[row] ?? null));
    }
  }
  return rows;
}

const known = (name: string, id: number, type: DataType) =>
  field(name, type, true, { "parquet.field.id": id });

/** `list: array<map<struct<key>, struct<value, other>>>`, under the names given. */
function deep(names: readonly string[], leaf: DataType): StructType {
  const [list, key, value, other] = names as [string, string, string, string];
  const item = struct([known(value, 3, leaf), known(other, 4, string)]);
  return struct([known(list, 1, array(map(struct([known(key, 2, leaf)]), item)))]);
}

const row = (names: readonly string[], key: Value, value: Value) => [
  [new Map<Value, Value>([[{ [names[1]!]: key }, { [names[2]!]: value, [names[3]!]: "o" }]])],
];

describe("columns found by field id", () => {
  const logical = ["l", "k", "v", "o"];
  const stored = deep(["p1", "p2", "p3", "p4"], double);
  const schema = deep(logical, double);

  test("at every depth, whatever they are called, in files of several shapes and types", async () => {
    // Names swapped, names of others, a narrower type: only the ids count.
    const swapped = ["p1", "p2", "p4", "p3"];
    const own = ["a", "b", "c", "d"];
    const files = [
      ...(await written(deep(swapped, short), [row(swapped, 1, 2)])),
      ...(await written(deep(own, integer), [row(own, 3, 4)])),
      ...(await written(deep(swapped, short), [row(swapped, 5, 6)])),
    ];
    // Shape by shape, the first file's first.
    const expected = [row(logical, 1, 2), row(logical, 5, 6), row(logical, 3, 4)];
    const parts = { schema, stored, match: "id" } as const;
    expect(await read({ ...parts, files })).toEqual(expected);
    expect(await read({ ...parts, files: files.slice(1, 2) })).toEqual(expected.slice(2));
    // The index of a file is that among all, in every shape.
    const partitioned = {
      files: files.map((file, at) => ({ ...file, partition: { n: BigInt(at) } })),
      schema: struct([...schema.fields, field("n", long)]),
      stored: struct([...stored.fields, field("n", long)]),
    };
    expect(await read({ ...partitioned, match: "id" })).toEqual(
      expected.map((one, at) => [...one, [0n, 2n, 1n][at]]),
    );
  });

  test("what a file lacks is null, even where it has that name for something else", async () => {
    const there = struct([known("x", 1, struct([known("y", 2, long)]))]);
    const files = await written(there, [[{ y: 7n }]]);
    const wanted = struct([known("s", 1, struct([known("y", 9, long), known("z", 2, long)]))]);
    const gone = known("x", 8, string);
    expect(
      await read({
        files,
        schema: struct([...wanted.fields, gone]),
        stored: struct([...wanted.fields, gone]),
        match: "id",
      }),
    ).toEqual([[{ y: null, z: 7n }, null]]);
  });

  test.each(["id", "name"] as const)(
    "a struct of which nothing is wanted any more, by %s",
    async (match) => {
      const inner = (id: number) =>
        struct([known("old", id, struct([known("deep", id + 1, long)]))]);
      const there = struct([known("s", 1, inner(2)), known("l", 4, array(inner(5)))]);
      const files = await written(there, [
        [{ old: { deep: 1n } }, [{ old: null }, null]],
        [{ old: null }, []],
        [null, null],
      ]);
      const member = struct([known("new", 9, long)]);
      const schema = struct([known("s", 1, member), known("l", 4, array(member))]);
      expect(await read({ files, schema, stored: schema, match })).toEqual([
        [{ new: null }, [{ new: null }, null]],
        [{ new: null }, []],
        [null, null],
      ]);
    },
  );

  test("a text that its file does not mark as one, alone and beside bytes", async () => {
    const unmarked = struct([field("s", binary), field("b", binary)]);
    const bytes = new Uint8Array([0xff, 0x00, 0x5c, 0x78]);
    const files = [
      ...(await written(unmarked, [[new TextEncoder().encode("é\\x41"), bytes]])),
      ...(await written(struct([field("s", string), field("b", binary)]), [["ü", bytes]])),
    ];
    const text = struct([field("s", string)]);
    expect(await read({ files, schema: text })).toEqual([["é\\x41"], ["ü"]]);
    const both = struct([field("s", string), field("b", binary)]);
    expect(await read({ files, schema: both })).toEqual([
      ["é\\x41", bytes],
      ["ü", bytes],
    ]);
  });

  test("in files whose names are patterns to the engine", async () => {
    const there = struct([known("p", 1, long)]);
    const names = ["a[b]c*?.parquet", "it's 100%25 é.parquet", "{x,y}.parquet"];
    const files: InputFile[] = [];
    for (const [at, name] of names.entries()) {
      const [file] = await written(there, [[BigInt(at)]]);
      const path = join(directory, name);
      await rename(file!.path, path);
      files.push({ ...file!, path });
    }
    const wanted = struct([known("x", 1, long)]);
    expect(await read({ files, schema: wanted, stored: wanted, match: "id" })).toEqual([
      [0n],
      [1n],
      [2n],
    ]);
  });

  test("a file without any id is refused", async () => {
    const files = await written(struct([field("p1", long)]), [[1n]]);
    const wanted = struct([known("p1", 1, long)]);
    await expect(read({ files, schema: wanted, stored: wanted, match: "id" })).rejects.toThrow(
      "FAILED_READ_FILE.PARQUET_FIELD_ID_MISSING",
    );
  });
});
