import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  and,
  call,
  compare,
  literal,
  reference,
  replace,
} from "../../../../src/analysis/expression.ts";
import {
  outputOf,
  type TypedExpression,
  type TypedFilter,
  type TypedInput,
  type TypedRelation,
} from "../../../../src/analysis/typed.ts";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import { comparisonsOf } from "../../../../src/engine/duckdb/input/condition.ts";
import { id } from "../../../../src/engine/duckdb/parquet/footer.ts";
import { chunksPart, footerPart } from "../../../../src/engine/duckdb/parquet/part.ts";
import { type Comparison, rulesOut } from "../../../../src/engine/duckdb/parquet/row-group.ts";
import { code, type Struct } from "../../../../src/engine/duckdb/parquet/thrift.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import { assert } from "../../../../src/error/error.ts";
import { openLocal } from "../../../../src/execution/local/local.ts";
import type { InputFile, ParquetInput } from "../../../../src/plan/input.ts";
import {
  boolean,
  decimal,
  field,
  long,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../../../src/schema/type.ts";
import { CalendarDate, Decimal, Timestamp, type Value } from "../../../../src/schema/value.ts";
import { type Cache, openCache } from "../../../../src/storage/cache/cache.ts";
import { localStore } from "../../../../src/storage/local.ts";
import type { Store } from "../../../../src/storage/store.ts";
import { formatUri } from "../../../../src/storage/uri.ts";
import { remoteStore } from "../../../storage/remote.ts";

const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };
const rows = 4 * 2048;

