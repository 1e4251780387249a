import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { type Asked, lastingFailure, sayingOf } from "./failure.ts";
import type { BaseOptions, KafkaModule, PeerMessage, ProducerOptions } from "./peer.ts";

/** A record to write. */
export interface KafkaMessage {
  readonly topic: string;
  /** Absent: by the key, as Kafka's own producers choose; without key, any. */
  readonly partition?: number;
  readonly key?: Uint8Array;
  readonly value?: Uint8Array;
  readonly headers?: readonly (readonly [key: string, value: Uint8Array])[];
  readonly timestamp?: bigint; // ms
}

export interface ProducerSettings {
  readonly compression?: ProducerOptions["compression"];
}

/** Writes records, each once even where an answer was lost, while it lives. */
export interface KafkaProducer extends AsyncDisposable {
  /** Resolves when all replicas in sync have them. */
  send(messages: readonly KafkaMessage[]): Promise<void>;
}

export async function openProducer(
  module: KafkaModule,
  options: BaseOptions,
  { compression = "none", asked }: ProducerSettings & { readonly asked: Asked },
): Promise<KafkaProducer> {
  const own = { ...options, idempotent: true, acks: -1, compression };
  const producer = new module.Producer(own);
  return {
    async send(messages) {
      try {
        for (const run of runs(messages)) {
          await producer.send({ messages: run.map(peerMessage) });
        }
      } catch (thrown) {
        const { servers } = asked;
        const reason = sayingOf(thrown);
        const ms = options.requestTimeout;
        throw (
          lastingFailure(thrown, asked) ??
          error("KAFKA_UNAVAILABLE", { servers, ms, reason }, thrown)
        );
      }
    },
    async [Symbol.asyncDispose]() {
      await producer.close().catch(() => undefined);
    },
  };
}

/** The client writes down a time wrongly that is so far from the first of its batch, ms. */
const farMs = 2n ** 31n;

/** The messages in order, in runs whose times lie near to the first's. */
export function runs(messages: readonly KafkaMessage[]): readonly (readonly KafkaMessage[])[] {
  const found: KafkaMessage[][] = [];
  const now = BigInt(env.now());
  let first = now;
  for (const message of messages) {
    const { timestamp = now } = message;
    const far = timestamp - first >= farMs || first - timestamp >= farMs;
    const last = found.at(-1);
    if (last !== undefined && !far) last.push(message);
    else {
      found.push([message]);
      first = timestamp;
    }
  }
  return found;
}

function peerMessage({ key, value, headers, ...rest }: KafkaMessage): PeerMessage {
  return {
    ...rest,
    ...(key ? { key: bufferOf(key) } : {}),
    ...(value ? { value: bufferOf(value) } : {}),
    ...(headers
      ? { headers: new Map(headers.map(([name, bytes]) => [Buffer.from(name), bufferOf(bytes)])) }
      : {}),
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
