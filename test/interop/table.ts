import {
  CalendarDate,
  type DataFrame,
  Decimal,
  LocalTimestamp,
  type SparkSession,
  Timestamp,
} from "../../src/index.ts";

/** A Delta table of ours that other systems are to read: makes it at a path. */
export type MakeTable = (spark: SparkSession, path: string) => Promise<void>;

type InputRows = readonly (readonly unknown[])[];

const noon = new Timestamp(1_700_000_000_123_456n);
const noonNtz = new LocalTimestamp(1_700_000_000_654_321n);
const long = "x".repeat(40);

async function append(
  frame: DataFrame,
  path: string,
  how: { by?: readonly string[]; options?: Readonly<Record<string, string>>; mode?: string } = {},
): Promise<void> {
  await frame.write
    .format("delta")
    .mode(how.mode ?? "append")
    .partitionBy(...(how.by ?? []))
    .options(how.options ?? {})
    .save(path);
}

const primitives =
  "id LONG, bo BOOLEAN, by BYTE, sh SHORT, i INT, f FLOAT, d DOUBLE, s STRING, bi BINARY, dt DATE, ts TIMESTAMP";
const primitiveRows: InputRows = [
  [1n, true, 127, 32767, 2147483647, 1.5, 2.25, "ö 𝄞 '\"\\", bytes(0, 255), day(20000), noon],
  [2n, false, -128, -32768, -2147483648, -0.0, -0.0, "", bytes(), day(-1), new Timestamp(-1n)],
  [9223372036854775807n, null, 0, 0, 0, Infinity, -Infinity, long, bytes(1), day(0), noon],
  [-9223372036854775808n, true, 1, 1, 1, NaN, NaN, `${long}𝄞`, null, null, null],
  [null, null, null, null, null, null, null, null, null, null, null],
];

const partitions =
  "bo BOOLEAN, by BYTE, sh SHORT, i INT, l LONG, f FLOAT, d DOUBLE, de DECIMAL(10,2), s STRING, dt DATE, ts TIMESTAMP";
const partitionRows: InputRows = [
  [1n, true, 1, 2, 3, 4n, 1.5, 2.5, cents(-500n), "a=b/c %20 ü:'", day(19000), noon],
  [2n, false, -1, -2, -3, -4n, -1.5, 1e30, cents(5n), "plain", day(-300), new Timestamp(0n)],
  [3n, null, null, null, null, null, null, null, null, null, null, null],
];

const nested = `id LONG, a ARRAY<INT>, st STRUCT<x: INT, y: STRUCT<z: STRING, w: ARRAY<DOUBLE>>>,
  m MAP<STRING, LONG>, am ARRAY<STRUCT<k: STRING, v: MAP<INT, DECIMAL(5,1)>>>`;
const nestedRows: InputRows = [
  [
    1n,
    [1, null, 3],
    { x: 1, y: { z: "deep", w: [0.5, null] } },
    new Map([["one", 1n]]),
    [{ k: "k", v: new Map([[7, new Decimal(-15n, 1)]]) }, null],
  ],
  [2n, [], { x: null, y: { z: null, w: [] } }, new Map([["none", null]]), []],
  [3n, null, { x: 2, y: null }, new Map(), [{ k: null, v: null }]],
  [4n, null, null, null, null],
];

