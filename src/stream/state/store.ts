import type { CachedResult, QueryContext, StateUpdate } from "../../engine/engine.ts";
import { assert, error } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";
import {
  encodeManifest,
  type Keep,
  loadState,
  type Manifest,
  readManifest,
  type StateFolder,
  writeState,
} from "./file.ts";
import { changeSchema, type StateShape, stateSchema } from "./shape.ts";

/**
 * The state of one operator. The truth is in the checkpoint: version N+1 is what batch N made of
 * version N, one Parquet change file a version and a snapshot now and then. The working copy is a
 * table in the engine and redo only: it takes a change after the change is durable, and a start
 * rebuilds it from the newest snapshot and the changes after it.
 *
 * `<version>` (a manifest) names the version's change files, `<version>.snapshot` the snapshot's.
 * A manifest is put if absent and is the commit point of the version; it is what a re-run of the
 * batch finds and keeps. Files without manifest are removed when their version is forgotten.
 */
export interface StateStore extends AsyncDisposable {
  readonly shape: StateShape;
  /** The working copy. Replaced by each `apply`. */
  readonly kept: CachedResult;
  /** The version the working copy is at: the id of the next batch. */
  readonly version: number;
  /** The change that makes the next version, if an attempt that crashed got as far. */
  stored(keep: Keep): Promise<CachedResult | undefined>;
  /** Makes a change durable as the next version. */
  commit(change: StateChange, context: QueryContext): Promise<void>;
  /** Brings a durable change into the working copy, which is at the next version then. */
  apply(change: StateChange): Promise<void>;
  /** Writes a snapshot if one is due, and forgets the versions below `floor`. */
  maintain(floor: number, context: QueryContext): Promise<void>;
}

/** What makes a version of the one before: keys that go by their time, then rows by key. */
export interface StateChange extends Pick<StateUpdate, "evict" | "added"> {
  readonly rows: CachedResult;
}

/** Changes after a snapshot that make the next one due (Spark: minDeltasForSnapshot). */
const deltasForSnapshot = 10;

/** Opens the state of `version` (0: empty). Lists the folder once. */
export async function openStateStore(
  folder: StateFolder,
  shape: StateShape,
  start: { readonly version: number; readonly context: QueryContext },
): Promise<StateStore> {
  const catalog = await listVersions(folder);
  const kept = await load({ folder, shape, catalog, ...start });
  return new Store({ folder, shape, catalog, kept, version: start.version });
}

/** The newest version whose change is durable; 0 if there is none. */
export async function newestVersion(location: Location): Promise<number> {
  const { deltas } = await listVersions({ location });
  return Math.max(0, ...deltas);
}

interface Catalog {
  readonly deltas: Set<number>;
  readonly snapshots: Set<number>;
  /** Every file of a version, manifests too. */
  readonly files: Map<number, string[]>;
}

async function listVersions(folder: Pick<StateFolder, "location">): Promise<Catalog> {
  const catalog: Catalog = { deltas: new Set(), snapshots: new Set(), files: new Map() };
  const { store, path } = folder.location;
  for await (const file of store.list(`${path}/`)) {
    note(catalog, file.path.slice(path.length + 1));
  }
  return catalog;
}

function note(catalog: Catalog, name: string): void {
  const version = Number(/^(\d+)(\.|$)/.exec(name)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(version)) return;
  const files = catalog.files.get(version) ?? [];
  files.push(name);
  catalog.files.set(version, files);
  if (name === String(version)) catalog.deltas.add(version);
  if (name === `${version}.snapshot`) catalog.snapshots.add(version);
}

interface Load {
  readonly folder: StateFolder;
  readonly shape: StateShape;
  readonly catalog: Catalog;
  readonly version: number;
  readonly context: QueryContext;
}

