import { env } from "../env.ts";
import { error, isError } from "../error/error.ts";
import type { Location } from "../storage/store.ts";
import type { Add, Metadata, Protocol } from "./action.ts";
import { fileKey } from "./file-key.ts";
import { logPath } from "./path.ts";
import type { ReplayedSnapshot } from "./replay.ts";
import { type ActionKind, misfitOf } from "./shape.ts";
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
  /** The live files, where they are few. */
  readonly allFiles?: readonly Add[];
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
    metadataFields
      .filter((name) => checksum.metadata[name] !== undefined)
      .filter((name) => !same(checksum.metadata[name], snapshot.metadata[name]))
      .map((name) => `metadata.${name}`),
    same(featuresOf(checksum.protocol), featuresOf(snapshot.protocol)) ? [] : "protocol",
    (await listsFiles(checksum, snapshot)) ? [] : "allFiles",
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

/** What of the metadata says how rows are read. */
const metadataFields = ["id", "schemaString", "partitionColumns", "configuration"] as const;

function featuresOf({ minReaderVersion, readerFeatures }: Protocol): unknown {
  return [minReaderVersion, [...(readerFeatures ?? [])].sort()];
}

/** Whether the files are those that the checksum lists, if it lists any and they are at hand. */
async function listsFiles({ allFiles }: Checksum, snapshot: ReplayedSnapshot): Promise<boolean> {
  if (allFiles === undefined || snapshot.knownTotals() === undefined) return true;
  const files = await snapshot.files();
  const listed = new Map(allFiles.map((file) => [fileKey(file), file]));
  return (
    files.length === listed.size &&
    files.every((file) => {
      const twin = listed.get(fileKey(file));
      return twin !== undefined && same(contentOf(file), contentOf(twin));
    })
  );
}

/** What of a file decides its rows. */
function contentOf({ size, partitionValues, deletionVector }: Add): unknown {
  return [size, partitionValues, deletionVector?.sizeInBytes, deletionVector?.cardinality];
}

/** Whether two values are the same JSON, whatever the order of members. */
function same(left: unknown, right: unknown): boolean {
  return sortedJson(left) === sortedJson(right);
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_, item: unknown) => {
    const isPlain = typeof item === "object" && item !== null && !Array.isArray(item);
    return isPlain ? Object.fromEntries(Object.entries(item).sort()) : item;
  });
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
  const { numFiles, tableSizeBytes, metadata, protocol, allFiles } = parsed as {
    readonly [name: string]: unknown;
  };
  return (
    Number.isSafeInteger(numFiles) &&
    Number.isSafeInteger(tableSizeBytes) &&
    isAction("metaData", metadata) &&
    isAction("protocol", protocol) &&
    (allFiles === undefined ||
      (Array.isArray(allFiles) && allFiles.every((file) => isAction("add", file))))
  );
}

function isAction(kind: ActionKind, body: unknown): boolean {
  const isObject = typeof body === "object" && body !== null;
  return isObject && misfitOf(kind, body as { [name: string]: unknown }) === undefined;
}
