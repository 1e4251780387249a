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
      if (messages.length === 0) return;
      try {
        await producer.send({ messages: messages.map(peerMessage) });
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
