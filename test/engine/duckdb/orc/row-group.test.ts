import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { columnsPart, indexPart } from "../../../../src/engine/duckdb/orc/part.ts";
import { readOrcGroups } from "../../../../src/engine/duckdb/orc/row-group.ts";
import { replaceEnv } from "../../../../src/env.ts";
import { openLocal } from "../../../../src/execution/local/local.ts";
import type { StructType } from "../../../../src/schema/type.ts";
import type { Row, Value } from "../../../../src/schema/value.ts";
import { SparkSession } from "../../../../src/session/spark-session.ts";
import { openCache } from "../../../../src/storage/cache/cache.ts";
import { localStore } from "../../../../src/storage/local.ts";
import type { Part } from "../../../../src/storage/part.ts";
import type { Store } from "../../../../src/storage/store.ts";
import { formatUri } from "../../../../src/storage/uri.ts";
import { sharedPath } from "../../../shared.ts";
import { remoteStore } from "../../../storage/remote.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-orc-row-group-"));
let spark: SparkSession;
let back: () => void;
beforeAll(async () => {
  back = replaceEnv({ zone: () => "UTC" });
  const warehouse = join(folder, "warehouse");
  spark = await SparkSession.builder().config("spark.sql.warehouse.dir", warehouse).create();
});
afterAll(async () => {
  await spark.stop();
  back();
  await rm(folder, { recursive: true, force: true });
});

/** Numbers below `most` that the seed alone tells. */
function random(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

const rows = `SELECT id, CASE WHEN id % 7 = 0 THEN NULL ELSE CAST(id / 3 AS INT) END AS whole,
  CAST(id / 1000 AS TINYINT) AS tiny, id % 20000 < 10000 AS half,
  CASE WHEN id = 12345 THEN DOUBLE('NaN') WHEN id = 15 THEN -0.0D ELSE id / 8D END AS real,
  CAST(id AS FLOAT) / 4 AS single,
  CASE WHEN id > 9000 AND id < 20500 THEN NULL ELSE concat('nämé ', id % 50 + id DIV 5000) END AS name,
  concat(CASE WHEN id = 15000 THEN repeat('x', 1100) ELSE 'k' END, id) AS alone,
  CAST(concat('b', id * 31 % 9973) AS BINARY) AS bytes,
  CAST(id * 37 - 100000 AS DECIMAL(12, 0)) / 100 AS d, CAST(id AS DECIMAL(38, 4)) AS d38,
  date_add(DATE '1560-01-01', CAST(id AS INT)) AS day,
  TIMESTAMP '1969-12-31 21:00:00' + make_interval(0, 0, 0, 0, 0, 0, id) AS at,
  named_struct('x', id DIV 2, 'y', CASE WHEN id % 3 = 0 THEN NULL ELSE concat('y', id) END) AS pair,
  CASE WHEN id % 5 = 0 THEN NULL ELSE array(id, NULL) END AS list,
  map(id % 100, concat('v', id)) AS entries FROM range(21000)`;

const columns = ["id", "whole", "tiny", "half", "real", "single", "name", "alone", "bytes", "d"];
columns.push("d38", "day", "at", "pair.x", "pair.y");

/** A literal of the value that a column has in some row, or beside it. */
function literalOf(value: Value, type: string): string {
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString("hex")}'`;
  return `CAST('${String(value)}' AS ${type})`;
}

/** Conditions on a column, from what it has. */
function conditionsOf(column: string, [one, other]: readonly string[]): readonly string[] {
  return [
    `${column} = ${one}`,
    `${column} <=> ${one}`,
    `${column} IN (${one}, ${other})`,
    `${column} < ${one}`,
    `${column} >= ${one}`,
    `${column} BETWEEN ${one} AND ${other}`,
    `NOT (${column} = ${one})`,
    `${column} IS NULL`,
    `${column} IS NOT NULL AND ${column} > ${other}`,
  ];
}

/** Compares what comes of conditions with what comes where nothing is left out. */
async function check(path: string, names: readonly string[], below: (most: number) => number) {
  const frame = spark.read.orc(path);
  for (const column of names) {
    const types = await frame.selectExpr(`typeof(${column}) AS t`).limit(1).collect();
    const some = frame.selectExpr(`${column} AS v`).where("v IS NOT NULL AND rand() < 0.01");
    const found = await some.limit(50).collect();
    if (found.length === 0) continue;
    const literal = () => literalOf(found[below(found.length)]!["v"]!, String(types[0]!["t"]));
    const every = conditionsOf(column, [literal(), literal()]);
    for (const condition of [every[below(3)]!, every[3 + below(6)]!]) {
      const read = async (text: string) => {
        const sum = `sum(length(CAST(${column} AS STRING))) AS sum`;
        return await frame.where(text).selectExpr("count(*) AS n", sum).collect();
      };
      const whole = await read(`(${condition}) OR rand() > 2`);
      expect([condition, await read(condition)]).toEqual([condition, whole]);
    }
  }
}

function fileIn(path: string): string {
  return join(path, readdirSync(path).find((one) => one.endsWith(".orc"))!);
}

const blooms = "id,whole,tiny,real,single,name,alone,bytes,d,d38,day,at,pair";

