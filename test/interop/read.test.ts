import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaJson } from "../../src/schema/json.ts";
import { rowTexts, sorted } from "./canonical.ts";
import { openPlace, type Place } from "./session.ts";
import { noReaders, noSpark, theReaders, theSpark } from "./system.ts";
import { tables } from "./table.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

/** Columns that were found to hold an edge value in files that Spark would not open for it. */
const skippedWrongly = `
frame = spark.read.format("delta").load(given)
plain = [f for f in frame.schema.fields if f.dataType.typeName() not in ("struct", "array", "map", "binary")]
def column(field): return F.col("\`" + field.name + "\`")
edges = frame.agg(*[of(column(f)).cast("string") for f in plain for of in (F.min, F.max)]).first()
tests = []
for i, field in enumerate(plain):
    tests.append((field.name, column(field).isNull()))
    for edge in edges[2 * i : 2 * i + 2]:
        if edge is not None: tests.append((field.name, column(field) == F.lit(edge).cast(field.dataType)))
file = F.col("_metadata.file_name")
holders = frame.agg(*[F.collect_set(F.when(test, file)) for _, test in tests]).first()
def opened(test): return set(path.rsplit("/")[-1] for path in frame.filter(test).inputFiles())
result = [name for (name, test), files in zip(tests, holders) if files and not set(files) <= opened(test)]
`;

async function spark(path: string, version?: number): Promise<string[]> {
  const options = version === undefined ? {} : { versionAsOf: String(version) };
  return sorted((await theSpark.read(path, options)).rows);
}

async function ours(path: string, version?: number): Promise<string[]> {
  return rowTexts(
    await place.read(path, version === undefined ? {} : { versionAsOf: String(version) }),
  );
}

/** A copy of our source and sink of a query that has read all there is of a table. */
async function follow(path: string): Promise<string> {
  const query = await place.spark.readStream
    .format("delta")
    .load(path)
    .writeStream.option("checkpointLocation", `${path}-checkpoint`)
    .trigger({ availableNow: true })
    .start(`${path}-sink`);
  await query.awaitTermination();
  return `${path}-sink`;
}

/** The tables whose statistics are of many types. */
const typed = new Set([
  "every primitive type",
  "partitioned by every type",
  "decimals",
  "days and instants far away",
  "timestamps without a zone",
]);

describe.for(Object.keys(tables))("a table of ours: %s", (name) => {
  let path: string;
  beforeAll(async () => {
    path = place.path(name);
    await tables[name]!(place.spark, path);
  });

  test.skipIf(noSpark)("Spark reads its rows, schema and history, at each version", async () => {
    const read = await theSpark.read(path);
    expect(sorted(read.rows)).toEqual(await ours(path));
    const schema = await place.spark.read.format("delta").load(path).schema();
    expect(read.schema).toEqual(JSON.parse(schemaJson(schema)));
    const history = await theSpark.sql(`DESCRIBE HISTORY delta.\`${path}\``);
    const own = await place.history(path);
    expect(sorted(history.rows)).toEqual(rowTexts(own));
    for (let version = 0; version < Math.min(own.length - 1, 3); version++) {
      expect(await spark(path, version), `version ${version}`).toEqual(await ours(path, version));
    }
  });

  if (typed.has(name)) {
    test.skipIf(noSpark)("Spark skips no file wrongly by our statistics", async () => {
      expect(await theSpark.python(skippedWrongly, path)).toEqual([]);
    });
  }

  test.skipIf(noReaders)("delta-rs reads its rows and history", async () => {
    expect(sorted((await theReaders.read(path)).rows)).toEqual(await ours(path));
    const history = await theReaders.history(path);
    const own = await place.history(path);
    expect(history.map(({ version, operation }) => [version, operation])).toEqual(
      own.map((row) => [Number(row["version"]), row["operation"]]),
    );
  });

  test.skipIf(noReaders)("DuckDB reads its rows", async () => {
    expect(sorted((await theReaders.duckdb(path)).rows)).toEqual(await ours(path));
  });

  test.skipIf(noSpark ?? noReaders)("both append; our stream goes on with those rows", async () => {
    const before = await ours(path);
    const sink = await follow(path);
    expect(await ours(sink)).toEqual(before);
    await theReaders.repeat(path);
    const afterOne = [...before, ...before].sort();
    expect(await ours(path)).toEqual(afterOne);
    await theSpark.python(
      `spark.read.format("delta").load(given).write.format("delta").mode("append").save(given)`,
      path,
    );
    const afterBoth = [...afterOne, ...afterOne].sort();
    expect(await ours(path)).toEqual(afterBoth);
    await follow(path);
    expect(await ours(sink)).toEqual(afterBoth);
    expect(await spark(sink)).toEqual(afterBoth);
    expect(sorted((await theReaders.read(sink)).rows)).toEqual(afterBoth);
  });
});

