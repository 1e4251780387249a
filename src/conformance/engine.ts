import type { Column, TypedExpression, TypedRelation } from "../analysis/typed.ts";
import type { CachedResult, Engine, ParquetTarget, QueryContext } from "../engine/engine.ts";
import { isError } from "../error/error.ts";
import type { InputFile } from "../plan/input.ts";
import * as types from "../schema/type.ts";
import { field, type StructType, struct } from "../schema/type.ts";
import { CalendarDate, Decimal, LocalTimestamp, Timestamp, type Value } from "../schema/value.ts";
import type { Harness } from "./harness.ts";

/** An engine to try, and an empty local folder for its files. */
export interface EngineSubject extends AsyncDisposable {
  readonly engine: Engine;
  readonly directory: string;
}

type Law = (subject: EngineSubject, assert: Harness["assert"]) => Promise<void>;

/** What any engine must do, one subject a test. */
export function engineSuite(harness: Harness, factory: () => Promise<EngineSubject>): void {
  for (const [name, law] of Object.entries(laws)) {
    harness.test(name, async () => {
      const subject = await factory();
      try {
        await law(subject, harness.assert);
      } finally {
        await subject[Symbol.asyncDispose]();
      }
    });
  }
}

const context: QueryContext = {
  timeZone: "Europe/Berlin",
  timestampMs: 1_700_000_000_000,
  seed: 7,
};

const everyType: StructType = struct([
  field("b", types.boolean),
  field("y", types.byte),
  field("s", types.short),
  field("i", types.integer),
  field("l", types.long),
  field("f", types.float),
  field("d", types.double),
  field("text", types.string),
  field("bytes", types.binary),
  field("day", types.date),
  field("at", types.timestamp),
  field("wall", types.timestampNtz),
  field("small", types.decimal(9, 2)),
  field("wide", types.decimal(38, 10)),
  field("list", types.array(types.array(types.integer))),
  field("map", types.map(types.string, struct([field("n", types.long)]))),
  field("st", struct([field("a", types.string), field("A b", types.date)])),
]);

const sample: readonly (readonly Value[])[] = [
  [
    true,
    -128,
    -32768,
    -2147483648,
    -(2n ** 63n),
    0.5,
    -0.1,
    "Grüße, 'you' 🚀",
    new Uint8Array([0, 255]),
    new CalendarDate(-719162),
    new Timestamp(-1n),
    new LocalTimestamp(1_700_000_000_123_456n),
    new Decimal(-12345n, 2),
    new Decimal(10n ** 37n, 10),
    [[1, null], null, []],
    new Map<string, Value>([
      ["k", { n: 9n }],
      ["z", null],
    ]),
    { a: "x", "A b": new CalendarDate(0) },
  ],
  everyType.fields.map(() => null),
];

let ids = 0;

function columnsOf(schema: StructType): Column[] {
  return schema.fields.map((one) => {
    ids += 1;
    return { ...one, id: ids };
  });
}

function rowsPlan(schema: StructType, rows: readonly (readonly Value[])[]): TypedRelation {
  return { kind: "input", input: { kind: "rows", schema, rows }, output: columnsOf(schema) };
}

function filesPlan(schema: StructType, files: readonly InputFile[]): TypedRelation {
  return { kind: "input", input: { kind: "parquet", schema, files }, output: columnsOf(schema) };
}

async function rowsOf(engine: Engine, plan: TypedRelation): Promise<Value[][]> {
  await using result = await engine.query(plan, context);
  const rows: Value[][] = [];
  for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row += 1) {
      rows.push(chunk.columns.map((column) => column[row] ?? null));
    }
  }
  return rows;
}

function target(
  directory: string,
  schema: StructType,
  partitionBy: readonly string[] = [],
): ParquetTarget {
  return { directory, schema, partitionBy, compression: "snappy", statistics: () => true };
}

async function written(
  subject: EngineSubject,
  plan: TypedRelation,
  to: ParquetTarget,
): Promise<InputFile[]> {
  const files = await subject.engine.writeParquet(plan, to, context);
  return files.map(({ path, size, partition }) => ({
    path,
    uri: `file://${path}`,
    size,
    modificationTime: 0,
    partition,
  }));
}

function reference(column: Column): TypedExpression {
  return { kind: "reference", ...column };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "no error";
  } catch (thrown) {
    return isError(thrown) ? thrown.code : String(thrown);
  }
}

const pair = struct([field("k", types.integer), field("v", types.string)]);

function numbered(count: number): TypedRelation {
  const rows = Array.from({ length: count }, (_, at) => [at % 10, `row ${at}`]);
  return rowsPlan(pair, rows);
}