describe.each(["none", "zstd"])("%s", (codec) => {
  const path = join(folder, codec);
  beforeAll(async () => {
    const writer = (await spark.sql(rows)).write.option("compression", codec);
    await writer.option("orc.bloom.filter.columns", blooms).orc(path);
  }, 60_000);

  test("conditions give the rows that they give without an index", async () => {
    await check(path, columns, random(codec.length));
  }, 60_000);

  test("bloom filters lack no value that is there, and most that are not", async () => {
    const names = columns.filter((name) => name !== "half").map((name) => name.split("."));
    const place = { path: fileIn(path), uri: path };
    const groups = (await readOrcGroups(place, { stripes: [0], columns: names })).flat();
    const all = (await spark.read.orc(path).collect()) as Row[];
    let [first, lacked] = [0, 0];
    for (const group of groups) {
      for (let at = first; at < first + group.rows; at += 503) {
        for (const name of names) {
          const value = valueAt(all[at]!, name);
          expect([name, value !== null && group.lacks(name, value)]).toEqual([name, false]);
        }
      }
      for (let i = 0; i < 100; i++) lacked += group.lacks(["id"], BigInt(2_000_000 + i)) ? 1 : 0;
      first += group.rows;
    }
    expect(lacked).toBeGreaterThan(groups.length * 90);
  }, 60_000);
});

function valueAt(row: Row, path: readonly string[]): Value {
  let value: Value = row as unknown as Value;
  for (const name of path) value = (value as Row | null)?.[name] ?? null;
  return value;
}

/** A copy with zeros for all that parts neither ask for nor look at. */
async function sparse(path: string, parts: readonly Part[]): Promise<string> {
  const whole = readFileSync(path);
  const out = Buffer.alloc(whole.length);
  const keep = (start: number, end: number): void => {
    whole.copy(out, start, start, end);
  };
  for (const part of parts) {
    const ranges = await part({
      size: whole.length,
      read: async (start, length) => {
        keep(start, start + length);
        return whole.subarray(start, start + length);
      },
    });
    for (const { start, end } of ranges!) keep(start, end);
  }
  const copy = join(folder, "sparse.orc");
  writeFileSync(copy, out);
  return copy;
}

test.each(["none", "zstd"])(
  "of a row group its bytes alone are read: %s",
  async (codec) => {
    const path = fileIn(join(folder, codec));
    const schema = (await spark.read.orc(path).schema()) as StructType;
    for (const [group, condition] of [
      [0, "id < 9000"],
      [1, "id BETWEEN 12000 AND 17000"],
      [2, "id = 20999"],
    ] as const) {
      const picks = [{ stripe: 0, groups: [group] }];
      const copy = await sparse(path, [
        indexPart({ stripes: [0], columns: [["id"]] }),
        columnsPart({ schema, stored: schema, picks }),
      ]);
      const read = (file: string) => spark.read.orc(file).where(condition).collect();
      expect(await read(copy)).toEqual(await read(path));
      const held = readFileSync(copy).filter((byte) => byte !== 0).length;
      const most = readFileSync(path).filter((byte) => byte !== 0).length;
      // Chunks of those that are compressed are longer than row groups of so few bytes.
      expect(held).toBeLessThan(codec === "none" ? most * 0.8 : most + 1);
    }
  },
  60_000,
);

test("of a remote file the row groups that a condition leaves are fetched, and no others", async () => {
  const path = fileIn(join(folder, "none"));
  const uri = (name: string): string => formatUri({ scheme: "far", authority: "", path: name });
  const { size } = statSync(path);
  for (const condition of ["id = 20999", "name = 'nämé 3'", "alone = 'k15001'", "pair.x = 6000"]) {
    const traffic = { requests: 0, bytes: 0 };
    const cache = openCache({ folder: mkdtempSync(join(folder, "cache-")), smallBytes: 0 });
    const open: Store["open"] = async (name, options) =>
      await remoteStore({ ...localStore(), uri }, cache, traffic).open(name, options);
    const far = { ...localStore(), uri, scheme: "far", open };
    await using remote = await openLocal({}, { stores: { far: async () => far } });
    const count = async (file: string): Promise<unknown> => {
      const text = `SELECT count(*), sum(id), max(alone) FROM orc.\`${file}\` WHERE ${condition}`;
      await using result = await remote.execute(await remote.sql(text));
      return (await result.next())?.columns.map((column) => String(column[0]));
    };
    expect([condition, await count(`far:${path}`)]).toEqual([condition, await count(path)]);
    expect([condition, traffic.bytes < size * 0.5]).toEqual([condition, true]);
    await cache[Symbol.asyncDispose]();
  }
}, 60_000);

const corpus = sharedPath("corpus/orc");
const indexed: readonly (readonly [string, readonly string[]])[] = [
  ["TestStringDictionary.testRowIndex.orc", ["str"]],
  ["bad_bloom_filter_1.6.11.orc", ["id", "name"]],
  ["orc_index_int_string.orc", ["_col0", "_col1"]],
  ["TestOrcFile.testSargSkipPickupGroupWithoutIndexJava.orc", ["x", "y"]],
  ["TestOrcFile.testSargSkipPickupGroupWithoutIndexCPlusPlus.orc", ["x", "y"]],
];

test.skipIf(corpus === undefined).each(indexed)(
  "so do files of other writers: %s",
  async (name, columnsOfIt) => {
    await check(join(corpus!, name), columnsOfIt, random(name.length));
  },
  60_000,
);
