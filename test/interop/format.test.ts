import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPlace, type Place } from "./session.ts";
import { noSpark, theSpark } from "./system.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

/** Rows of every type that a format holds, nulls among them. */
const rows: Readonly<Record<string, string>> = {
  avro: `SELECT id, CAST(id % 100 AS TINYINT) b, CAST(id / 3 AS FLOAT) f, id / 7D d, id % 2 = 0 t,
      IF(id % 3 = 0, NULL, CONCAT('text number ', id)) s, CAST(CONCAT('b', id) AS BINARY) bin,
      DATE '1500-03-01' + CAST(id * 1000 AS INT) dt,
      TIMESTAMP '1800-01-01 00:00:00.123456' + MAKE_INTERVAL(id) ts,
      TIMESTAMP_NTZ '2020-01-01 00:00:00.5' n, CAST(id * -1.25 AS DECIMAL(20, 2)) dec,
      ARRAY(id, NULL) a, MAP(CONCAT('k', id), id) m,
      IF(id % 5 = 0, NULL, NAMED_STRUCT('x', id, 'y', NAMED_STRUCT('z', ARRAY(id)))) st,
      MAKE_YM_INTERVAL(1, CAST(id AS INT)) ym, MAKE_DT_INTERVAL(CAST(id AS INT)) dtm
    FROM RANGE(3000)`,
  xml: `SELECT id AS _id, IF(id % 3 = 0, NULL, CONCAT('<t> & "', id, '"')) s, id / 7D d, id % 2 = 0 t,
      DATE '2020-01-01' + CAST(id AS INT) dt, TIMESTAMP '2020-01-01 00:00:00.123' ts,
      CAST(id * -1.25 AS DECIMAL(20, 2)) dec, ARRAY(id, id + 1) a,
      NAMED_STRUCT('_k', id, '_VALUE', CONCAT('v', id), 'y', NAMED_STRUCT('z', id)) st
    FROM RANGE(300)`,
};

const json = (columns: string): string =>
  `to_json(struct(${columns}), map('ignoreNullFields', 'false')) AS row`;
const shown: Readonly<Record<string, string>> = {
  avro: json(
    "id, b, f, d, t, s, bin, dt, ts, n, dec, a, m, st, CAST(ym AS STRING) ym, CAST(dtm AS STRING) dtm",
  ),
  xml: json("*"),
};

async function ours(format: string, path: string, schema: string): Promise<readonly string[]> {
  const reader = place.spark.read.format(format).option("rowTag", "r").schema(schema);
  const frame = reader.load(path).selectExpr(shown[format]!);
  return (await frame.collect()).map(({ row }) => String(row)).sort();
}

const sparkSchema = `
columns = spark.sql(given).schema.fields
result = ", ".join(f"{c.name} {c.dataType.simpleString()}" for c in columns)
`;
const sparkReads = `
frame = spark.read.format(given["format"]).option("rowTag", "r").schema(given["schema"])
rows = frame.load(given["path"]).selectExpr(given["shown"]).collect()
result = sorted(row[0] for row in rows)
`;
const sparkWrites = `
writer = spark.sql(given["rows"]).repartition(2).write.format(given["format"])
writer.option("rowTag", "r").option("compression", given["codec"]).save(given["path"])
`;

describe.skipIf(noSpark).each([
  ["avro", "snappy"],
  ["avro", "deflate"],
  ["avro", "zstandard"],
  ["xml", "gzip"],
])("%s in %s", (format, codec) => {
  test("Spark reads ours, and we read Spark's", async () => {
    const [own, other] = [place.path(`${format} ${codec}`), place.path(`${format} ${codec} s`)];
    const frame = await place.spark.sql(rows[format]!);
    await frame.write.format(format).options({ rowTag: "r", compression: codec }).save(own);
    // Avro has no smaller integers than INT, and Spark does not make them smaller.
    const asked = await theSpark.python<string>(sparkSchema, rows[format]);
    const schema = asked.replace("tinyint", "int");
    const read = { format, schema, shown: shown[format] };
    const written = await theSpark.python(sparkReads, { ...read, path: own });
    expect(written).toEqual(await ours(format, own, schema));
    await theSpark.python(sparkWrites, { format, codec, rows: rows[format], path: other });
    expect(await ours(format, other, schema)).toEqual(written);
    expect(await theSpark.python(sparkReads, { ...read, path: other })).toEqual(written);
  });
});