let directory: string;
let engine: Engine;
let file: InputFile;
let schema: StructType;
let copies = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-test-"));
  engine = openEngine();
  const path = join(directory, "all.parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  // Rising, but for the nulls; some groups of `gaps` have no value at all.
  await connection.run(`COPY (SELECT i AS long, (i - 9000)::INTEGER AS integer,
      (i // 1000)::SMALLINT AS short, (i // 1000 - 10)::TINYINT AS byte,
      DATE '2020-01-01' + (i // 100)::INTEGER AS date,
      TIMESTAMPTZ '2020-01-01 00:00:00+00' + INTERVAL 1 SECOND * i AS timestamp,
      (i / 100.0)::DECIMAL(9, 2) AS decimal, (i / 100.0)::DECIMAL(18, 4) AS wide,
      (i * 1.5)::DECIMAL(38, 3) AS huge, printf('%06d-%d', i // 7, i) AS text,
      printf('same prefix for all of them %06d', i) AS tail, i::DOUBLE AS double,
      CASE WHEN i // 2048 = 1 THEN NULL ELSE i END AS gaps,
      CASE WHEN i = 20 THEN 'NaN'::DOUBLE ELSE i END AS nan, i < 5000 AS boolean
    FROM range(${rows}) AS t(i))
    TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  connection.closeSync();
  instance.closeSync();
  const { size } = await stat(path);
  file = { path, size, uri: path, modificationTime: 0, partition: {} };
  ({ schema } = await engine.parquetSchema({ path }));
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

interface Wanted {
  readonly column: string;
  readonly name: Comparison["name"];
  readonly value: Value;
}

/** The rows that fulfil all of `wanted`: the columns it names, and `integer`. */
function filtered(
  place: InputFile,
  wanted: readonly Wanted[],
  more: Partial<ParquetInput> = {},
): TypedFilter {
  const named = new Set([...wanted.map(({ column }) => column), "integer"]);
  const some = struct(schema.fields.filter(({ name }) => named.has(name)));
  const output = some.fields.map((one, at) => ({ ...one, id: at + 1 }));
  const input = { kind: "parquet", schema: some, files: [place], ...more } as const;
  const conditions = wanted.map(({ column, name, value }): TypedExpression => {
    const of = output.find((one) => one.name === column)!;
    return compare(name, reference(of), literal(value, of.type));
  });
  const leaf = { kind: "input", input, output } as const;
  return { kind: "filter", input: leaf, condition: and(conditions) };
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

/** A copy with what a plan is thought to need, and how many bytes of chunks that is. */
async function sparse(plan: TypedRelation): Promise<{ place: InputFile; bytes: number }> {
  const [[input, comparisons = []] = []] = comparisonsOf(plan);
  const stored = input?.schema ?? struct([]);
  const source = await open(file.path, "r");
  const read = async (start: number, length: number): Promise<Buffer> =>
    (await source.read(Buffer.alloc(length), 0, length, start)).buffer;
  const part = chunksPart({ stored, match: "name", blooms: true, comparisons });
  const ranges = (await part({ size: file.size, read })) ?? [];
  const footer = (await read(file.size - 8, 4)).readUInt32LE() + 8;
  const path = join(directory, `sparse-${copies++}.parquet`);
  const target = await open(path, "wx");
  await target.truncate(file.size);
  let bytes = 0;
  // No more of the tail than the footer: chunks stand in it too.
  for (const { start, end } of [...ranges, { start: file.size - footer, end: file.size }]) {
    await target.write(await read(start, end - start), 0, end - start, start);
    bytes += end - start;
  }
  await Promise.all([source.close(), target.close()]);
  return { place: { ...file, path }, bytes: bytes - footer };
}

const names = ["=", "<", "<=", ">", ">="] as const;
const micros = (seconds: number): bigint => BigInt(1_577_836_800 + seconds) * 1_000_000n;

/** Of each column, the value of a row. */
const valueAt: Readonly<Record<string, (row: number) => Value>> = {
  long: (row) => BigInt(row),
  integer: (row) => row - 9000,
  short: (row) => Math.floor(row / 1000),
  byte: (row) => Math.floor(row / 1000) - 10,
  date: (row) => new CalendarDate(18_262 + Math.floor(row / 100)),
  timestamp: (row) => new Timestamp(micros(row)),
  decimal: (row) => new Decimal(BigInt(row), 2),
  wide: (row) => new Decimal(BigInt(row) * 100n, 4),
  huge: (row) => new Decimal(BigInt(row) * 1500n, 3),
  text: (row) => `${String(Math.floor(row / 7)).padStart(6, "0")}-${row}`,
  tail: (row) => `same prefix for all of them ${String(row).padStart(6, "0")}`,
  double: (row) => row,
  gaps: (row) => BigInt(row),
  nan: (row) => row,
};

/** Columns of which the statistics tell row groups apart here. */
const told = ["long", "integer", "short", "byte", "date", "timestamp", "decimal", "wide", "text"];

describe("row groups that a condition rules out are not needed", () => {
  test.each(Object.keys(valueAt))("by %s", async (column) => {
    const every = { column, name: "=", value: null } as const;
    const all = (await sparse(filtered(file, [every]))).bytes;
    for (const row of [-1, 2047, 2048, rows]) {
      for (const name of names) {
        const wanted = [{ column, name, value: valueAt[column]!(row) }];
        const { place, bytes } = await sparse(filtered(file, wanted));
        const found = await read(filtered(place, wanted));
        expect(found, `${name} ${row}`).toEqual(await read(filtered(file, wanted)));
        if (name === "=" && told.includes(column)) expect(bytes).toBeLessThan(all * 0.6);
        if (["tail", "double", "nan", "huge"].includes(column)) expect(bytes).toBe(all);
      }
    }
  });

  test("by a list of values", async () => {
    for (const column of ["long", "decimal", "text"]) {
      const other = valueAt[column]!;
      for (const list of [[2047], [10, 20, 30], [1, 8000], [-9, 2048, 2049], [rows, rows + 9]]) {
        const of = (place: InputFile): TypedFilter => {
          const plan = filtered(place, [{ column, name: "=", value: null }]);
          const at = outputOf(plan).find(({ name }) => name === column)!;
          const values = list.map((row) => literal(other(row), at.type));
          return { ...plan, condition: call("in", [reference(at), ...values], { type: boolean }) };
        };
        const { place, bytes } = await sparse(of(file));
        expect(await read(of(place)), `${column} ${list}`).toEqual(await read(of(file)));
        const whole = (await sparse(filtered(file, [{ column, name: "=", value: null }]))).bytes;
        if (list.length === 3 && list[0] === 10) expect(bytes).toBeLessThan(whole * 0.6);
      }
    }
  });

  test("by several at once", async () => {
    const wanted: Wanted[] = [
      { column: "long", name: ">=", value: 2100n },
      { column: "text", name: "<", value: "000600" },
      { column: "date", name: "<=", value: new CalendarDate(18_262 + 30) },
    ];
    const { place } = await sparse(filtered(file, wanted));
    const found = await read(filtered(place, wanted));
    expect(found.length).toBe(1_000);
    expect(found).toEqual(await read(filtered(file, wanted)));
  });
});

describe("a condition reaches the scan", () => {
  const wanted: Wanted[] = [{ column: "long", name: "<", value: 2000n }];
  /** A filter over what is made of an input, over whole files and over what is needed of them. */
  const both = async (make: (place: InputFile) => TypedRelation) => {
    const plan = make(file);
    const { place, bytes } = await sparse(plan);
    const [found, expected] = [await read(make(place)), await read(plan)];
    const byText = (rows: Value[][]): string[] => rows.map((row) => row.join()).sort();
    expect(byText(found)).toEqual(byText(expected));
    return { rows: found.length, bytes };
  };
  const over = (place: InputFile, make: (input: TypedRelation) => TypedRelation): TypedRelation => {
    const below = filtered(place, wanted);
    return { ...below, input: make(below.input) };
  };
  /** Another input of the same columns, known by other ids. */
  const other = (): TypedInput => {
    const { input } = filtered(file, wanted);
    assert(input.kind === "input", "the filter is right above");
    return { ...input, output: input.output.map((one) => ({ ...one, id: one.id + 100 })) };
  };

  test("through columns that are passed on under other ids", async () => {
    const plan = (place: InputFile): TypedRelation => {
      const { input, condition } = filtered(place, wanted);
      const columns = outputOf(input).map((column) => ({
        column: { ...column, id: column.id + 50, name: `new ${column.name}` },
        expression: reference(column),
      }));
      const ids = new Map(columns.map(({ column, expression }) => [expression.id, column]));
      const renamed = replace(condition, (one) =>
        one.kind === "reference" ? reference(ids.get(one.id)!) : undefined,
      );
      return { kind: "filter", input: { kind: "project", input, columns }, condition: renamed };
    };
    const whole = (await sparse(filtered(file, [{ ...wanted[0]!, value: null }]))).bytes;
    const { rows: count, bytes } = await both(plan);
    expect(count).toBe(2000);
    expect(bytes).toBeLessThan(whole / 2);
  });

  test.each(["inner", "left", "semi"] as const)("through a join: %s", async (type) => {
    const plan = (place: InputFile): TypedRelation =>
      over(place, (left) => {
        const right = other();
        const own = outputOf(left);
        const condition = compare("=", reference(own[0]!), reference(right.output[0]!));
        const output = type === "semi" ? own : [...own, ...right.output];
        return { kind: "join", type, lateral: false, left, right, condition, output };
      });
    expect([...comparisonsOf(plan(file)).values()].map((one) => one.length)).toEqual([1, 0]);
    expect((await both(plan)).rows).toBe(2000);
  });

  test("not through a limit, a full join, or to the side that may be without a match", () => {
    const limit = over(file, (input) => ({ kind: "limit", input, limit: 5, offset: 0 }) as never);
    expect([...comparisonsOf(limit).values()]).toEqual([[]]);
    for (const type of ["full", "right"] as const) {
      const plan = over(file, (left) => {
        const right = other();
        const output = [...outputOf(left), ...right.output];
        const condition = compare("=", reference(output[0]!), reference(right.output[0]!));
        return { kind: "join", type, lateral: false, left, right, condition, output };
      });
      expect([...comparisonsOf(plan).values()]).toEqual([[], []]);
    }
  });
});

describe("what the engine sees in another way than the file has it rules out nothing", () => {
  const wanted: Wanted[] = [{ column: "long", name: "<", value: 5n }];
  const of = (more: Partial<ParquetInput>) =>
    [...comparisonsOf(filtered(file, wanted, more)).values()].flat();

  test("columns that are widened, are a partition's, or are within another", () => {
    expect(of({}).length).toBe(1);
    expect(of({ widened: ["long"] })).toEqual([]);
    expect(of({ files: [file, { ...file, partition: { long: 3n } }] })).toEqual([]);
    expect(of({ within: "add" })).toEqual([]);
  });

  test("days and instants of files that may count in another calendar", () => {
    const day = { column: "date", name: "=", value: new CalendarDate(0) } as const;
    const rebase = { datetime: "LEGACY", int96: "LEGACY" } as const;
    expect([...comparisonsOf(filtered(file, [day])).values()].flat().length).toBe(1);
    expect([...comparisonsOf(filtered(file, [day], { rebase })).values()].flat()).toEqual([]);
  });

  test("a condition on one of two places that an input stands at", () => {
    const below = filtered(file, wanted);
    const output = outputOf(below);
    const plan: TypedRelation = {
      ...{ kind: "set", operator: "union", all: true, output },
      ...{ left: below, right: below.input },
    } as never;
    expect([...comparisonsOf(plan).values()].flat()).toEqual([]);
  });
});

describe("statistics that tell nothing rule out nothing", () => {
  const i64 = (value: bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  };
  const binary = (value: Buffer) => ({ type: code.binary, value });
  const number = (value: number) => ({ type: code.i32, value: BigInt(value) });
  const chunk = (fields: Readonly<Record<number, Buffer>>): Struct => {
    const entries = Object.entries(fields).map(
      ([at, value]) => [Number(at), binary(value)] as const,
    );
    return new Map([[id.column.statistics, { type: code.struct, value: new Map(entries) }]]);
  };
  const { min, max } = id.statistics;
  const int64: Struct = new Map([[id.element.type, number(2)]]);
  const ofLong: Comparison = { column: field("c", long), name: ">", values: [9n] };

  test("numbers: absent, of one side, by the old order, of another size", () => {
    expect(rulesOut(chunk({ [min]: i64(1n), [max]: i64(9n) }), int64, ofLong)).toBe(true);
    expect(rulesOut(chunk({ [min]: i64(1n), [max]: i64(10n) }), int64, ofLong)).toBe(false);
    expect(rulesOut(new Map(), int64, ofLong)).toBe(false);
    expect(rulesOut(chunk({ [max]: i64(9n) }), int64, ofLong)).toBe(false);
    expect(rulesOut(chunk({ 1: i64(9n), 2: i64(1n) }), int64, ofLong)).toBe(false);
    expect(rulesOut(chunk({ [min]: i64(1n), [max]: Buffer.alloc(4) }), int64, ofLong)).toBe(false);
  });

  test("numbers without a sign, instants of another unit or of 96 bits, another scale", () => {
    const bounds = chunk({ [min]: i64(1n), [max]: i64(9n) });
    const as = (type: number, converted: number): Struct =>
      new Map([
        [id.element.type, number(type)],
        [id.element.converted, number(converted)],
        [id.element.precision, number(10)],
        [id.element.scale, number(2)],
      ]);
    const instant = { ...ofLong, column: field("c", timestamp) };
    const price = { ...ofLong, column: field("c", decimal(10, 2)) };
    const other = { ...ofLong, column: field("c", decimal(10, 3)) };
    expect(rulesOut(bounds, as(2, 14), ofLong)).toBe(false);
    expect(rulesOut(bounds, as(2, 10), instant)).toBe(true);
    expect(rulesOut(bounds, as(2, 9), instant)).toBe(false);
    expect(rulesOut(bounds, as(3, 10), instant)).toBe(false);
    expect(rulesOut(bounds, as(2, 5), price)).toBe(true);
    expect(rulesOut(bounds, as(2, 5), other)).toBe(false);
    expect(rulesOut(bounds, as(7, 5), price)).toBe(false);
  });

  test("texts: by their first eight bytes, cut or not, and marked as texts alone", () => {
    const utf8: Struct = new Map([
      [id.element.type, number(6)],
      [id.element.converted, number(0)],
    ]);
    const bounds = chunk({ [min]: Buffer.from("bb"), [max]: Buffer.from("dddddddddd") });
    const asked = (name: Comparison["name"], value: string, element = utf8): boolean =>
      rulesOut(bounds, element, { column: field("c", string), name, values: [Buffer.from(value)] });
    expect(asked("=", "a")).toBe(true);
    expect(asked("=", "b")).toBe(false);
    expect(asked("=", "bba")).toBe(false);
    expect(asked("=", "ddddddddz")).toBe(false);
    expect(asked("=", "dddde")).toBe(true);
    expect(asked(">", "dddddddddd")).toBe(false);
    expect(asked("<", "bb")).toBe(false);
    expect(asked("<", "ba")).toBe(true);
    expect(asked("=", "\u{e9}")).toBe(true);
    expect(asked("=", "a", new Map([[id.element.type, number(6)]]))).toBe(false);
  });
});

test("queries of every kind have the rows they have of a local file, for fewer bytes", async () => {
  const traffic = { requests: 0, bytes: 0 };
  const uri = (path: string): string => formatUri({ scheme: "far", authority: "", path });
  let cache: Cache;
  const open: Store["open"] = async (path, options) =>
    await remoteStore({ ...localStore(), uri }, cache, traffic).open(path, options);
  const far = { ...localStore(), uri, scheme: "far", open };
  await using spark = await openLocal({}, { stores: { far: async () => far } });
  const rowsOf = async (sql: string): Promise<unknown[]> => {
    const plan = await spark.sql(sql);
    await using result = await spark.execute(plan);
    const found: unknown[] = [];
    for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
      for (let row = 0; row < chunk.rows; row += 1) {
        found.push(chunk.columns.map((column) => String(column[row])));
      }
    }
    return found;
  };
  const queries = [
    "SELECT * FROM t WHERE long >= 7000 ORDER BY tail DESC LIMIT 3",
    "SELECT * FROM t WHERE long >= 7000 LIMIT 2",
    "SELECT a.text, b.tail FROM t a JOIN t b ON a.long = b.integer + 9000 WHERE a.long < 9 ORDER BY 1",
    "SELECT count(*), sum(long) FROM (SELECT * FROM t WHERE text > '000900') WHERE decimal < 70.5",
    "SELECT long, (SELECT max(wide) FROM t WHERE long < 3) FROM t WHERE long IN (5, 6) ORDER BY 1",
    "WITH c AS (SELECT * FROM t WHERE byte = -9) SELECT count(*) FROM c JOIN c d USING (long)",
    "SELECT date, count(*) FROM t WHERE long < 300 GROUP BY date ORDER BY 1",
    "SELECT long FROM t WHERE long > 7000 EXCEPT SELECT long FROM t WHERE long < 8190",
    "SELECT long, row_number() OVER (ORDER BY tail) FROM t WHERE long > 8180 ORDER BY 1",
    "SELECT count(*) FROM t WHERE gaps > 2000 AND gaps < 4000 AND rand() >= 0",
  ];
  for (const sql of queries) {
    const of = (path: string): string =>
      sql.replaceAll(/\bt\b(?= (WHERE|a|b))/g, `parquet.\`${path}\``);
    cache = openCache({ folder: join(directory, `cache-${copies++}`), smallBytes: 0 });
    traffic.bytes = 0;
    expect(await rowsOf(of(`far:${file.path}`)), sql).toEqual(await rowsOf(of(file.path)));
    expect(traffic.bytes, sql).toBeLessThan(file.size * 0.6);
    await cache[Symbol.asyncDispose]();
  }
});