test.skipIf(noSpark ?? noReaders)("they read from our checkpoint alone", async () => {
  const path = place.path("a checkpoint alone");
  await tables["thirteen commits and a checkpoint"]!(place.spark, path);
  const copy = place.path("a copy of it");
  await cp(path, copy, { recursive: true });
  const log = join(copy, "_delta_log");
  const early = (await readdir(log)).filter(
    (file) => /^\d{20}\.json$/.test(file) && file < "00000000000000000010.json",
  );
  for (const file of early) await rm(join(log, file));
  expect(early).toHaveLength(10);
  expect(await spark(copy)).toEqual(await ours(path));
  expect(sorted((await theReaders.read(copy)).rows)).toEqual(await ours(path));
});

test.skipIf(noSpark)("what Spark changes in a table of ours is read here", async () => {
  const path = place.path("changed");
  const rows = place.spark.range(100).selectExpr("id", "id % 5 AS p", "cast(id AS STRING) AS s");
  await rows.write.format("delta").partitionBy("p").save(path);
  const table = `delta.\`${path}\``;
  for (const change of [
    `UPDATE ${table} SET s = 'changed' WHERE id < 10`,
    `DELETE FROM ${table} WHERE id % 7 = 0`,
    `MERGE INTO ${table} t USING (SELECT explode(sequence(90L, 110L)) AS id) u ON t.id = u.id
      WHEN MATCHED THEN UPDATE SET s = 'merged' WHEN NOT MATCHED THEN INSERT (id, p, s) VALUES (u.id, 9, 'new')`,
    `OPTIMIZE ${table}`,
  ]) {
    await theSpark.sql(change);
    expect(await ours(path), change).toEqual(await spark(path));
  }
  await place.spark
    .range(500, 505)
    .selectExpr("id", "1L AS p", "'late' AS s")
    .write.format("delta")
    .mode("append")
    .save(path);
  expect(await spark(path)).toEqual(await ours(path));
});

test.skipIf(noReaders)("delta-rs and we append at the same time, and nothing is lost", async () => {
  const path = place.path("shared");
  const append = (id: number): Promise<void> =>
    place.spark
      .range(id, id + 1)
      .write.format("delta")
      .mode("append")
      .save(path);
  await append(0);
  const ids = Array.from({ length: 20 }, (_, index) => index + 1);
  const own = async (): Promise<void> => {
    for (const id of ids) await append(id);
  };
  const theirs = async (): Promise<void> => {
    for (const id of ids) await theReaders.append(path, [{ id: 1000 + id }]);
  };
  await Promise.all([own(), theirs()]);
  const expected = [0, ...ids, ...ids.map((id) => 1000 + id)].map((id) => JSON.stringify({ id }));
  expect(await ours(path)).toEqual(expected.sort());
  expect(sorted((await theReaders.read(path)).rows)).toEqual(expected);
  expect((await place.history(path)).map((row) => Number(row["version"]))).toEqual(
    Array.from({ length: 41 }, (_, index) => 40 - index),
  );
});
