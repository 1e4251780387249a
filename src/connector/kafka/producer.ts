import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { loadZstd } from "../../storage/codec.ts";
import { type Asked, isRefused, lastingFailure, sayingOf } from "./failure.ts";
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
  /** `max.request.size`: what records take before they are packed. */
  readonly maxBytes?: number;
}

/** Writes records, each once even where an answer was lost, while it lives. */
export interface KafkaProducer extends AsyncDisposable {
  /** Resolves when all replicas in sync have them. */
  send(messages: readonly KafkaMessage[]): Promise<void>;
}

export async function openProducer(
  module: KafkaModule,
  options: BaseOptions,
  {
    compression = "none",
    maxBytes = 1_000_000,
    asked,
  }: ProducerSettings & { readonly asked: Asked },
): Promise<KafkaProducer> {
  if (compression === "zstd") await giveZstd(module);
  const own = { ...options, idempotent: true, acks: -1, compression };
  const producer = new module.Producer(own);
  return {
    async send(messages) {
      try {
        for (const run of runs(messages, maxBytes)) {
          await producer.send({ messages: run.map(peerMessage) });
        }
      } catch (thrown) {
        const { servers } = asked;
        const reason = sayingOf(thrown);
        const ms = options.requestTimeout;
        const subject = [...new Set(messages.map(({ topic }) => topic))].join(", ");
        throw (
          lastingFailure(thrown, asked) ??
          (isRefused(thrown)
            ? error(
                "KAFKA_REQUEST_FAILED",
                { servers, request: "Produce", subject, reason },
                thrown,
              )
            : error("KAFKA_UNAVAILABLE", { servers, ms, reason }, thrown))
        );
      }
    },
    async [Symbol.asyncDispose]() {
      await producer.close().catch(() => undefined);
    },
  };
}

/** The client has Zstandard only where Node has it. */
async function giveZstd({ compressionsAlgorithms: { zstd } }: KafkaModule): Promise<void> {
  if (zstd.available) return;
  const codec = await loadZstd();
  zstd.compressSync = (bytes) => Buffer.from(codec.pack(bytes));
  zstd.available = true;
}

/** The client writes down a time wrongly that is so far from the first of its batch, ms. */
const farMs = 2n ** 31n;

/** About what a record takes beside its key, value and headers. */
const recordBytes = 32;

/**
 * The messages in order, in runs that fit into a request (or have one message), and whose times lie
 * near to the first's.
 */
export function runs(
  messages: readonly KafkaMessage[],
  maxBytes: number,
): readonly (readonly KafkaMessage[])[] {
  const found: KafkaMessage[][] = [];
  const now = BigInt(env.now());
  let first = now;
  let bytes = 0;
  for (const message of messages) {
    const { timestamp = now } = message;
    const far = timestamp - first >= farMs || first - timestamp >= farMs;
    const size = sizeOf(message);
    const last = found.at(-1);
    if (last !== undefined && !far && bytes + size <= maxBytes) {
      last.push(message);
      bytes += size;
      continue;
    }
    found.push([message]);
    first = timestamp;
    bytes = size;
  }
  return found;
}

function sizeOf({ key, value, headers = [] }: KafkaMessage): number {
  const own = (key?.length ?? 0) + (value?.length ?? 0) + recordBytes;
  return headers.reduce((sum, [name, bytes]) => sum + name.length + bytes.length + 4, own);
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