async function load({ folder, shape, catalog, version, context }: Load): Promise<CachedResult> {
  const base = Math.max(0, ...[...catalog.snapshots].filter((one) => one <= version));
  const keep: Keep = (relation) => folder.engine.cache(relation, context);
  const empty: Manifest = { rows: 0, files: [] };
  const manifest = base === 0 ? empty : await readManifest(folder, `${base}.snapshot`);
  let kept = await loadState(folder, manifest, { schema: stateSchema(shape), keep });
  for (let next = base + 1; next <= version; next += 1) {
    if (!catalog.deltas.has(next)) {
      await kept[Symbol.asyncDispose]();
      const path = folder.location.store.uri(folder.location.path);
      throw error("STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY", { version: next, path });
    }
    const delta = await readManifest(folder, String(next));
    if (delta.rows === 0 && delta.evict === undefined) continue;
    const changes = await loadState(folder, delta, { schema: changeSchema(shape), keep });
    const gone = delta.evict && { evict: delta.evict };
    kept = await folder.engine.apply({ cached: kept, keys: shape.keys.length, changes, ...gone });
    await changes[Symbol.asyncDispose]();
  }
  return kept;
}

interface Parts {
  readonly folder: StateFolder;
  readonly shape: StateShape;
  readonly catalog: Catalog;
  readonly kept: CachedResult;
  readonly version: number;
}

class Store implements StateStore {
  readonly shape: StateShape;
  kept: CachedResult;
  version: number;
  readonly #folder: StateFolder;
  readonly #catalog: Catalog;
  #disposed = false;

  constructor({ folder, shape, catalog, kept, version }: Parts) {
    this.shape = shape;
    this.kept = kept;
    this.version = version;
    this.#folder = folder;
    this.#catalog = catalog;
  }

  async stored(keep: Keep): Promise<CachedResult | undefined> {
    const next = this.version + 1;
    if (!this.#catalog.deltas.has(next)) return undefined;
    const manifest = await readManifest(this.#folder, String(next));
    return loadState(this.#folder, manifest, { schema: changeSchema(this.shape), keep });
  }

  async commit({ rows, evict }: StateChange, context: QueryContext): Promise<void> {
    const version = this.version + 1;
    const file = { version, kind: "delta", schema: changeSchema(this.shape) } as const;
    const manifest = await writeState(this.#folder, rows, { file, context });
    await this.#name(String(version), evict ? { ...manifest, evict } : manifest);
  }

  async apply({ rows, ...how }: StateChange): Promise<void> {
    if (rows.rows > 0 || how.evict !== undefined) {
      const update = { cached: this.kept, keys: this.shape.keys.length, changes: rows, ...how };
      this.kept = await this.#folder.engine.apply(update);
    }
    this.version += 1;
  }

  async maintain(floor: number, context: QueryContext): Promise<void> {
    const last = Math.max(0, ...this.#catalog.snapshots);
    if (this.version - last <= deltasForSnapshot) return;
    const file = {
      version: this.version,
      kind: "snapshot",
      schema: stateSchema(this.shape),
    } as const;
    const manifest = await writeState(this.#folder, this.kept, { file, context });
    await this.#name(`${this.version}.snapshot`, manifest);
    await this.#forget(floor);
  }

  /** Puts the manifest: from here on the version is this and nothing else. */
  async #name(name: string, manifest: Manifest): Promise<void> {
    const { store } = this.#folder.location;
    const path = join(this.#folder.location, name).path;
    if (!(await store.putIfAbsent(path, encodeManifest(manifest)))) {
      throw error("CONCURRENT_STREAM_LOG_UPDATE", { batchId: store.uri(path) });
    }
    for (const file of manifest.files) note(this.#catalog, file.name);
    note(this.#catalog, name);
  }

  /** Removes what no version from `floor` on needs; the manifest first, then its files. */
  async #forget(floor: number): Promise<void> {
    const base = Math.max(0, ...[...this.#catalog.snapshots].filter((one) => one <= floor));
    for (const [version, names] of this.#catalog.files) {
      if (version >= base) continue;
      for (const name of names.toSorted((a, b) => a.length - b.length)) {
        await this.#folder.location.store.delete(join(this.#folder.location, name).path);
      }
      this.#catalog.files.delete(version);
      this.#catalog.deltas.delete(version);
      this.#catalog.snapshots.delete(version);
    }
    assert(base <= this.version, "a snapshot is newer than the state");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.kept[Symbol.asyncDispose]();
  }
}
