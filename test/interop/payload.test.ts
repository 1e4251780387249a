import { afterAll, beforeAll, expect, test } from "vitest";
import { isError } from "../../src/error/error.ts";
import { formatDataType } from "../../src/schema/ddl.ts";
import { rowTexts, sorted } from "./canonical.ts";
import { openPlace, type Place } from "./session.ts";
import { noSpark, theSpark } from "./system.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

const values = `SELECT id, CAST(id AS INT) i, id % 2 = 0 t, CAST(id / 3 AS FLOAT) f, id / 7D d,
  IF(id % 5 = 0, NULL, concat('é', id)) s, CAST(id AS BINARY) b, CAST(id * 1.25 AS DECIMAL(20, 2)) n,
  date_add(DATE'1999-12-25', CAST(id AS INT)) y, timestamp_micros(id * 1234567891) m,
  CAST('2020-01-01 00:00:00' AS TIMESTAMP_NTZ) z, array(id, NULL, -id) a,
  map(concat('k', id), id) p, named_struct('x', id, 'y', array(named_struct('z', 'w'))) r,
  IF(id % 3 = 0, NULL, named_struct('q', id)) q
  FROM range(40)`;
const names = "id i t f d s b n y m z a p r q".split(" ");

const nested = `{"type":"record","name":"n","fields":[{"name":"u","type":["int","string","null"]},
  {"name":"e","type":{"type":"enum","name":"c","symbols":["A","B"]}},
  {"name":"l","type":{"type":"array","items":["null","n"]}}]}`;
const lone =
  '{"type":"record","name":"r","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}]}';
const wider = lone.replace('"int"', '["null","double"]').replace('"b"', '"c","aliases":["b"]');

const texts = [
  ...names.map((name) => `SELECT id, hex(to_avro(${name})) v FROM (${values})`),
  `SELECT id, hex(to_avro(struct(*))) v FROM (${values.replace(/map\(.*\) p, /, "")})`,
  ...[
    "00020002",
    "0202410000",
    "0202E282AC020102000402000000",
    "040002040200020000",
    "0600",
    "FF",
  ].map(
    (hex) => `SELECT from_avro(X'${hex}', '${nested}', map('recursiveFieldMaxDepth', '2',
      'mode', 'PERMISSIVE')) v`,
  ),
  ...["0A0278", "0A", "0A02", "0A03", "8080808080800A0278", "0A02FF"].flatMap((hex) =>
    ["", `, 'avroSchema', '${wider}'`].map(
      (more) => `SELECT from_avro(X'${hex}', '${lone}', map('mode', 'PERMISSIVE'${more})) v`,
    ),
  ),
  ...['"boolean"', '"int"', '"long"', '"float"', '"double"', '"bytes"', '"string"'].flatMap(
    (type) =>
      ["", "00", "01", "02", "0261", "FFFFFFFF0F", "FFFFFFFFFFFFFFFFFF01", "0000803F0000F03F"].map(
        (hex) => `SELECT from_avro(X'${hex}', '${type}', map('mode', 'PERMISSIVE')) v`,
      ),
  ),
  `SELECT schema_of_avro('${nested}', map('recursiveFieldMaxDepth', '3')) v`,
];

async function ours(text: string): Promise<unknown> {
  try {
    const frame = await place.spark.sql(text);
    const type = formatDataType(await frame.schema());
    return { type, rows: rowTexts(await frame.collect()) };
  } catch (thrown) {
    if (isError(thrown)) return { error: thrown.code };
    throw thrown;
  }
}

test.skipIf(noSpark)(
  "messages of Avro are what Spark makes of them",
  { timeout: 240_000 },
  async () => {
    const answers = await theSpark.each(texts);
    const found: unknown[] = [];
    for (const [at, text] of texts.entries()) {
      const spark = answers[at]!;
      const mine = await ours(text);
      const its = "rows" in spark ? { type: spark.type, rows: sorted(spark.rows) } : spark;
      if (JSON.stringify(mine) !== JSON.stringify(its)) found.push({ text, mine, its });
    }
    expect(found).toEqual([]);
  },
);
