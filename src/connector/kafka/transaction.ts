import { error } from "../../error/error.ts";
import type { Brokers } from "./brokers.ts";
import { answerOf, passes, reasonOf } from "./failure.ts";
import { nameOf, type TopicPartition } from "./partition.ts";
import type { Address, PeerConnection, Requests } from "./peer.ts";

/** Who writes: the number that the brokers gave, and how often it was taken over. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
}

/** What a transaction leaves behind: a number, as the offset of a group. */
export interface Mark {
  readonly group: string;
  readonly at: TopicPartition;
  readonly offset: bigint;
  readonly metadata: string;
}

export interface TransactionOptions {
  readonly id: string;
  readonly timeoutMs: number;
}

/** The transactions of one id, one after the other. Who had the id before is fenced off. */
export interface Transactions extends ProducerIdentity {
  readonly id: string;
  /** Partitions must be in the transaction before records go there. */
  add(partitions: readonly TopicPartition[]): Promise<void>;
  commit(mark?: Mark): Promise<void>;
  /**
   * Tries once, by `others` where the brokers' own connections are closed. What it does not reach
   * is over after the timeout, or when the id comes back.
   */
  abort(others?: Brokers): Promise<void>;
}

/** Numbers of errors that say that somebody else has the id, or that the broker gave up. */
const fenced: ReadonlySet<number> = new Set([47, 48, 49, 90]);
/** A transaction before is being completed, or an offset of it is; the topic is being made. */
const underway: ReadonlySet<number> = new Set([3, 51, 88]);
/** Not done, for the error of another partition. */
const notAttempted = 55;
const quickMs = 20;
const transactionKind = 1;
const groupKind = 0;

/** An identity for a producer without transactions. */
export function identify(brokers: Brokers): Promise<ProducerIdentity> {
  return brokers.patiently(async () => {
    const { initProducerIdV4 } = brokers.module;
    const answer = await brokers.ask(undefined, (connection) =>
      call(initProducerIdV4, connection, null, 0, -1n, -1),
    );
    check(brokers, answer.errorCode, { request: "InitProducerId", subject: "a producer" });
    return { producerId: answer.producerId, epoch: answer.producerEpoch };
  });
}

/** Ends what a writer with this id before has left open. */
export async function openTransactions(
  brokers: Brokers,
  { id, timeoutMs }: TransactionOptions,
): Promise<Transactions> {
  const coordinator = coordinatorOf(brokers, transactionKind, id);
  const { initProducerIdV4, addPartitionsToTxnV3, endTxnV3 } = brokers.module;
  const opened = await coordinator("InitProducerId", async (connection) => {
    const own = [id, timeoutMs, -1n, -1] as const;
    const answer = await call(initProducerIdV4, connection, ...own);
    return { ...answer, errors: [answer.errorCode] };
  });
  const { producerId, producerEpoch: epoch } = opened;
  const inside = new Map<string, TopicPartition>();
  const end = async (connection: PeerConnection, committed: boolean) => {
    const own = [id, producerId, epoch, committed] as const;
    const answer = await call(endTxnV3, connection, ...own);
    return { errors: [answer.errorCode] };
  };
  return {
    ...{ id, producerId, epoch },
    async add(partitions) {
      const added = partitions.filter((one) => !inside.has(nameOf(one)));
      if (added.length === 0) return;
      const names = [...new Set(added.map(({ topic }) => topic))];
      const topics = names.map((name) => ({
        name,
        partitions: added.filter(({ topic }) => topic === name).map(({ partition }) => partition),
      }));
      const transaction = { transactionalId: id, producerId, producerEpoch: epoch, topics };
      await coordinator("AddPartitionsToTxn", async (connection) => {
        const whole = [{ ...transaction, verifyOnly: false }];
        const answer = await call(addPartitionsToTxnV3, connection, whole);
        const results = answer.resultsByTransaction.flatMap(({ topicResults }) => topicResults);
        const all = results.flatMap(({ resultsByPartition }) => resultsByPartition);
        return { errors: all.map(({ partitionErrorCode }) => partitionErrorCode) };
      });
      for (const one of added) inside.set(nameOf(one), one);
    },
    async commit(mark) {
      if (inside.size === 0) return;
      if (mark) await addMark(brokers, { id, producerId, epoch, mark });
      await coordinator("EndTxn", (connection) => end(connection, true));
      inside.clear();
    },
    async abort(others = brokers) {
      if (inside.size === 0) return;
      inside.clear();
      const address = await findCoordinator(others, transactionKind, id);
      await others.ask(address, (connection) => end(connection, false));
    },
  };
}

