import { gzipSync } from "node:zlib";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { loadZstd } from "../../storage/codec.ts";
import type { Brokers } from "./brokers.ts";
import { code, passes, reasonOf, sayingOf } from "./failure.ts";
import { partitionOfKey } from "./murmur2.ts";
import { nameOf } from "./partition.ts";
import type { Compression } from "./peer.ts";
import {
  type ProduceAnswer,
  produceKey,
  produceRequest,
  produceVersion,
  readProduce,
} from "./produce.ts";
import { type Batch, BatchQueue } from "./queue.ts";
import { type Codec, encodeBatch, type KafkaMessage, sizeOf } from "./record.ts";
import {
  identify,
  openTransactions,
  type ProducerIdentity,
  type TransactionOptions,
  type Transactions,
} from "./transaction.ts";

export interface ProducerSettings {
  readonly compression?: Compression;
  /** -1: all replicas in sync; 1: the leader alone. */
  readonly acks?: -1 | 1;
  /** False: records may come twice where an answer was lost. */
  readonly idempotent?: boolean;
  /** Of a record batch, before it is compressed. */
  readonly batchBytes?: number;
  /** Of a request, and of a record. */
  readonly requestBytes?: number;
  /** How long a batch is tried, ms. */
  readonly deliveryMs?: number;
  /** How long a topic or partition is waited for, ms. */
  readonly blockMs?: number;
  /** Records without partition go anywhere, whatever their key. */
  readonly ignoreKeys?: boolean;
  readonly transaction?: TransactionOptions;
  readonly signal?: AbortSignal;
}

/**
 * Writes records, in the order of `send` within a partition, and each once even where an answer
 * was lost. After a failure it is of no use: what was sent may be there or not.
 */
export interface KafkaProducer extends AsyncDisposable {
  /** Resolves when the brokers have them. Does not wait for what was sent before. */
  send(messages: readonly KafkaMessage[]): Promise<void>;
  readonly transactions: Transactions | undefined;
}

const defaults: Omit<Required<ProducerSettings>, "transaction" | "signal"> = {
  ...({ compression: "none", acks: -1, idempotent: true, ignoreKeys: false } as const),
  ...{ batchBytes: 512 << 10, requestBytes: 1 << 20, deliveryMs: 120_000, blockMs: 60_000 },
};

type Settings = ProducerSettings & Required<Pick<ProducerSettings, keyof typeof defaults>>;

/** Errors of a partition that pass, beside those of reading. */
const passing: ReadonlySet<number> = new Set([code.corruptMessage, code.unknownTopic, 20]);
const duplicate = 46;
const tooLarge: ReadonlySet<number> = new Set([10, 18]);
const fencing: ReadonlySet<number> = new Set([47, 48, 49, 90]);
/** How long the number of a topic's partitions is believed, ms. */
const metadataMs = 300_000;

export async function openProducer(
  brokers: Brokers,
  settings: ProducerSettings,
): Promise<KafkaProducer> {
  const whole: Settings = { ...defaults, ...settings };
  const { transaction, idempotent } = whole;
  const transactions = transaction ? await openTransactions(brokers, transaction) : undefined;
  const nobody = { producerId: -1n, epoch: -1 };
  const identity = transactions ?? (idempotent ? await identify(brokers) : nobody);
  const codec = await codecOf(brokers, whole.compression);
  return new Producer({ brokers, settings: whole, identity, transactions, codec });
}

interface Parts {
  readonly brokers: Brokers;
  readonly settings: Settings;
  readonly identity: ProducerIdentity;
  readonly transactions: Transactions | undefined;
  readonly codec: Codec | undefined;
}

class Producer implements KafkaProducer {
  readonly transactions: Transactions | undefined;
  readonly #brokers: Brokers;
  readonly #settings: Settings;
  readonly #identity: ProducerIdentity;
  readonly #codec: Codec | undefined;
  readonly #queue: BatchQueue;
  /** How many partitions topics have, and until when that is believed. */
  readonly #topics = new Map<string, { readonly count: number; readonly until: number }>();
  /** Where records without key go, and how many bytes went there. */
  readonly #sticky = new Map<string, { partition: number; bytes: number }>();
  #order: Promise<unknown> = Promise.resolve();
  #pumping = false;
  #failure: unknown;

