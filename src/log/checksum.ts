import { env } from "../env.ts";
import { error, isError } from "../error/error.ts";
import type { Location } from "../storage/store.ts";
import type { Metadata, Protocol } from "./action.ts";
import { logPath } from "./path.ts";
import type { ReplayedSnapshot } from "./replay.ts";
import type { Totals } from "./snapshot.ts";

/** Beyond this many the optional lists are left out: the file must stay small. */
const listedMax = 100;

/**
 * The version checksum of a snapshot (PROTOCOL.md#version-checksum-file): the required fields, and
 * transactions and domains where they are few.
 */
function checksumOf(
  snapshot: ReplayedSnapshot,
  { numFiles, sizeInBytes }: Totals,
  txnId?: string,
): Record<string, unknown> {
  const { setTransactions, domains } = snapshot;
  return {
    ...(txnId === undefined ? {} : { txnId }),
    tableSizeBytes: sizeInBytes,
    numFiles,
    numMetadata: 1,
    numProtocol: 1,
    ...(setTransactions.size > listedMax ? {} : { setTransactions: [...setTransactions.values()] }),
    ...(domains.size > listedMax ? {} : { domainMetadata: [...domains.values()] }),
    metadata: snapshot.metadata,
    protocol: snapshot.protocol,
  };
}

/** Writes the checksum beside the commit; one that is there stays. */
export async function writeChecksum(
  table: Location,
  snapshot: ReplayedSnapshot,
  info: { readonly txnId?: string; readonly inCommitTimestamp?: number },
): Promise<void> {
  const checksum = {
    ...checksumOf(snapshot, await snapshot.totals(), info.txnId),
    ...(info.inCommitTimestamp === undefined
      ? {}
      : { inCommitTimestampOpt: info.inCommitTimestamp }),
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(checksum)}\n`);
  await table.store.putIfAbsent(logPath(table, snapshot.version, "crc"), bytes);
}

/** What of a checksum a snapshot is held against. */
interface Checksum {
  readonly numFiles: number;
  readonly tableSizeBytes: number;
  readonly metadata: Metadata;
  readonly protocol: Protocol;
}

/**
 * Holds a snapshot against the checksum of its version. Where they differ, some file of the log is
 * not what was committed, or the checksum is wrong: DELTA_TXN_LOG_FAILED_INTEGRITY, as an error or,
 * as in Spark's reads, a warning. A checksum that is absent or makes no sense says nothing.
 */
export async function verifyChecksum(
  table: Location,
  snapshot: ReplayedSnapshot,
  isFatal = false,
): Promise<void> {
  const checksum = await readChecksum(table, snapshot.version);
  if (checksum === undefined) return;
  const totals = snapshot.knownTotals();
  const differing = [
    totals !== undefined && totals.numFiles !== checksum.numFiles ? "numFiles" : [],
    totals !== undefined && totals.sizeInBytes !== checksum.tableSizeBytes ? "tableSizeBytes" : [],
    checksum.metadata.id !== snapshot.metadata.id ? "metadata.id" : [],
    checksum.metadata.schemaString !== snapshot.metadata.schemaString
      ? "metadata.schemaString"
      : [],
    checksum.protocol.minReaderVersion !== snapshot.protocol.minReaderVersion ? "protocol" : [],
  ].flat();
  if (differing.length > 0) {
    const mismatch = differing.join(", ");
    const path = logPath(table, snapshot.version, "crc");
    const { version } = snapshot;
    const failure = error("DELTA_TXN_LOG_FAILED_INTEGRITY", { version, mismatch, path });
    if (isFatal) throw failure;
    env.warn(failure.message);
  }
}

async function readChecksum(table: Location, version: number): Promise<Checksum | undefined> {
  try {
    const bytes = await table.store.read(logPath(table, version, "crc"));
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isChecksum(parsed) ? parsed : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError || isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
}

function isChecksum(parsed: unknown): parsed is Checksum {
  if (typeof parsed !== "object" || parsed === null) return false;
  const { numFiles, tableSizeBytes, metadata, protocol } = parsed as Partial<Checksum>;
  return (
    Number.isSafeInteger(numFiles) &&
    Number.isSafeInteger(tableSizeBytes) &&
    typeof metadata?.id === "string" &&
    typeof protocol?.minReaderVersion === "number"
  );
}
