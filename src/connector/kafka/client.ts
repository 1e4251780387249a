import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Brokers } from "./brokers.ts";
import type { KafkaConfig } from "./config.ts";
import {
  answerOf,
  code,
  hasAnswer,
  lastingFailure,
  passes,
  reasonOf,
  sayingOf,
} from "./failure.ts";
import { type FetchAnswer, type FetchedPartition, readFetch } from "./fetch.ts";
import { inOrder, nameOf, type TopicPartition } from "./partition.ts";
import {
  type Address,
  type BaseClient,
  type BaseOptions,
  type FetchArguments,
  type KafkaModule,
  type ListOffsetsResponse,
  loadKafka,
  type MetadataResponse,
  type PeerConnection,
} from "./peer.ts";
import { type KafkaProducer, openProducer, type ProducerSettings } from "./producer.ts";
import { saslOptions } from "./sasl.ts";
import { secured } from "./tls.ts";

/**
 * What sources and sinks need of Kafka, without groups. Every question is asked again where that
 * may help, for `default.api.timeout.ms`; then it is KAFKA_UNAVAILABLE.
 */
export interface KafkaClient extends AsyncDisposable {
  readonly config: KafkaConfig;
  /** Those named that there are, or all. Nothing is made by asking. */
  topics(names?: readonly string[]): Promise<readonly Topic[]>;
  /**
   * In order of the questions, one a partition: the offset; -1 where a time is asked for and
   * nothing is so late.
   */
  offsets(questions: readonly OffsetQuestion[]): Promise<readonly bigint[]>;
  /**
   * One round: what the leaders have from these offsets on, at most `max.partition.fetch.bytes` of
   * each. A partition whose leader did not answer is left out; the reason is in `failure`.
   */
  fetch(questions: readonly FetchQuestion[]): Promise<FetchRound>;
  producer(settings: ProducerSettings): Promise<KafkaProducer>;
  readonly brokers: Brokers;
}

export interface Topic {
  readonly name: string;
  /** Another where the topic was deleted and made again. */
  readonly id: string;
  readonly internal: boolean;
  /** Their numbers, ascending. */
  readonly partitions: readonly number[];
}

/** A time in ms since the epoch, or `earliest` or `latest` of `partition.ts`. */
export interface OffsetQuestion extends TopicPartition {
  readonly at: bigint;
}

export interface FetchQuestion extends TopicPartition {
  readonly topicId: string;
  readonly offset: bigint;
}

export interface FetchRound {
  /** Those that were answered, by the name of the partition. */
  readonly answers: ReadonlyMap<string, FetchedPartition>;
  readonly failure?: string;
}

/** Connects at the first question. MISSING_PEER_DEPENDENCY where the peer is not installed. */
export async function openKafka(config: KafkaConfig, signal?: AbortSignal): Promise<KafkaClient> {
  const [module, security] = await Promise.all([loadKafka(), secured(config)]);
  const closing = new AbortController();
  const options: BaseOptions = {
    clientId: config.clientId.replace(/\s/g, "_"),
    bootstrapBrokers: [...config.brokers],
    connectTimeout: config.connectMs,
    requestTimeout: config.requestMs,
    retries: 0,
    autocreateTopics: false,
    ...security,
    ...(config.sasl ? { sasl: saslOptions(config.sasl, config, closing.signal) } : {}),
  };
  return new Client({ module, options, config, signal, closing });
}

interface Parts {
  readonly module: KafkaModule;
  readonly options: BaseOptions;
  readonly config: KafkaConfig;
  readonly signal: AbortSignal | undefined;
  /** Aborts when the client is closed. */
  readonly closing: AbortController;
}

/** What is asked of the brokers, and the version of it. */
const spoken = [
  ["Metadata", 12],
  ["ListOffsets", 7],
  ["Fetch", 13],
] as const;

const fetchKey = 1;
const fetchVersion = 13;

/** Who leads which partition; asked for again after an error that says it has moved. */
interface Cluster {
  readonly brokers: ReadonlyMap<number, Address>;
  readonly leaders: ReadonlyMap<string, number>;
}

/** How long a topic that was just made may not be known to its broker, ms. */
const unknownMs = 5_000;

