import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { connector } from "../../../../src/connector/kafka/connector.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import type { Source } from "../../../../src/stream/source.ts";
import type { TestSession } from "../../../connector/session.ts";

export const byOptions = { kind: "options" } as const;
export const all = { kind: "all" } as const;

/** A source as a query of the session's one checkpoint opens it. */
export async function openSource(
  session: TestSession,
  servers: string,
  options: Options,
): Promise<Source> {
  const dataset = await connector.streamReader!({
    ...{ format: "kafka", paths: [], context: session.context },
    options: { "kafka.bootstrap.servers": servers, ...options },
  });
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q" });
}

interface Written {
  readonly servers: string;
  readonly topic: string;
  readonly partitions?: number;
  readonly compression?: "none" | "gzip" | "snappy" | "lz4" | "zstd";
}

/** Writes texts, or bytes; the n-th goes to partition n modulo `partitions`. */
export async function write(
  { servers, topic, partitions = 1, compression = "none" }: Written,
  texts: readonly (string | Uint8Array)[],
): Promise<void> {
  await using client = await openKafka(kafkaConfig({ "kafka.bootstrap.servers": servers }));
  await using producer = await client.producer({ compression });
  const messages = texts.map((text, at) => ({
    ...{
      topic,
      partition: at % partitions,
      key: Buffer.from(`k${at}`),
      value: Buffer.from(text as string),
    },
  }));
  for (let at = 0; at < messages.length; at += 2_000) {
    await producer.send(messages.slice(at, at + 2_000));
  }
}

/** The values of a range, as texts. */
export async function values(
  session: TestSession,
  source: Source,
  [start, end]: readonly [string | undefined, string | undefined],
): Promise<string[]> {
  const { input } = await source.input(start, end!);
  const rows = await session.rows(input);
  return rows.map((row) => Buffer.from(row["value"] as Uint8Array).toString());
}

export const numbers = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => String(from + at));
