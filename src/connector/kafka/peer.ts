import { importPeer } from "../../storage/peer.ts";

/**
 * What is used of `@platformatic/kafka`, by its shape: its types are not there where the product
 * is built. `test/services/connector/kafka/sdk.ts` compares them.
 */
export interface KafkaModule {
  readonly Base: new (options: BaseOptions) => BaseClient;
  readonly Writer: { create(): { append(bytes: Buffer): unknown } };
  readonly compressionsAlgorithms: Readonly<Record<"snappy" | "lz4", PeerCodec>>;
  readonly metadataV12: Requests<[topics: string[] | null, create: boolean], MetadataResponse>;
  readonly listOffsetsV7: Requests<ListOffsetsArguments, ListOffsetsResponse>;
  readonly findCoordinatorV4: Requests<[kind: number, keys: string[]], CoordinatorResponse>;
  readonly initProducerIdV4: Requests<InitProducerIdArguments, InitProducerIdResponse>;
  readonly addPartitionsToTxnV3: Requests<AddPartitionsArguments, AddPartitionsResponse>;
  readonly addOffsetsToTxnV3: Requests<AddOffsetsArguments, ErrorResponse>;
  readonly txnOffsetCommitV3: Requests<TxnOffsetCommitArguments, TxnOffsetCommitResponse>;
  readonly endTxnV3: Requests<EndTxnArguments, ErrorResponse>;
  readonly offsetFetchV8: Requests<OffsetFetchArguments, OffsetFetchResponse>;
  readonly fetchV13: { createRequest(...args: FetchArguments): unknown };
}

/** One version of a request. */
export interface Requests<Arguments extends unknown[], Answer> {
  readonly api: {
    readonly async: (connection: never, ...args: Arguments) => Promise<Answer>;
  };
}

export interface BaseOptions {
  readonly clientId: string;
  readonly bootstrapBrokers: string[];
  readonly connectTimeout: number; // ms
  readonly requestTimeout: number; // ms
  readonly retries: number;
  readonly autocreateTopics: boolean;
  readonly tls?: object;
  readonly tlsServerName?: boolean;
  readonly sasl?: SaslOptions;
}

export interface SaslOptions {
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512" | "OAUTHBEARER";
  readonly username?: string;
  readonly password?: string;
  /** Asked at each connection, and when the broker wants to see another. */
  readonly token?: () => Promise<string>;
  readonly oauthBearerExtensions?: Record<string, string>;
  /** Looks at what a broker says of credentials that it took. */
  readonly authBytesValidator?: (
    said: Buffer,
    callback: (thrown: Error | null, said?: Buffer) => void,
  ) => void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface BaseClient {
  readonly connections: {
    get(broker: Address): Promise<PeerConnection>;
    getFirstAvailable(brokers: Address[]): Promise<PeerConnection>;
  };
  listApis(): Promise<
    readonly { readonly name: string; readonly minVersion: number; readonly maxVersion: number }[]
  >;
  close(): Promise<void>;
}

/** A connection that is authenticated. */
export interface PeerConnection {
  on(event: "error", listener: (thrown: Error) => void): unknown;
  close(): Promise<void>;
  send<T>(
    apiKey: number,
    apiVersion: number,
    createPayload: () => never,
    parser: (correlationId: number, key: number, version: number, reader: PeerReader) => T,
    taggedRequest: boolean,
    taggedResponse: boolean,
    callback: (thrown: Error | null, answer: T | undefined) => void,
  ): void;
}

/** The bytes of an answer. */
export interface PeerReader {
  readonly buffer: { slice(start: number, end: number): Buffer };
  readonly position: number;
  readonly length: number;
}

export interface MetadataResponse {
  readonly brokers: readonly {
    readonly nodeId: number;
    readonly host: string;
    readonly port: number;
  }[];
  readonly topics: readonly {
    readonly errorCode: number;
    readonly name?: string | null | undefined;
    readonly topicId: string;
    readonly isInternal: boolean;
    readonly partitions: readonly {
      readonly errorCode: number;
      readonly partitionIndex: number;
      readonly leaderId: number;
    }[];
  }[];
}

export type ListOffsetsArguments = [
  replica: number,
  isolation: number,
  topics: {
    name: string;
    partitions: { partitionIndex: number; currentLeaderEpoch: number; timestamp: bigint }[];
  }[],
];

export interface ListOffsetsResponse {
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly errorCode: number;
      readonly offset: bigint;
    }[];
  }[];
}

export interface FetchPartition {
  partition: number;
  currentLeaderEpoch: number;
  fetchOffset: bigint;
  lastFetchedEpoch: number;
  partitionMaxBytes: number;
}

export type FetchArguments = [
  maxWaitMs: number,
  minBytes: number,
  maxBytes: number,
  isolation: number,
  sessionId: number,
  sessionEpoch: number,
  topics: { topicId: string; partitions: FetchPartition[] }[],
  forgotten: [],
  rackId: string,
];

export type Compression = "none" | "gzip" | "snappy" | "lz4" | "zstd";

export interface PeerCodec {
  compressSync(bytes: Buffer): Buffer;
}

export interface ErrorResponse {
  readonly errorCode: number;
}

export interface CoordinatorResponse {
  readonly coordinators: readonly (ErrorResponse & Address)[];
}

export type InitProducerIdArguments = [
  transactionalId: string | null,
  timeoutMs: number,
  producerId: bigint,
  epoch: number,
];

export interface InitProducerIdResponse extends ErrorResponse {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export type AddPartitionsArguments = [
  transactions: {
    transactionalId: string;
    producerId: bigint;
    producerEpoch: number;
    verifyOnly: boolean;
    topics: { name: string; partitions: number[] }[];
  }[],
];

export interface AddPartitionsResponse {
  readonly resultsByTransaction: readonly {
    readonly topicResults: readonly {
      readonly resultsByPartition: readonly { readonly partitionErrorCode: number }[];
    }[];
  }[];
}

export type AddOffsetsArguments = [
  transactionalId: string,
  producerId: bigint,
  epoch: number,
  group: string,
];

export type EndTxnArguments = [
  transactionalId: string,
  producerId: bigint,
  epoch: number,
  committed: boolean,
];

export type TxnOffsetCommitArguments = [
  transactionalId: string,
  group: string,
  producerId: bigint,
  epoch: number,
  generation: number,
  member: string,
  instance: string | null,
  topics: {
    name: string;
    partitions: {
      partitionIndex: number;
      committedOffset: bigint;
      committedLeaderEpoch: number;
      committedMetadata: string;
    }[];
  }[],
];

export interface TxnOffsetCommitResponse {
  readonly topics: readonly { readonly partitions: readonly ErrorResponse[] }[];
}

export type OffsetFetchArguments = [
  groups: { groupId: string; memberEpoch: number; topics: null }[],
  stable: boolean,
];

export interface OffsetFetchResponse {
  readonly groups: readonly (ErrorResponse & {
    readonly topics: readonly {
      readonly partitions: readonly (ErrorResponse & { readonly committedOffset: bigint })[];
    }[];
  })[];
}

/** The peer, at first use. */
export function loadKafka(): Promise<KafkaModule> {
  return importPeer<KafkaModule>("@platformatic/kafka", "the format kafka");
}