  constructor({ brokers, settings, identity, transactions, codec }: Parts) {
    this.#brokers = brokers;
    this.#settings = settings;
    this.#identity = identity;
    this.transactions = transactions;
    this.#codec = codec;
    this.#queue = new BatchQueue(settings.batchBytes);
  }

  async send(messages: readonly KafkaMessage[]): Promise<void> {
    const placed = this.#order.then(() => this.#place(messages));
    this.#order = placed.catch(() => undefined);
    const { done } = await placed;
    await done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail(error("OPERATION_CANCELED", {}));
  }

  async #place(messages: readonly KafkaMessage[]): Promise<{ readonly done: Promise<void> }> {
    if (this.#failure !== undefined) throw this.#failure;
    const placed = new Map<string, KafkaMessage[]>();
    for (const message of messages) {
      const { topic } = message;
      const size = sizeOf(message);
      const limit = this.#settings.requestBytes;
      if (size > limit) throw error("KAFKA_RECORD_TOO_LARGE", { topic, size, limit });
      const known = this.#topics.get(topic);
      const fresh = known && env.monotonic() < known.until;
      const count = fresh ? known.count : await this.#know(topic, 0);
      const partition = this.#partitionOf(message, count, size);
      if (partition >= count) await this.#know(topic, partition);
      const name = nameOf({ topic, partition });
      const own = placed.get(name);
      const one = { ...message, partition };
      if (own) own.push(one);
      else placed.set(name, [one]);
    }
    const done = this.#queue.add([...placed.values()], env.monotonic());
    void this.#pump();
    return { done };
  }

  #partitionOf({ topic, partition, key }: KafkaMessage, count: number, size: number): number {
    if (partition !== undefined) return partition;
    if (key !== undefined && !this.#settings.ignoreKeys) return partitionOfKey(key, count);
    const sticky = this.#sticky.get(topic);
    if (sticky && sticky.partition < count && sticky.bytes < this.#settings.batchBytes) {
      sticky.bytes += size;
      return sticky.partition;
    }
    const next = sticky ? sticky.partition + 1 : Math.floor(env.random() * count);
    this.#sticky.set(topic, { partition: next % count, bytes: size });
    return next % count;
  }

  /** How many partitions the topic has, which must have this one. */
  async #know(topic: string, partition: number): Promise<number> {
    const { blockMs, signal } = this.#settings;
    const { backoffMs, backoffMaxMs, servers } = this.#brokers.config;
    const until = env.monotonic() + blockMs;
    for (let waitMs = backoffMs; ; waitMs = Math.min(backoffMaxMs, waitMs * 2)) {
      const count = await this.#brokers.patiently(() => this.#brokers.partitions(topic));
      if (count > partition) {
        this.#topics.set(topic, { count, until: env.monotonic() + metadataMs });
        return count;
      }
      if (signal?.aborted) throw error("OPERATION_CANCELED", {}, signal.reason);
      if (env.monotonic() + waitMs > until) {
        throw count === 0
          ? error("KAFKA_UNKNOWN_TOPIC", { topic, servers, option: "topic" })
          : error("KAFKA_UNKNOWN_PARTITION", { topic, partition, count, servers });
      }
      await env.sleep(waitMs, signal);
    }
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    const { signal } = this.#settings;
    const { backoffMs, backoffMaxMs, servers } = this.#brokers.config;
    try {
      for (let waitMs = backoffMs; this.#queue.heads().length > 0; ) {
        const reason = await this.#round();
        if (reason === undefined) {
          waitMs = backoffMs;
          continue;
        }
        if (signal?.aborted) throw error("OPERATION_CANCELED", {}, signal.reason);
        const oldest = Math.min(...this.#queue.heads().map(({ since }) => since));
        const { deliveryMs: ms } = this.#settings;
        if (env.monotonic() - oldest > ms) {
          throw error("KAFKA_UNAVAILABLE", { servers, ms, reason });
        }
        await env.sleep(waitMs, signal);
        waitMs = Math.min(backoffMaxMs, waitMs * 2);
      }
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.#pumping = false;
    }
  }

