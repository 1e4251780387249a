import { importPeer } from "../../storage/peer.ts";

/**
 * What is used of `@azure/event-hubs`, by its shape: its types are not there where the product is
 * built. `test/services/connector/eventhubs/sdk.ts` compares them.
 */
export interface EventHubsModule {
  readonly EventHubConsumerClient: {
    new (consumerGroup: string, connectionString: string, options: ClientOptions): ConsumerClient;
    new (
      consumerGroup: string,
      connectionString: string,
      checkpointStore: CheckpointStore,
      options: ClientOptions,
    ): ConsumerClient;
  };
  readonly EventHubProducerClient: new (
    connectionString: string,
    options: ClientOptions,
  ) => ProducerClient;
}

export interface ClientOptions {
  readonly retryOptions: { readonly maxRetries: number; readonly timeoutInMs: number };
}

/** Where the client would keep positions: those of a query are in its checkpoint. */
export interface CheckpointStore {
  listOwnership(): Promise<never[]>;
  claimOwnership(): Promise<never[]>;
  updateCheckpoint(): Promise<void>;
  listCheckpoints(): Promise<never[]>;
}

export interface ConsumerClient {
  getPartitionIds(): Promise<string[]>;
  getPartitionProperties(partitionId: string): Promise<PartitionProperties>;
  subscribe(partitionId: string, handlers: Handlers, options: SubscribeOptions): Subscription;
  close(): Promise<void>;
}

export interface PartitionProperties {
  readonly beginningSequenceNumber: number;
  readonly lastEnqueuedSequenceNumber: number;
  readonly lastEnqueuedOnUtc: Date;
  readonly isEmpty: boolean;
}

export interface Handlers {
  /** None where nothing came in time. No more come until it resolves. */
  processEvents(events: ReceivedEvent[]): Promise<void>;
  /** The client goes on when it resolves, if the error is one that may pass. */
  processError(error: Error): Promise<void>;
}

export interface SubscribeOptions {
  readonly startPosition: EventPosition;
  readonly maxBatchSize: number;
  readonly prefetchCount: number;
  readonly maxWaitTimeInSeconds: number;
  readonly skipParsingBodyAsJson: boolean;
}

/** Where a receiver begins: one of the three. */
export interface EventPosition {
  readonly offset?: string;
  readonly sequenceNumber?: number;
  readonly enqueuedOn?: number; // ms since the epoch; behind it
  readonly isInclusive?: boolean;
}

export interface Subscription {
  close(): Promise<void>;
}

export interface ReceivedEvent {
  readonly body: unknown;
  readonly offset: string;
  readonly sequenceNumber: number;
  readonly enqueuedTimeUtc: Date;
  getRawAmqpMessage(): RawMessage;
}

/** The message as AMQP has it: values have their types there. */
export interface RawMessage {
  readonly messageAnnotations?: Readonly<Record<string, unknown>>;
  readonly applicationProperties?: Readonly<Record<string, unknown>>;
  readonly properties?: object;
}

export interface EventData {
  readonly body: Uint8Array;
  readonly properties?: Record<string, string>;
}

export interface EventBatch {
  readonly count: number;
  readonly maxSizeInBytes: number;
  tryAdd(event: EventData): boolean;
}

/** Where events of a batch go: to one of the two, or in turn. */
export interface BatchTarget {
  readonly partitionId?: string;
  readonly partitionKey?: string;
}

export interface ProducerClient {
  createBatch(target: BatchTarget): Promise<EventBatch>;
  sendBatch(batch: EventBatch): Promise<void>;
  close(): Promise<void>;
}

/** The peer, at its first use. */
export const loadEventHubs = (): Promise<EventHubsModule> =>
  importPeer<EventHubsModule>("@azure/event-hubs", "the data source eventhubs");