class UnknownTopic extends Error {
  readonly topic: string;

  constructor(topic: string) {
    super(`the leader does not know a partition of ${topic}, or there is none`);
    this.topic = topic;
  }
}

class Client implements KafkaClient {
  readonly config: KafkaConfig;
  readonly #module: KafkaModule;
  readonly #options: BaseOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #closing: AbortController;
  readonly #base: BaseClient;
  readonly #close = (): Promise<void> => {
    this.#closing.abort();
    return this.#base.close().catch(() => undefined);
  };
  /** Connections in use, and what broke them. */
  readonly #broken = new WeakMap<PeerConnection, Error | undefined>();
  #checked = false;
  #cluster: Cluster = { brokers: new Map(), leaders: new Map() };

  constructor({ module, options, config, signal, closing }: Parts) {
    this.config = config;
    this.#module = module;
    this.#options = options;
    this.#signal = signal;
    this.#closing = closing;
    this.#base = new module.Base(options);
    // Whoever waits for an answer hears at once.
    if (signal?.aborted) void this.#close();
    else signal?.addEventListener("abort", this.#close, { once: true });
  }

  async topics(names?: readonly string[]): Promise<readonly Topic[]> {
    if (names?.length === 0) return [];
    return this.#patiently(async () => this.#metadata(names));
  }

  offsets(questions: readonly OffsetQuestion[]): Promise<readonly bigint[]> {
    return this.#patiently(async () => {
      await this.#lead(questions);
      const found = new Map<string, bigint>();
      await Promise.all(
        this.#byLeader(questions).map(([broker, own]) => this.#listOffsets(broker, own, found)),
      );
      return questions.map((question) => {
        const offset = found.get(nameOf(question));
        if (offset === undefined) throw new UnknownTopic(question.topic);
        return offset;
      });
    });
  }

  async fetch(questions: readonly FetchQuestion[]): Promise<FetchRound> {
    const answers = new Map<string, FetchedPartition>();
    const failures: string[] = [];
    const failed = (thrown: unknown): void => {
      const lasting = lastingFailure(thrown, this.#asked);
      if (lasting) throw lasting;
      failures.push(sayingOf(thrown));
      this.#cluster = { brokers: new Map(), leaders: new Map() };
    };
    try {
      await this.#lead(questions);
    } catch (thrown) {
      failed(thrown);
      return { answers, failure: failures.join("; ") };
    }
    await Promise.all(
      this.#byLeader(questions).map(([broker, own]) =>
        this.#fetchFrom(broker, own, answers).catch(failed),
      ),
    );
    for (const { error: number } of answers.values()) {
      if (number !== 0 && number !== code.offsetOutOfRange) this.#forget();
    }
    return failures.length > 0 ? { answers, failure: failures.join("; ") } : { answers };
  }

  async producer(settings: ProducerSettings): Promise<KafkaProducer> {
    return openProducer(this.brokers, settings);
  }

  get brokers(): Brokers {
    return {
      ...{ config: this.config, module: this.#module },
      partitions: async (topic) => {
        const [found] = await this.#metadata([topic], true);
        return found?.partitions.length ?? 0;
      },
      byLeader: async (questions) => {
        await this.#lead(questions);
        return this.#byLeader(questions);
      },
      ask: async (address, work) => {
        const { connections } = this.#base;
        const connection = address
          ? await connections.get(address)
          : await connections.getFirstAvailable([...this.#addresses()]);
        return this.#call(connection, () => work(connection));
      },
      patiently: (work, backoffMs) => this.#patiently(work, backoffMs),
      forget: () => this.#forget(),
      lasting: (thrown) => lastingFailure(thrown, this.#asked),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#close);
    await this.#close();
  }

  get #asked() {
    const { servers, sasl } = this.config;
    return { servers, mechanism: sasl?.mechanism ?? "none" };
  }

  #forget(): void {
    this.#cluster = { ...this.#cluster, leaders: new Map() };
  }

  /** Asks again until an answer comes, the time is over, or the failure is one that stays. */
  async #patiently<T>(work: () => Promise<T>, firstMs = this.config.backoffMs): Promise<T> {
    const { apiMs, backoffMaxMs, servers } = this.config;
    const began = env.monotonic();
    const until = began + apiMs;
    for (let waitMs = firstMs; ; waitMs = Math.min(backoffMaxMs, waitMs * 2)) {
      try {
        return await work();
      } catch (thrown) {
        const lasting = lastingFailure(thrown, this.#asked);
        if (lasting) throw lasting;
        if (this.#closing.signal.aborted) {
          throw error("OPERATION_CANCELED", {}, this.#signal?.reason);
        }
        this.#forget();
        if (thrown instanceof UnknownTopic && env.monotonic() - began > unknownMs) {
          const { topic } = thrown;
          throw error("KAFKA_UNKNOWN_TOPIC", { topic, servers, option: "its name" }, thrown);
        }
        if (env.monotonic() + waitMs > until) {
          const reason = sayingOf(thrown);
          throw error("KAFKA_UNAVAILABLE", { servers, ms: apiMs, reason }, thrown);
        }
      }
      await env.sleep(waitMs, this.#closing.signal);
    }
  }

  #addresses(): readonly Address[] {
    const bootstrap = this.#options.bootstrapBrokers.map(addressOf);
    return [...bootstrap, ...this.#cluster.brokers.values()];
  }

  async #metadata(names: readonly string[] | undefined, create = false): Promise<readonly Topic[]> {
    const { connections } = this.#base;
    const connection = await connections.getFirstAvailable([...this.#addresses()]);
    await this.#check(connection);
    const { metadataV12 } = this.#module;
    const asked = names === undefined ? null : [...names];
    const answer = await this.#call(connection, () =>
      metadataV12.api.async(connection as never, asked, create),
    ).catch(answerOf<MetadataResponse>);
    const leaders = new Map(this.#cluster.leaders);
    const topics: Topic[] = [];
    for (const { errorCode, name, topicId, isInternal, partitions } of answer.topics) {
      if (typeof name !== "string" || errorCode === code.unknownTopic) continue;
      if (passes(errorCode)) throw new Error(`the topic ${name}: ${reasonOf(errorCode)}`);
      if (errorCode !== 0) throw this.#refused("Metadata", name, errorCode);
      for (const { partitionIndex: partition, leaderId } of partitions) {
        leaders.set(nameOf({ topic: name, partition }), leaderId);
      }
      const numbers = partitions.map(({ partitionIndex }) => partitionIndex);
      topics.push({
        ...{ name, id: topicId, internal: isInternal },
        partitions: numbers.sort((a, b) => a - b),
      });
    }
    const brokers = new Map(
      answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]),
    );
    this.#cluster = { brokers, leaders };
    return topics;
  }

  /** Whether the brokers speak what is spoken here. */
  async #check(connection: PeerConnection): Promise<void> {
    if (this.#checked) return;
    const apis = await this.#call(connection, () => this.#base.listApis());
    for (const [request, version] of spoken) {
      const api = apis.find(({ name }) => name === request);
      if (api && api.minVersion <= version && version <= api.maxVersion) continue;
      const { servers } = this.config;
      throw error("KAFKA_UNSUPPORTED_BROKER", { servers, request, known: `version ${version}` });
    }
    this.#checked = true;
  }

  /** Knows the leaders of the partitions afterwards. */
  async #lead(questions: readonly TopicPartition[]): Promise<void> {
    const unknown = questions.filter((one) => !this.#cluster.leaders.has(nameOf(one)));
    if (unknown.length === 0) return;
    await this.#metadata([...new Set(unknown.map(({ topic }) => topic))]);
  }

  #byLeader<Q extends TopicPartition>(questions: readonly Q[]): readonly [Address, readonly Q[]][] {
    const byLeader = new Map<number, Q[]>();
    for (const question of inOrder(questions)) {
      const leader = this.#cluster.leaders.get(nameOf(question)) ?? -1;
      const own = byLeader.get(leader) ?? [];
      own.push(question);
      byLeader.set(leader, own);
    }
    return [...byLeader].flatMap(([leader, own]) => {
      const broker = this.#cluster.brokers.get(leader);
      return broker === undefined ? [] : [[broker, own] as [Address, readonly Q[]]];
    });
  }

  async #listOffsets(
    broker: Address,
    questions: readonly OffsetQuestion[],
    found: Map<string, bigint>,
  ): Promise<void> {
    const connection = await this.#base.connections.get(broker);
    const { listOffsetsV7 } = this.#module;
    const names = [...new Set(questions.map(({ topic }) => topic))];
    const topics = names.map((name) => ({
      name,
      partitions: questions
        .filter(({ topic }) => topic === name)
        .map(({ partition, at }) => ({
          partitionIndex: partition,
          currentLeaderEpoch: -1,
          timestamp: at,
        })),
    }));
    const isolation = this.config.committed ? 1 : 0;
    const answer = await this.#call(connection, () =>
      listOffsetsV7.api.async(connection as never, -1, isolation, topics),
    ).catch(answerOf<ListOffsetsResponse>);
    for (const { name: topic, partitions } of answer.topics) {
      for (const { partitionIndex: partition, errorCode, offset } of partitions) {
        const name = nameOf({ topic, partition });
        if (errorCode !== 0 && errorCode !== code.unknownTopic && !passes(errorCode)) {
          throw this.#refused("ListOffsets", name, errorCode);
        }
        if (errorCode === code.unknownTopic) throw new UnknownTopic(topic);
        if (errorCode !== 0) throw new Error(`${name}: ${reasonOf(errorCode)}`);
        found.set(name, offset);
      }
    }
  }

  async #fetchFrom(
    broker: Address,
    questions: readonly FetchQuestion[],
    answers: Map<string, FetchedPartition>,
  ): Promise<void> {
    const connection = await this.#base.connections.get(broker);
    const { waitMs, minBytes, maxBytes, partitionBytes } = this.config.fetch;
    const ids = new Map(questions.map(({ topic, topicId }) => [topicId, topic]));
    const topics = [...ids.keys()].map((topicId) => ({
      topicId,
      partitions: questions
        .filter((one) => one.topicId === topicId)
        .map(({ partition, offset }) => ({
          ...{ partition, fetchOffset: offset, partitionMaxBytes: partitionBytes },
          ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
        })),
    }));
    const isolation = this.config.committed ? 1 : 0;
    const create = (): never =>
      this.#module.fetchV13.createRequest(
        ...([
          waitMs,
          minBytes,
          maxBytes,
          isolation,
          0,
          -1,
          topics,
          [],
          "",
        ] satisfies FetchArguments),
      ) as never;
    const answer = await this.#call(
      connection,
      () =>
        new Promise<FetchAnswer>((resolve, reject) => {
          const done = (thrown: Error | null, value: FetchAnswer | undefined): void =>
            value === undefined ? reject(thrown) : resolve(value);
          connection.send(fetchKey, fetchVersion, create, readFetch, true, true, done);
        }),
    );
    if (answer.error !== 0) throw new Error(reasonOf(answer.error));
    for (const one of answer.partitions) {
      answers.set(nameOf({ topic: ids.get(one.topicId)!, partition: one.partition }), one);
    }
  }

  /**
   * After a call that ran out of time the connection is out of step with its answers. Of one that
   * breaks the peer tells its calls that it is closed, and the reason to who listens.
   */
  async #call<T>(connection: PeerConnection, work: () => Promise<T>): Promise<T> {
    if (!this.#broken.has(connection)) {
      this.#broken.set(connection, undefined);
      connection.on("error", (thrown) => void this.#broken.set(connection, thrown));
    }
    try {
      return await work();
    } catch (thrown) {
      if (hasAnswer(thrown)) throw thrown;
      void connection.close().catch(() => undefined);
      const cause = this.#broken.get(connection);
      throw cause ? new Error(String(thrown), { cause }) : thrown;
    }
  }

  #refused(request: string, subject: string, number: number): Error {
    const { servers } = this.config;
    return error("KAFKA_REQUEST_FAILED", { servers, request, subject, reason: reasonOf(number) });
  }
}

function addressOf(broker: string): Address {
  const colon = broker.lastIndexOf(":");
  const host = broker.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { host, port: Number(broker.slice(colon + 1)) };
}
