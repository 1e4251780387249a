import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { replaceEnv } from "../../../../src/env.ts";
import { functions as F, SparkSession } from "../../../../src/index.ts";
import { createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";
import { type Place, places } from "../jdbc/place.ts";
import { write } from "./subject.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext } = broker as Started;

const texts = ["apache spark", "apache hadoop", "kafka and spark", "spark"];
const counts = { and: 1, apache: 2, hadoop: 1, kafka: 1, spark: 3 };

describe.skipIf("missing" in broker)("the word count of Spark's guide, from a topic", () => {
  let spark: SparkSession;
  let folder: string;
  let topic: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-words-"));
    spark = await SparkSession.builder().create();
    topic = await createTopic(plaintext, 2, { name: `words-${process.pid}` });
    await write({ servers: plaintext, topic, partitions: 2 }, texts);
  });
  afterAll(async () => {
    await spark.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function wordCounts() {
    const lines = spark.readStream
      .format("kafka")
      .option("kafka.bootstrap.servers", plaintext)
      .option("subscribe", topic)
      .option("startingOffsets", "earliest")
      .load()
      .selectExpr("CAST(value AS STRING)");
    const words = lines.select(F.explode(F.split(lines.col("value"), " ")).alias("word"));
    return words.groupBy("word").count();
  }

  test("to the console", async () => {
    let printed = "";
    const restore = replaceEnv({
      print: (line) => {
        printed += `${line}\n`;
      },
    });
    try {
      const query = await wordCounts()
        .writeStream.outputMode("complete")
        .format("console")
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
    } finally {
      restore();
    }
    const rows = [...printed.matchAll(/^\|\s*(\w+)\|\s*(\d+)\|$/gm)];
    const found = rows.map(([, word, count]) => [word!, Number(count)]);
    expect(Object.fromEntries(found)).toEqual(counts);
  });

  test("to another topic, each batch once", async () => {
    const target = await createTopic(plaintext, 2, { name: `counts-${process.pid}` });
    const start = () =>
      wordCounts()
        .selectExpr("word AS key", "CAST(count AS STRING) AS value")
        .writeStream.outputMode("update")
        .format("kafka")
        .option("kafka.bootstrap.servers", plaintext)
        .option("topic", target)
        .option("exactlyOnce", true)
        .option("checkpointLocation", join(folder, "counts"))
        .trigger({ availableNow: true })
        .start();
    await (await start()).awaitTermination();
    await (await start()).awaitTermination();
    const read = async () => {
      const rows = await spark.read
        .format("kafka")
        .option("kafka.bootstrap.servers", plaintext)
        .option("kafka.isolation.level", "read_committed")
        .option("subscribe", target)
        .load()
        .selectExpr("CAST(key AS STRING) AS word", "CAST(CAST(value AS STRING) AS INT) AS count")
        .collect();
      return rows.map((row) => `${row["word"]} ${row["count"]}`).sort();
    };
    const wanted = Object.entries(counts).map(([word, count]) => `${word} ${count}`);
    await expect.poll(read, { timeout: 60_000 }).toEqual(wanted);
  });

  test("to a database", async () => {
    let found = await places.SQLite();
    if ("missing" in found) found = await places.PostgreSQL();
    await using place = found as Place;
    const query = await wordCounts()
      .writeStream.outputMode("complete")
      .format("jdbc")
      .option("url", place.url)
      .option("dbtable", "word_counts")
      .option("checkpointLocation", join(folder, "database"))
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    const rows = await place.rows("SELECT word, count FROM word_counts");
    expect(Object.fromEntries(rows.map(([word, count]) => [word, Number(count)]))).toEqual(counts);
  });
});
