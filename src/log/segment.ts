import { error } from "../error/error.ts";
import type { ListedFile } from "../storage/store.ts";

/** A file of the log by what its name says. Names of no meaning here have none. */
export type LogFile<S extends ListedFile = ListedFile> = {
  readonly version: number;
  readonly status: S;
} & (
  | { readonly kind: "commit" }
  /** The commits from `from` to `version` in one (PROTOCOL.md#log-compaction-files). */
  | { readonly kind: "compaction"; readonly from: number }
  | { readonly kind: "checksum" }
  /** A checkpoint or a part of one; `parts` is 0 for one in a single file. */
  | { readonly kind: "checkpoint"; readonly form: "classic" | "v2"; readonly parts: number }
);

const commitName = /^\d{20}\.json$/;
const versionName = /^(\d{20})\.(.+)$/;
const compactedName = /^(\d{20})\.compacted\.json$/;
const classicName = /^checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/;
const v2Name = /^checkpoint\.[0-9a-f]{8}-[0-9a-f-]{27}\.(?:json|parquet)$/;

/** What a listed file is; undefined for names that the protocol does not know. */
export function logFile<S extends ListedFile>(status: S): LogFile<S> | undefined {
  const name = status.path.slice(status.path.lastIndexOf("/") + 1);
  if (commitName.test(name)) return { kind: "commit", version: Number(name.slice(0, 20)), status };
  const [, first, rest = ""] = versionName.exec(name) ?? [];
  if (first === undefined) return undefined;
  const version = Number(first);
  if (rest === "crc") return { kind: "checksum", version, status };
  const last = compactedName.exec(rest)?.[1];
  if (last !== undefined)
    return { kind: "compaction", from: version, version: Number(last), status };
  if (v2Name.test(rest)) return { kind: "checkpoint", version, form: "v2", parts: 0, status };
  const classic = classicName.exec(rest);
  if (classic === null) return undefined;
  const parts = Number(classic[2] ?? 0);
  return { kind: "checkpoint", version, form: "classic", parts, status };
}

/** Commits of a version, or of several in one file, in the order they are replayed. */
export interface Delta {
  readonly from: number;
  readonly version: number;
  readonly path: string;
}

/** The files that make a version: a whole checkpoint, if any, and the commits after it. */
export interface Segment {
  readonly version: number;
  readonly checkpoint: CheckpointChoice | undefined;
  /** Without gaps from the checkpoint's version + 1. */
  readonly deltas: readonly Delta[];
}

/** A checkpoint all of whose files are there. */
export interface CheckpointChoice {
  readonly version: number;
  /** Tells it from others of its version. */
  readonly key: string;
  readonly files: readonly ListedFile[];
}

export interface SegmentRequest {
  /** Newest wanted; undefined: the newest there is. */
  readonly version?: number;
  /** For messages. */
  readonly path: string;
  /** Checkpoints, by key, and compactions, by path, that were found to be unreadable. */
  readonly without?: ReadonlySet<string>;
}

/**
 * Chooses from a listing what a snapshot is made of. Undefined: there is no log, or not yet the
 * version asked for. A missing commit is DELTA_VERSIONS_NOT_CONTIGUOUS; a log whose start is gone
 * without a checkpoint is DELTA_TRUNCATED_TRANSACTION_LOG.
 */
export function segmentOf(files: readonly LogFile[], request: SegmentRequest): Segment | undefined {
  const limit = request.version ?? Number.MAX_SAFE_INTEGER;
  const wanted = files.filter((file) => file.version <= limit);
  const checkpoint = newestCheckpoint(wanted, request.without);
  const base = checkpoint?.version ?? -1;
  const commits = wanted.filter((file) => file.kind === "commit" && file.version > base);
  const last = commits.reduce((max, file) => Math.max(max, file.version), base);
  if (last < 0) return undefined;
  if (request.version !== undefined && last !== request.version) return undefined;
  const usable = wanted.filter(({ status }) => request.without?.has(status.path) !== true);
  const deltas = deltasOf(usable, { base, last, path: request.path });
  return { version: last, checkpoint, deltas };
}

/** The newest checkpoint of a listing all of whose parts are there, but for those in `without`. */
export function newestCheckpoint(
  files: readonly LogFile[],
  without: ReadonlySet<string> = new Set(),
): CheckpointChoice | undefined {
  const groups = new Map<string, { file: LogFile & { kind: "checkpoint" }; all: ListedFile[] }>();
  for (const file of files) {
    if (file.kind !== "checkpoint") continue;
    const key = file.form === "v2" ? file.status.path : `${file.version}.${file.parts}`;
    if (without.has(key)) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { file, all: [file.status] });
    else group.all.push(file.status);
  }
  const whole = [...groups].filter(([, { file, all }]) => all.length === Math.max(file.parts, 1));
  // Of one version Spark prefers V2 to parts, and parts to one file.
  const [best] = whole.sort(([, { file: a }], [, { file: b }]) => {
    return b.version - a.version || rank(b) - rank(a) || (a.status.path < b.status.path ? 1 : -1);
  });
  if (best === undefined) return undefined;
  const [key, { file, all }] = best;
  return { version: file.version, key, files: all };
}

function rank(file: LogFile & { kind: "checkpoint" }): number {
  return file.form === "v2" ? Number.MAX_SAFE_INTEGER : file.parts;
}

/** Commits one by one, but where a compaction covers several. */
function deltasOf(
  files: readonly LogFile[],
  range: { readonly base: number; readonly last: number; readonly path: string },
): Delta[] {
  const commits = new Map<number, Delta>();
  const longest = new Map<number, Delta>();
  for (const file of files) {
    const { version, status } = file;
    if (file.kind === "commit") commits.set(version, { from: version, version, path: status.path });
    if (file.kind !== "compaction" || version <= file.from) continue;
    const known = longest.get(file.from);
    if (known === undefined || known.version < version) {
      longest.set(file.from, { from: file.from, version, path: status.path });
    }
  }
  const deltas: Delta[] = [];
  for (let next = range.base + 1; next <= range.last; ) {
    const delta = longest.get(next) ?? commits.get(next);
    if (delta === undefined) throw gap(next, [...commits.keys()], range);
    deltas.push(delta);
    next = delta.version + 1;
  }
  return deltas;
}

function gap(
  missing: number,
  commits: readonly number[],
  { base, last, path }: { readonly base: number; readonly last: number; readonly path: string },
): Error {
  if (base < 0 && missing === 0) {
    return error("DELTA_TRUNCATED_TRANSACTION_LOG", { version: last, path });
  }
  const after = Math.min(...commits.filter((version) => version > missing));
  return error("DELTA_VERSIONS_NOT_CONTIGUOUS", {
    versionList: `${missing - 1}, ${after}`,
    startVersion: missing - 1,
    endVersion: after,
    versionToLoad: last,
    path,
  });
}