describe("where the engine looks at what was left out all the same", () => {
  /** A store that once opens files without any chunk. */
  function forgetful(): { store: Store; opened: () => number } {
    const cache = openCache({ folder: join(directory, `cache-${copies++}`), smallBytes: 0 });
    const real = remoteStore(localStore(), cache, { requests: 0, bytes: 0 });
    let opened = 0;
    const open: Store["open"] = async (path, { part, ...options } = {}) => {
      opened += 1;
      const first = opened === 1;
      return await real.open(path, {
        ...options,
        part: async (one) => {
          const wanted = await part?.(one);
          return first ? await footerPart(one) : wanted;
        },
      });
    };
    return { store: { ...real, scheme: "far", open }, opened: () => opened };
  }
  const far = (store: Store): InputFile => ({ ...file, store, immutable: true });

  test("the files are opened again with all row groups", async () => {
    const wanted: Wanted[] = [{ column: "long", name: "<", value: 3000n }];
    const { store, opened } = forgetful();
    const found = await read(filtered(far(store), wanted));
    expect(found).toEqual(await read(filtered(file, wanted)));
    expect(opened()).toBe(2);
  });

  test("a result that is kept, too", async () => {
    const wanted: Wanted[] = [{ column: "long", name: "<", value: 3000n }];
    const { store, opened } = forgetful();
    const kept = await engine.cache(filtered(far(store), wanted), context);
    expect(kept.rows).toBe(3000);
    expect(opened()).toBe(2);
    await kept[Symbol.asyncDispose]();
  });

  test("it is an error where nothing was left out", async () => {
    const { store } = forgetful();
    const wanted: Wanted[] = [{ column: "long", name: ">=", value: 0n }];
    const failed = read(filtered(far(store), wanted));
    await expect(failed).rejects.toMatchObject({
      code: expect.stringMatching(/^FAILED_READ_FILE/),
    });
  });
});
