import { outputOf } from "../../analysis/typed.ts";
import type { Engine, Result } from "../../engine/engine.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { field, struct } from "../../schema/type.ts";
import type { Sink, SinkBatch } from "../../stream/sink.ts";
import type { SinkRequest, WriteRequest } from "../connector.ts";
import { deadline } from "../deadline.ts";
import { type KafkaClient, openKafka } from "./client.ts";
import { messageReader, type ReadMessage } from "./message.ts";
import type { TopicPartition } from "./partition.ts";
import type { KafkaProducer } from "./producer.ts";
import { sizeOf } from "./record.ts";
import { markOf } from "./transaction.ts";
import { type KafkaSinkOptions, sinkOptions } from "./write-option.ts";

/** Chunks of the engine's rows, and their bytes, that are on their way to the brokers. */
const inFlight = 4;
const inFlightBytes = 32 << 20;
/**
 * How long a producer may rest, ms: brokers forget one that wrote nothing for a day, and a
 * transactional id after a week.
 */
const restMs = 3_600_000;
/** How long an aborted batch tries to end its transaction, ms. */
const abandonMs = 2_000;

/** A producer in use. */
interface Open {
  readonly client: KafkaClient;
  readonly producer: KafkaProducer;
  /** The batch that was committed last, where batches are transactions. */
  last: number;
  /** On the monotonic clock. */
  used: number;
  /** Of the batch it was opened for: once that aborts, its requests are refused. */
  readonly signal: AbortSignal | undefined;
}

/**
 * A stream's batches as records. At least once; with `exactlyOnce` each batch is a transaction
 * that also commits the batch's number, as the offset of a group whose name is the transactional
 * id: a batch that comes again is found there and left alone.
 */
export async function kafkaSink({ options, schema, context }: SinkRequest): Promise<Sink> {
  const read = sinkOptions(options);
  const message = messageReader(schema, read.topic);
  const once = read.transaction !== undefined;
  let open: Open | undefined;
  const close = async (): Promise<void> => {
    const last = open;
    open = undefined;
    await last?.producer[Symbol.asyncDispose]();
    await last?.client[Symbol.asyncDispose]();
  };
  return {
    description: "KafkaSink",
    exactlyOnce: once,
    ...(once ? { atomic: true } : {}),
    outputModes: ["append", "update", "complete"],
    async addBatch(batch) {
      const { signal } = batch.context;
      if (open && (open.signal !== signal || env.monotonic() - open.used > restMs)) await close();
      try {
        open ??= await opened(read, batch);
        const added = await addBatch(open, batch, { engine: context.engine, message });
        open.used = env.monotonic();
        return added;
      } catch (thrown) {
        await abandon(read, open?.producer, signal);
        await close();
        throw thrown;
      }
    },
    [Symbol.asyncDispose]: close,
  };
}

/** `df.write.format("kafka")`: at least once; with `exactlyOnce` all rows in one transaction. */
export async function writeKafka(request: WriteRequest): Promise<void> {
  const { mode, relation, query, context } = request;
  if (mode === "overwrite" || mode === "ignore") {
    throw error("KAFKA_SAVE_MODE_NOT_ALLOWED", { mode });
  }
  const read = sinkOptions(request.options);
  const fields = outputOf(relation).map(({ name, type }) => field(name, type));
  const message = messageReader(struct(fields), read.topic);
  await using client = await openKafka(read.config, query.signal);
  await using producer = await client.producer(settingsOf(read, env.uuid(), query.signal));
  try {
    await using result = await context.engine.query(relation, query);
    await send(producer, result, message);
    await producer.transactions?.commit();
  } catch (thrown) {
    await abandon(read, producer, query.signal);
    throw thrown;
  }
}

/**
 * Ends the transaction of a batch that failed: readers of committed records wait behind it. Once
 * the batch was aborted its connections are closed, and others are opened for `abandonMs`.
 */
async function abandon(
  { config }: KafkaSinkOptions,
  producer: KafkaProducer | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const transactions = producer?.transactions;
  if (transactions === undefined) return;
  if (!signal?.aborted) return transactions.abort().catch(() => undefined);
  using late = deadline(abandonMs);
  try {
    await using client = await openKafka(config, late.signal);
    await transactions.abort(client.brokers);
  } catch {
    // The brokers end it after its timeout.
  }
}

function settingsOf(
  { producer, transaction }: KafkaSinkOptions,
  name: string,
  signal: AbortSignal | undefined,
) {
  return {
    ...producer,
    ...(transaction
      ? { transaction: { id: `${transaction.prefix}-${name}`, timeoutMs: transaction.timeoutMs } }
      : {}),
    ...(signal ? { signal } : {}),
  };
}

/** Who ran this query before is fenced off, before it is asked what is there. */
async function opened(read: KafkaSinkOptions, { queryId, context }: SinkBatch): Promise<Open> {
  const { signal } = context;
  const client = await openKafka(read.config, signal);
  try {
    const producer = await client.producer(settingsOf(read, queryId, signal));
    const { transactions } = producer;
    const next = transactions ? await markOf(client.brokers, transactions.id) : undefined;
    return { client, producer, last: Number(next ?? 0n) - 1, used: env.monotonic(), signal };
  } catch (thrown) {
    await client[Symbol.asyncDispose]();
    throw thrown;
  }
}

async function addBatch(
  open: Open,
  { batchId, queryId, relation, context }: SinkBatch,
  { engine, message }: { readonly engine: Engine; readonly message: ReadMessage },
): Promise<{ readonly rows?: number }> {
  const { producer } = open;
  const { transactions } = producer;
  if (transactions && batchId <= open.last) return {};
  await using result = await engine.query(relation, context);
  const { rows, at } = await send(producer, result, message);
  if (transactions && at) {
    const metadata = `batch ${batchId} of the query ${queryId}`;
    const offset = BigInt(batchId + 1);
    await transactions.commit({ group: transactions.id, at, offset, metadata });
    open.last = batchId;
  }
  return { rows };
}

/** Sends all rows; how many, and a partition of a topic that one of them went to. */
async function send(
  producer: KafkaProducer,
  result: Result,
  message: ReadMessage,
): Promise<{ readonly rows: number; readonly at: TopicPartition | undefined }> {
  const sending: { readonly sent: Promise<void>; readonly bytes: number }[] = [];
  let [rows, bytes] = [0, 0];
  let at: TopicPartition | undefined;
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    const { columns } = chunk;
    const messages = Array.from({ length: chunk.rows }, (_, row) => message(columns, row));
    const [first] = messages;
    if (first) at ??= { topic: first.topic, partition: 0 };
    rows += chunk.rows;
    const sent = producer.send(messages);
    // One that fails while an earlier one is waited for is told when its turn comes.
    sent.catch(() => undefined);
    const size = messages.reduce((sum, one) => sum + sizeOf(one), 0);
    sending.push({ sent, bytes: size });
    bytes += size;
    while (sending.length >= inFlight || (bytes > inFlightBytes && sending.length > 0)) {
      const oldest = sending.shift()!;
      await oldest.sent;
      bytes -= oldest.bytes;
    }
  }
  await Promise.all(sending.map(({ sent }) => sent));
  return { rows, at };
}
