import type { Location } from "../storage/store.ts";
import { logPath } from "./path.ts";
import type { ReplayedSnapshot } from "./replay.ts";

/** Beyond this many the optional lists are left out: the file must stay small. */
const listedMax = 100;

/**
 * The version checksum of a snapshot (PROTOCOL.md#version-checksum-file): the required fields, and
 * transactions and domains where they are few.
 */
function checksumOf(snapshot: ReplayedSnapshot, txnId?: string): Record<string, unknown> {
  const { setTransactions, domains } = snapshot;
  return {
    ...(txnId === undefined ? {} : { txnId }),
    tableSizeBytes: snapshot.sizeInBytes,
    numFiles: snapshot.numFiles,
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
    ...checksumOf(snapshot, info.txnId),
    ...(info.inCommitTimestamp === undefined
      ? {}
      : { inCommitTimestampOpt: info.inCommitTimestamp }),
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(checksum)}\n`);
  await table.store.putIfAbsent(logPath(table, snapshot.version, "crc"), bytes);
}