const laws: Readonly<Record<string, Law>> = {
  "hands out values of every type as they came": async ({ engine }, assert) => {
    assert.deepEqual(await rowsOf(engine, rowsPlan(everyType, sample)), sample);
    const many = Array.from({ length: 600 }, (_, at) => sample[at % 2] ?? []);
    assert.deepEqual(await rowsOf(engine, rowsPlan(everyType, many)), many);
  },
  "reads back every type from the files it wrote": async (subject, assert) => {
    const files = await written(
      subject,
      rowsPlan(everyType, sample),
      target(subject.directory, everyType),
    );
    assert.equal(files.length, 1);
    assert.deepEqual(await rowsOf(subject.engine, filesPlan(everyType, files)), sample);
    const { schema, rows } = await subject.engine.parquetSchema({ path: files[0]?.path ?? "" });
    assert.equal(rows, 2);
    assert.deepEqual(schema, everyType);
  },
  "splits by partition values, null and empty apart": async (subject, assert) => {
    const schema = struct([
      field("p", types.string),
      field("day", types.date),
      field("v", types.long),
    ]);
    const day = new CalendarDate(1);
    const rows: Value[][] = [
      [null, day, 1n],
      ["", day, 2n],
      ["a/b", null, 3n],
      ["a/b", null, 4n],
    ];
    const to = target(subject.directory, schema, ["p", "day"]);
    const files = await written(subject, rowsPlan(schema, rows), to);
    const order = (a: Value[], b: Value[]): number => Number((a[2] as bigint) - (b[2] as bigint));
    assert.equal(files.length, 3);
    assert.deepEqual((await rowsOf(subject.engine, filesPlan(schema, files))).sort(order), rows);
  },
  "holds files to the number of records asked for": async (subject, assert) => {
    const to = { ...target(subject.directory, pair), maxRecordsPerFile: 400 };
    const files = await subject.engine.writeParquet(numbered(1000), to, context);
    assert.deepEqual(files.map((file) => file.rows).sort(), [200, 400, 400]);
  },
  "tells exact statistics of leaves, none where NaN is": async ({ engine, directory }, assert) => {
    const schema = struct([
      field("d", types.double),
      field("st", struct([field("x", types.string)])),
      field("at", types.timestamp),
    ]);
    const long = "x".repeat(100);
    const rows: Value[][] = [
      [Number.NaN, { x: long }, new Timestamp(5n)],
      [1, null, new Timestamp(-5n)],
    ];
    const [file] = await engine.writeParquet(
      rowsPlan(schema, rows),
      target(directory, schema),
      context,
    );
    assert.deepEqual(file?.leaves, [
      { path: ["d"], nullCount: 0 },
      { path: ["st", "x"], nullCount: 1, min: long, max: long },
      { path: ["at"], nullCount: 0, min: new Timestamp(-5n), max: new Timestamp(5n) },
    ]);
  },
  "writes no file for no row": async ({ engine, directory }, assert) => {
    for (const partitionBy of [[], ["k"]]) {
      const files = await engine.writeParquet(
        rowsPlan(pair, []),
        target(directory, pair, partitionBy),
        context,
      );
      assert.deepEqual(files, []);
    }
  },
  "finds columns by name whatever the case, absent ones null, and casts": async (
    subject,
    assert,
  ) => {
    const files = await written(
      subject,
      rowsPlan(pair, [[1, "a"]]),
      target(subject.directory, pair),
    );
    const asked = struct([
      field("V", types.string),
      field("absent", types.date),
      field("K", types.long),
    ]);
    assert.deepEqual(await rowsOf(subject.engine, filesPlan(asked, files)), [["a", null, 1n]]);
  },
  "reshapes nested members by name": async (subject, assert) => {
    const inner = struct([field("b", types.string), field("a", types.integer)]);
    const before = struct([field("l", types.array(inner))]);
    const files = await written(
      subject,
      rowsPlan(before, [[[{ b: "x", a: 1 }]]]),
      target(subject.directory, before),
    );
    const outer = struct([
      field("a", types.long),
      field("c", types.date),
      field("b", types.string),
    ]);
    const after = struct([field("l", types.array(outer))]);
    assert.deepEqual(await rowsOf(subject.engine, filesPlan(after, files)), [
      [[{ a: 1n, c: null, b: "x" }]],
    ]);
  },
  "keeps the first row of each key in input order": async (subject, assert) => {
    const plan = numbered(5000);
    const files = await written(subject, plan, {
      ...target(subject.directory, pair),
      maxRecordsPerFile: 700,
    });
    const read = [...files].reverse();
    const source = filesPlan(pair, read);
    const all = await rowsOf(subject.engine, source);
    const first = new Map<Value, Value[]>();
    for (const row of all) if (!first.has(row[0] ?? null)) first.set(row[0] ?? null, row);
    const [key] = source.kind === "input" ? source.output : [];
    const keys = [key?.id ?? 0];
    const found = await rowsOf(subject.engine, {
      kind: "deduplicate",
      input: source,
      keys,
      withinWatermark: false,
    });
    const sorted = (rows: Value[][]): Value[][] => rows.sort((a, b) => Number(a[0]) - Number(b[0]));
    assert.deepEqual(sorted(found), sorted([...first.values()]));
  },
  "keeps a result until it is released, and changes it in place": async ({ engine }, assert) => {
    const cached = await engine.cache(
      rowsPlan(pair, [
        [1, "a"],
        [null, "b"],
        [3, "c"],
      ]),
      context,
    );
    const marked = struct([...pair.fields, field("deleted", types.boolean)]);
    const rows: Value[][] = [
      [null, "B", false],
      [3, null, true],
      [4, "d", false],
    ];
    const changes = await engine.cache(rowsPlan(marked, rows), context);
    const after = await engine.apply({ cached, keys: 1, changes });
    assert.equal(after.rows, 3);
    assert.deepEqual((await rowsOf(engine, kept(after))).sort(), [
      [null, "B"],
      [1, "a"],
      [4, "d"],
    ]);
    await after[Symbol.asyncDispose]();
    assert.equal((await codeOf(rowsOf(engine, kept(after)))) !== "no error", true);
  },
  "lets rows of a kept result go by their time": async ({ engine }, assert) => {
    const timed = struct([field("id", types.integer), field("at", types.timestamp)]);
    const at = (id: number, micros: bigint): Value[] => [id, new Timestamp(micros)];
    const cached = await engine.cache(
      rowsPlan(timed, [at(1, 10n), at(2, 11n), [3, null], at(4, -5n)]),
      context,
    );
    const marked = struct([...timed.fields, field("deleted", types.boolean)]);
    const changes = await engine.cache(rowsPlan(marked, [[...at(5, 1n), false]]), context);
    const evict = { column: 1, atOrBefore: 10n };
    const after = await engine.apply({ cached, keys: 1, changes, evict, added: true });
    const ids = (await rowsOf(engine, kept(after))).map((row) => row[0]).sort();
    assert.deepEqual(ids, [2, 3, 5]);
  },
  "fails by Spark's code": async ({ engine }, assert) => {
    const plan = rowsPlan(pair, [[0, "x"]]);
    const [k, v] = plan.kind === "input" ? plan.output : [];
    const one: TypedExpression = {
      kind: "literal",
      value: 1,
      type: types.integer,
      nullable: false,
    };
    const project = (expression: TypedExpression): TypedRelation => ({
      kind: "project",
      input: plan,
      columns: [{ column: { ...(k as Column), id: 0, type: expression.type }, expression }],
    });
    const divide: TypedExpression = {
      kind: "call",
      name: "/",
      arguments: [
        { ...one, type: types.double },
        {
          kind: "cast",
          input: reference(k as Column),
          type: types.double,
          nullable: true,
          mode: "ansi",
        },
      ],
      type: types.double,
      nullable: true,
    };
    const cast: TypedExpression = {
      kind: "cast",
      input: reference(v as Column),
      type: types.integer,
      nullable: true,
      mode: "ansi",
    };
    assert.equal(await codeOf(rowsOf(engine, project(divide))), "DIVIDE_BY_ZERO");
    assert.equal(await codeOf(rowsOf(engine, project(cast))), "CAST_INVALID_INPUT");
    assert.deepEqual(await rowsOf(engine, project({ ...cast, mode: "try" })), [[null]]);
  },
  "names a damaged file": async ({ engine, directory }, assert) => {
    const { writeFile } = await import("node:fs/promises");
    const path = `${directory}/bad.parquet`;
    await writeFile(path, "PAR1 this is no Parquet file at all PAR0");
    const file = { path, uri: path, size: 40, modificationTime: 0, partition: {} };
    const code = await codeOf(rowsOf(engine, filesPlan(pair, [file])));
    assert.equal(code, "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER");
  },
  "stops when it is told to": async ({ engine }, assert) => {
    const signal = AbortSignal.abort();
    assert.equal(
      await codeOf(engine.query(numbered(1), { ...context, signal })),
      "OPERATION_CANCELED",
    );
  },
};

function kept(cached: CachedResult): TypedRelation {
  const { schema, name } = cached;
  return { kind: "input", input: { kind: "cached", schema, name }, output: columnsOf(schema) };
}
