import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bronze, gold, type Places, silver, tables } from "../../examples/flights/pipeline.ts";
import { DeltaTable, isError, type Row } from "../../src/index.ts";
import { rowTexts, sorted } from "./canonical.ts";
import { openPlace, type Place } from "./session.ts";
import { noReaders, noSpark, theReaders, theSpark } from "./system.ts";

const absent = noSpark ?? noReaders;
let place: Place;
let places: Places;
const paths = { bronze: "", silver: "", gold: "" };
const layers = ["bronze", "silver", "gold"] as const;

beforeAll(async () => {
  place = await openPlace();
  places = { landing: place.path("landing"), checkpoints: place.path("checkpoints") };
  await mkdir(places.landing);
  for (let file = 0; file < 12; file++) await land(file, {});
  await run();
  // A producer that has learned a field: bronze stops once, and goes on with it.
  await land(12, { aircraft: "N1" });
  await expect(run()).rejects.toSatisfy((thrown: Error) =>
    isError(thrown.cause, "UNKNOWN_FIELD_EXCEPTION"),
  );
  await run();
  for (const layer of layers) {
    const [detail] = await DeltaTable.forName(place.spark, tables[layer]).detail().collect();
    paths[layer] = String(detail?.["location"]).replace(/^file:(\/\/)?/, "");
  }
});
afterAll(() => place[Symbol.asyncDispose]());

/** A file of flights, with lines cut short, values of a wrong type and flights told twice. */
async function land(file: number, more: object): Promise<void> {
  const lines = Array.from({ length: 60 }, (_, index) => {
    const at = new Date(Date.UTC(2001, 0, 1 + file, index % 24, index)).toISOString().slice(0, 19);
    const flight = { date: at, delay: ((file * 7 + index) % 90) - 20, distance: 100 + index };
    const text = JSON.stringify({ ...flight, origin: `O${index % 4}`, destination: "D", ...more });
    if (index === 17) return text.slice(0, 30);
    return index === 19 ? text.replace(/"delay":-?\d+/, '"delay":"late"') : text;
  });
  lines.push(lines[0]!);
  await writeFile(
    join(places.landing, `flights-${String(file).padStart(2, "0")}.json`),
    lines.join("\n"),
  );
}

/** Each layer to the end of what there is. */
async function run(): Promise<void> {
  // The example names the package, whose types are those of the build: here it is the source.
  const spark = place.spark as unknown as Parameters<typeof bronze>[0];
  for (const layer of [bronze, silver, gold]) {
    await (await layer(spark, places)).awaitTermination();
  }
}

async function ours(layer: keyof typeof paths): Promise<readonly Row[]> {
  return place.read(paths[layer]);
}

/** All three systems read the same rows; they are answered. */
async function agreed(layer: keyof typeof paths): Promise<string[]> {
  const rows = rowTexts(await ours(layer));
  expect(sorted((await theSpark.read(paths[layer])).rows)).toEqual(rows);
  expect(sorted((await theReaders.read(paths[layer])).rows)).toEqual(rows);
  return rows;
}

describe.skipIf(absent)("the pipeline of the example", () => {
  test.for(layers)("%s has the same rows and history for everybody", async (layer) => {
    expect((await agreed(layer)).length).toBeGreaterThan(20);
    const own = await place.history(paths[layer]);
    const theirs = await theSpark.sql(`DESCRIBE HISTORY delta.\`${paths[layer]}\``);
    expect(sorted(theirs.rows)).toEqual(rowTexts(own));
    const rows = (await theReaders.history(paths[layer])).map((commit) => [
      commit["version"],
      commit["operation"],
      (commit["operationMetrics"] as Record<string, string> | undefined)?.["numOutputRows"],
      commit["isBlindAppend"],
    ]);
    expect(rows).toEqual(
      own.map((row) => [
        Number(row["version"]),
        row["operation"],
        (row["operationMetrics"] as ReadonlyMap<string, string> | null)?.get("numOutputRows"),
        row["isBlindAppend"],
      ]),
    );
  });

  test("bronze kept what could not be read", async () => {
    const rows = await ours("bronze");
    expect(rows.filter((row) => row["_corrupt_record"] !== null)).toHaveLength(13);
    expect(rows.filter((row) => row["_rescued_data"] !== null).length).toBeGreaterThanOrEqual(13);
    expect(rows.filter((row) => row["aircraft"] === "N1")).toHaveLength(60);
  });

  test("both append to bronze; silver and gold go on with exactly those rows", async () => {
    const before = await agreed("silver");
    await theSpark.python(
      `frame = spark.read.format("delta").load(given).limit(1)
flights = spark.sql("SELECT '2001-01-13T10:00:00' AS date, cast(id AS INT) AS delay, 5 AS distance, 'SPARK' AS origin FROM range(3)")
flights.write.format("delta").mode("append").save(given)`,
      paths.bronze,
    );
    await theReaders.append(paths.bronze, [
      { date: "2001-01-13T11:00:00", delay: 40, distance: 6, origin: "RUST" },
      { date: "2001-01-13T11:00:00", delay: 40, distance: 6, origin: "RUST" },
    ]);
    await agreed("bronze");
    await run();
    const after = await agreed("silver");
    const flight = (time: string, delay: number, distance: number, origin: string): string =>
      JSON.stringify({
        date: `2001-01-13T${time}.000000Z`,
        ...{ delay, distance, origin, destination: null },
      });
    const added = [0, 1, 2].map((delay) => flight("10:00:00", delay, 5, "SPARK"));
    added.push(flight("11:00:00", 40, 6, "RUST"));
    expect(after).toEqual([...before, ...added].sort());

    const gold = await agreed("gold");
    const expected = await theSpark.sql(`SELECT hour(date) AS hour, origin, count(*) AS flights,
      round(avg(delay), 1) AS delay FROM delta.\`${paths.silver}\` GROUP BY ALL`);
    expect(gold).toEqual(sorted(expected.rows));
  });

  test("both append to silver and gold; gold is made anew from all of silver", async () => {
    for (const layer of ["silver", "gold"] as const) {
      await theSpark.python(
        `spark.read.format("delta").load(given).limit(2).write.format("delta").mode("append").save(given)`,
        paths[layer],
      );
      await theReaders.repeat(paths[layer]);
      await agreed(layer);
    }
    await theReaders.append(paths.silver, [{ date: null, delay: 1, distance: 1, origin: "RUST" }]);
    await run();
    const expected = await theSpark.sql(`SELECT hour(date) AS hour, origin, count(*) AS flights,
      round(avg(delay), 1) AS delay FROM delta.\`${paths.silver}\` GROUP BY ALL`);
    expect(await agreed("gold")).toEqual(sorted(expected.rows));
  });

  test("the checkpoints hold every batch", async () => {
    for (const layer of layers) {
      const names = await readdir(join(places.checkpoints, layer, "commits"));
      const ids = names.filter((name) => /^\d+$/.test(name)).map(Number);
      expect(ids.sort((a, b) => a - b)).toEqual(ids.map((_, index) => index));
    }
  });
});