  #fail(thrown: unknown): void {
    this.#failure ??= thrown;
    this.#queue.reject(thrown);
  }

  /** Sends the first batch of each partition; what went wrong if nothing went right. */
  async #round(): Promise<string | undefined> {
    const heads = this.#queue.heads();
    let reason: string | undefined = `${nameOf(heads[0]!)} has no leader`;
    let moved = false;
    const failed = (thrown: unknown): void => {
      const lasting = this.#brokers.lasting(thrown);
      if (lasting) throw lasting;
      reason = sayingOf(thrown);
      this.#brokers.forget();
    };
    const byLeader = await this.#brokers.byLeader(heads).catch((thrown: unknown) => {
      failed(thrown);
      return [];
    });
    if (byLeader.length === 0) this.#brokers.forget();
    const sent = byLeader.map(([address, own]) => ({ address, batches: this.#fitting(own) }));
    await this.transactions?.add(sent.flatMap(({ batches }) => batches));
    await Promise.all(
      sent.map(async ({ address, batches }) => {
        try {
          const answers = await this.#produce(address, batches);
          for (const answer of answers) {
            const batch = batches.find((one) => nameOf(one) === nameOf(answer));
            if (batch === undefined) continue;
            const why = this.#settle(batch, answer);
            if (why === undefined) moved = true;
            else reason = why;
          }
        } catch (thrown) {
          failed(thrown);
        }
      }),
    );
    return moved ? undefined : reason;
  }

  /** As many as one request may hold, and one at least. */
  #fitting(batches: readonly Batch[]): readonly Batch[] {
    let bytes = 0;
    return batches.filter((batch, at) => {
      bytes += batch.bytes;
      return at === 0 || bytes <= this.#settings.requestBytes;
    });
  }

  #produce(
    address: { readonly host: string; readonly port: number },
    batches: readonly Batch[],
  ): Promise<readonly ProduceAnswer[]> {
    const now = env.now();
    const transactional = this.transactions !== undefined;
    const { producerId, epoch } = this.#identity;
    for (const batch of batches) {
      const sequence = producerId < 0n ? -1 : batch.sequence;
      const origin = { producerId, epoch, sequence, transactional };
      batch.encoded ??= encodeBatch(batch.messages, now, { origin, codec: this.#codec });
    }
    const { module, config } = this.#brokers;
    const bytes = produceRequest({
      transactionalId: this.transactions?.id,
      ...{ acks: this.#settings.acks, timeoutMs: config.requestMs },
      batches: batches.map(({ topic, partition, encoded }) => {
        return { topic, partition, records: encoded! };
      }),
    });
    const create = (): never => module.Writer.create().append(bytes) as never;
    return this.#brokers.ask(
      address,
      (connection) =>
        new Promise((resolve, reject) => {
          const done = (thrown: Error | null, value: readonly ProduceAnswer[] | undefined): void =>
            value === undefined ? reject(thrown) : resolve(value);
          connection.send(produceKey, produceVersion, create, readProduce, true, true, done);
        }),
    );
  }

  /** What becomes of a batch; why it must be sent again, if it must. */
  #settle(batch: Batch, { error: number, message }: ProduceAnswer): string | undefined {
    if (number === 0 || number === duplicate) {
      this.#queue.done(batch);
      return undefined;
    }
    const name = nameOf(batch);
    if (tooLarge.has(number)) {
      if (this.#queue.split(batch)) return undefined;
      const { topic, bytes: size } = batch;
      throw error("KAFKA_RECORD_TOO_LARGE", { topic, size, limit: "max.message.bytes" });
    }
    const { servers } = this.#brokers.config;
    const reason = message === "" ? reasonOf(number) : `${reasonOf(number)}: ${message}`;
    if (passes(number) || passing.has(number)) {
      this.#brokers.forget();
      return `${name}: ${reason}`;
    }
    if (this.transactions && fencing.has(number)) {
      throw error("KAFKA_PRODUCER_FENCED", { servers, id: this.transactions.id, reason });
    }
    throw error("KAFKA_REQUEST_FAILED", { servers, request: "Produce", subject: name, reason });
  }
}

/** Kafka's number of each codec. */
const masks = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

async function codecOf({ module }: Brokers, compression: Compression): Promise<Codec | undefined> {
  if (compression === "none") return undefined;
  const mask = masks[compression];
  if (compression === "gzip") return { mask, compress: (bytes) => gzipSync(bytes) };
  if (compression === "zstd") {
    const { pack } = await loadZstd();
    return { mask, compress: pack };
  }
  const algorithm = module.compressionsAlgorithms[compression];
  return { mask, compress: (bytes) => algorithm.compressSync(bufferOf(bytes)) };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
