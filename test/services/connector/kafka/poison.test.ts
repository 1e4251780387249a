import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  type Column,
  type DataFrame,
  functions as F,
  SparkSession,
} from "../../../../src/index.ts";
import { useRegistry } from "../../../engine/duckdb/payload/registry-server.ts";
import { fileBytes, samplePath } from "../../../schema/protobuf/sample.ts";
import { createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";
import { write } from "./subject.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext } = broker as Started;
const registry = useRegistry();

const avro = `{"type":"record","name":"r","fields":[{"name":"id","type":"int"},
  {"name":"note","type":"string"}]}`;
const none = Buffer.alloc(0);
const poison = [Buffer.from("FF", "hex"), Buffer.from("0AFFFFFF7F", "hex")];

/** A record of Avro with a number and the text "x". */
const ofAvro = (id: number) => Buffer.from([id * 2, 2, 0x78]);
/** A `sample.Point` whose `x` is a number. */
const ofProtobuf = (id: number) => Buffer.from([8, id]);

interface Kind {
  readonly name: string;
  readonly good: (id: number) => Buffer;
  /** The payload of a message; `mode` as an option. */
  readonly read: (mode: string, options?: F.FormatOptions) => Column;
  readonly id: string;
  readonly malformed: string;
}

const kinds: readonly Kind[] = [
  {
    name: "Avro",
    good: ofAvro,
    read: (mode) => F.from_avro("value", avro, { mode }),
    id: "p.id",
    malformed: "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
  },
  {
    name: "Protobuf",
    good: ofProtobuf,
    read: (mode) => F.from_protobuf("value", "sample.Point", samplePath, { mode }),
    id: "p.x",
    malformed: "MALFORMED_PROTOBUF_MESSAGE",
  },
];

describe.skipIf("missing" in broker)("records of a topic that cannot be read", () => {
  let spark: SparkSession;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-poison-"));
    spark = await SparkSession.builder().create();
  });
  afterAll(async () => {
    await spark?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function topicOf(name: string, values: readonly Buffer[]): Promise<string> {
    const topic = await createTopic(plaintext, 1, { name: `${name}-${process.pid}` });
    await write({ servers: plaintext, topic }, values);
    return topic;
  }

  function source(topic: string): DataFrame {
    return spark.readStream
      .format("kafka")
      .option("kafka.bootstrap.servers", plaintext)
      .option("subscribe", topic)
      .option("startingOffsets", "earliest")
      .load();
  }

  /** Runs a query to the end of what there is; a failure is its condition. */
  async function run(frame: DataFrame, name: string): Promise<string> {
    const query = await frame.writeStream
      .format("delta")
      .option("checkpointLocation", join(folder, `${name}-checkpoint`))
      .trigger({ availableNow: true })
      .start(join(folder, name));
    return query.awaitTermination().then(
      () => "done",
      (thrown) => String((thrown as Error).message),
    );
  }

  async function rows(name: string): Promise<unknown[]> {
    const table = spark.read.format("delta").load(join(folder, name)).orderBy("offset");
    return (await table.collect()).map((row) => row["id"]);
  }

  describe.each(kinds)("of $name", ({ name, good, read, id, malformed }) => {
    test("are null in the mode PERMISSIVE, with their bytes beside, and the stream goes on", async () => {
      const table = `${name}-permissive`;
      const topic = await topicOf(table, [good(1), poison[0]!, good(3), poison[1]!]);
      const parsed = source(topic)
        .select("offset", "value", read("PERMISSIVE").as("p"))
        .selectExpr("offset", `${id} AS id`, `IF(${id} IS NULL, value, NULL) AS rescued`);
      expect(await run(parsed, table)).toBe("done");
      expect(await rows(table)).toEqual([1, null, 3, null]);
      await write({ servers: plaintext, topic }, [good(5), poison[0]!, good(7)]);
      expect(await run(parsed, table)).toBe("done");
      expect(await rows(table)).toEqual([1, null, 3, null, 5, null, 7]);
      const kept = await spark.read
        .format("delta")
        .load(join(folder, table))
        .selectExpr("hex(rescued) AS hex")
        .where("hex IS NOT NULL")
        .orderBy("hex")
        .collect();
      expect(kept.map(({ hex }) => hex)).toEqual(["0AFFFFFF7F", "FF", "FF"]);
    });

    test("end the query in the mode FAILFAST, which goes on when they are filtered out", async () => {
      const table = `${name}-strict`;
      const topic = await topicOf(table, [good(1), poison[0]!, good(3)]);
      const parsed = (frame: DataFrame) =>
        frame.select("offset", read("FAILFAST").as("p")).selectExpr("offset", `${id} AS id`);
      expect(await run(parsed(source(topic)), table)).toContain(malformed);
      const sound = source(topic).where("hex(value) <> 'FF'");
      expect(await run(parsed(sound), table)).toBe("done");
      expect(await rows(table)).toEqual([1, 3]);
    });
  });

  test("are so in the frame of a registry too", async () => {
    const schema = await registry().register("poison-avro", avro);
    const proto = await registry().register("poison-proto", "syntax", {
      schemaType: "PROTOBUF",
      serialized: fileBytes("three.proto").toString("base64"),
    });
    const frame = (number: number, ...more: readonly number[]) =>
      Buffer.from([0, 0, 0, 0, number, ...more]);
    const topic = await topicOf("framed", [
      Buffer.concat([frame(schema), ofAvro(1)]),
      Buffer.concat([frame(99), ofAvro(2)]),
      Buffer.concat([frame(proto, 2, 6), ofProtobuf(3)]),
      Buffer.concat([frame(proto, 0), none]),
      poison[0]!,
    ]);
    const { address } = registry();
    const avroOptions = { mode: "PERMISSIVE" };
    const protoOptions = {
      mode: "PERMISSIVE",
      "schema.registry.subject": "poison-proto",
      "schema.registry.address": address,
      "schema.registry.protobuf.name": "sample.Point",
      "schema.registry.schema.evolution.mode": "none",
    };
    const parsed = source(topic)
      .select(
        "offset",
        F.from_avro("value", "poison-avro", address, avroOptions).as("a"),
        F.from_protobuf("value", protoOptions).as("p"),
      )
      .selectExpr("offset", "coalesce(a.id, p.x) AS id");
    expect(await run(parsed, "framed")).toBe("done");
    expect(await rows("framed")).toEqual([1, null, 3, null, null]);
  });
});