export const tables: Readonly<Record<string, MakeTable>> = {
  "every primitive type": (spark, path) =>
    append(spark.createDataFrame(primitiveRows, primitives), path),

  "partitioned by every type": (spark, path) =>
    append(spark.createDataFrame(partitionRows, `id LONG, ${partitions}`), path, {
      by: partitions.split(", ").map((column) => column.split(" ")[0]!),
    }),

  "nested types": (spark, path) => append(spark.createDataFrame(nestedRows, nested), path),

  decimals: (spark, path) =>
    append(
      spark.createDataFrame(
        [
          [new Decimal(-99n, 1), new Decimal(123456789012345678n, 9), wide(1n, 0), wide(7n, 18)],
          [new Decimal(0n, 1), new Decimal(-1n, 9), wide(-1n, 0), wide(-7n, 18)],
          [null, null, null, null],
        ],
        "a DECIMAL(2,1), b DECIMAL(18,9), c DECIMAL(38,0), e DECIMAL(38,18)",
      ),
      path,
    ),

  "days and instants far away": (spark, path) =>
    append(
      spark.createDataFrame(
        [
          [day(-719162), new Timestamp(-62135596800000000n)],
          [day(2932896), new Timestamp(253402300799999999n)],
          [day(-141428), new Timestamp(-12219292800000001n)],
          [day(-141427), new Timestamp(-2208988800000001n)],
        ],
        "dt DATE, ts TIMESTAMP",
      ),
      path,
    ),

  "timestamps without a zone": (spark, path) =>
    append(
      spark.createDataFrame(
        [
          [1n, noonNtz, noonNtz],
          [2n, new LocalTimestamp(-1n), null],
          [3n, null, new LocalTimestamp(0n)],
        ],
        "id LONG, at TIMESTAMP_NTZ, p TIMESTAMP_NTZ",
      ),
      path,
      { by: ["p"] },
    ),

  "names of columns": (spark, path) =>
    append(
      spark.createDataFrame(
        [[1, "a", { "in.side": 2 }]],
        "`a.b` INT, Größe STRING, S STRUCT<`in.side`: INT>",
      ),
      path,
    ),

  "a path with odd characters ü & +": (spark, path) => append(spark.range(5), path),

  "thirteen commits and a checkpoint": async (spark, path) => {
    for (let commit = 0; commit < 13; commit++) {
      const frame = spark.range(commit * 10, commit * 10 + 10);
      const wide = frame.selectExpr(
        "id",
        "id % 3 AS p",
        "named_struct('t', cast(id AS STRING)) AS s",
      );
      await append(wide, path, { by: ["p"] });
    }
  },

  "overwritten, with another schema": async (spark, path) => {
    await append(spark.range(10), path);
    await append(spark.range(3), path, { mode: "overwrite" });
    const other = spark.range(4).selectExpr("cast(id AS STRING) AS text", "id % 2 AS p");
    const options = { overwriteSchema: "true" };
    await append(other, path, { mode: "overwrite", options, by: ["p"] });
  },

  "replaceWhere and dynamic partitions": async (spark, path) => {
    const frame = spark.range(20).selectExpr("id", "id % 4 AS p");
    await append(frame, path, { by: ["p"] });
    const replaced = spark.range(100, 102).selectExpr("id", "2L AS p");
    await append(replaced, path, { mode: "overwrite", options: { replaceWhere: "p = 2" } });
    const dynamic = spark.range(200, 203).selectExpr("id", "3L AS p");
    const options = { partitionOverwriteMode: "dynamic" };
    await append(dynamic, path, { mode: "overwrite", options });
  },

  evolved: async (spark, path) => {
    await append(spark.createDataFrame([[1, { a: 1 }]], "id INT, s STRUCT<a: INT>"), path);
    const wider = spark.createDataFrame(
      [[2, { a: 2, b: "two" }, "new", 2.5]],
      "id INT, s STRUCT<a: INT, b: STRING>, t STRING, d DOUBLE",
    );
    await append(wider, path, { options: { mergeSchema: "true" } });
    await append(spark.createDataFrame([[3]], "id INT"), path);
  },

  "made by SQL": async (spark, path) => {
    await spark.sql(`CREATE TABLE made_by_sql (
      id LONG NOT NULL COMMENT 'the key', s STRING, day DATE
    ) USING delta PARTITIONED BY (day) LOCATION '${path}' COMMENT 'a table'
    TBLPROPERTIES ('delta.appendOnly' = 'true')`);
    await spark.sql(`INSERT INTO delta.\`${path}\` VALUES
      (1, 'one', DATE'2026-01-01'), (2, NULL, DATE'2026-01-02'), (3, 'three', NULL)`);
  },

  empty: (spark, path) => append(spark.range(0).selectExpr("id", "'x' AS s"), path),
};

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

function day(days: number): CalendarDate {
  return new CalendarDate(days);
}

function cents(unscaled: bigint): Decimal {
  return new Decimal(unscaled, 2);
}

/** A decimal of 38 digits. */
function wide(times: bigint, scale: number): Decimal {
  return new Decimal(times * 12345678901234567890123456789012345678n, scale);
}