/** The greatest offset that a group has committed; undefined: none. */
export async function markOf(brokers: Brokers, group: string): Promise<bigint | undefined> {
  const { offsetFetchV8 } = brokers.module;
  const coordinator = coordinatorOf(brokers, groupKind, group);
  const { groups } = await coordinator("OffsetFetch", async (connection) => {
    const asked = [{ groupId: group, memberEpoch: -1, topics: null }];
    const answer = await call(offsetFetchV8, connection, asked, true);
    const partitions = answer.groups.flatMap(({ topics }) => topics.flatMap((t) => t.partitions));
    const errors = [...answer.groups, ...partitions].map(({ errorCode }) => errorCode);
    return { ...answer, errors };
  });
  let most: bigint | undefined;
  for (const { topics } of groups) {
    for (const { committedOffset } of topics.flatMap(({ partitions }) => partitions)) {
      if (committedOffset >= 0n && committedOffset > (most ?? -1n)) most = committedOffset;
    }
  }
  return most;
}

interface Marking extends ProducerIdentity {
  readonly id: string;
  readonly mark: Mark;
}

async function addMark(brokers: Brokers, { id, producerId, epoch, mark }: Marking): Promise<void> {
  const { addOffsetsToTxnV3, txnOffsetCommitV3 } = brokers.module;
  const { group, at, offset, metadata } = mark;
  const coordinator = coordinatorOf(brokers, transactionKind, id);
  await coordinator("AddOffsetsToTxn", async (connection) => {
    const own = [id, producerId, epoch, group] as const;
    const answer = await call(addOffsetsToTxnV3, connection, ...own);
    return { errors: [answer.errorCode] };
  });
  const partition = { partitionIndex: at.partition, committedOffset: offset };
  const committed = { ...partition, committedLeaderEpoch: -1, committedMetadata: metadata };
  const topics = [{ name: at.topic, partitions: [committed] }];
  await coordinatorOf(
    brokers,
    groupKind,
    group,
  )("TxnOffsetCommit", async (connection) => {
    const own = [id, group, producerId, epoch, -1, "", null, topics] as const;
    const answer = await call(txnOffsetCommitV3, connection, ...own);
    const partitions = answer.topics.flatMap((topic) => topic.partitions);
    return { errors: partitions.map(({ errorCode }) => errorCode) };
  });
}

type Ask = <T extends { readonly errors: readonly number[] }>(
  request: string,
  work: (connection: PeerConnection) => Promise<T>,
) => Promise<T>;

/** Asks the broker that keeps a transactional id or a group, wherever it moves. */
function coordinatorOf(brokers: Brokers, kind: number, key: string): Ask {
  let address: Address | undefined;
  return (request, work) =>
    brokers.patiently(async () => {
      try {
        address ??= await findCoordinator(brokers, kind, key);
        const answer = await brokers.ask(address, work);
        const errors = answer.errors.filter((number) => number !== notAttempted);
        for (const number of errors) check(brokers, number, { request, subject: key });
        return answer;
      } catch (thrown) {
        address = undefined;
        throw thrown;
      }
    }, quickMs);
}

async function findCoordinator(brokers: Brokers, kind: number, key: string): Promise<Address> {
  const { findCoordinatorV4 } = brokers.module;
  const answer = await brokers.ask(undefined, (connection) =>
    call(findCoordinatorV4, connection, kind, [key]),
  );
  const [found] = answer.coordinators;
  check(brokers, found?.errorCode ?? -1, { request: "FindCoordinator", subject: key });
  return { host: found!.host, port: found!.port };
}

/** The answer, even if it tells of errors. */
function call<Arguments extends unknown[], Answer>(
  { api }: Requests<Arguments, Answer>,
  connection: PeerConnection,
  ...own: Arguments
): Promise<Answer> {
  return api.async(connection as never, ...own).catch(answerOf<Answer>);
}

/** A number that is no error, passes, or stays. */
function check(
  { config: { servers } }: Brokers,
  number: number,
  { request, subject }: { readonly request: string; readonly subject: string },
): void {
  if (number === 0) return;
  const reason = reasonOf(number);
  if (fenced.has(number)) throw error("KAFKA_PRODUCER_FENCED", { servers, id: subject, reason });
  if (passes(number) || underway.has(number)) throw new Error(`${request}: ${reason}`);
  throw error("KAFKA_REQUEST_FAILED", { servers, request, subject, reason });
}
