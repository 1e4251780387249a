import { columnsOf } from "../../analysis/expression.ts";
import type { TypedInput, TypedRelation } from "../../analysis/typed.ts";
import type { CachedResult, Engine, Eviction, QueryContext } from "../../engine/engine.ts";
import { placeOf } from "../../engine/local.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { InputFile } from "../../plan/input.ts";
import type { StructType } from "../../schema/type.ts";
import { join, type Location } from "../../storage/store.ts";
import { readCached } from "./shape.ts";

/** Where state files are made and kept. */
export interface StateFolder {
  /** `<checkpoint>/state/<operator>/0`. */
  readonly location: Location;
  readonly engine: Engine;
  /** A local folder for files in the making. */
  readonly staging: string;
}

/**
 * Names the Parquet files of one version. It is what makes them part of the state: a file that
 * no manifest names is left over from an attempt that crashed.
 */
export interface Manifest {
  readonly rows: number;
  readonly files: readonly { readonly name: string; readonly size: number }[];
  /** Keys that the watermark of this version makes go, told by their time and not one by one. */
  readonly evict?: Eviction;
}

export function encodeManifest({ rows, files, evict }: Manifest): Uint8Array {
  const gone = evict && { evict: { ...evict, atOrBefore: String(evict.atOrBefore) } };
  return new TextEncoder().encode(`v1\n${JSON.stringify({ rows, files, ...gone })}`);
}

export async function readManifest(folder: StateFolder, name: string): Promise<Manifest> {
  const path = join(folder.location, name).path;
  const text = new TextDecoder().decode(await folder.location.store.read(path));
  const [version, json = ""] = text.split("\n");
  try {
    const { rows, files, evict } = JSON.parse(json) as Manifest;
    if (version === "v1" && typeof rows === "number" && Array.isArray(files)) {
      const gone = evict && { evict: { ...evict, atOrBefore: BigInt(evict.atOrBefore) } };
      return { rows, files, ...gone };
    }
  } catch {
    // Not JSON: malformed, as below.
  }
  const uri = folder.location.store.uri(path);
  throw error("STREAMING_CHECKPOINT_MALFORMED", { path: uri, reason: "it is no manifest" });
}

/** What a file holds and how it is called. */
export interface StateFile {
  readonly version: number;
  readonly kind: "delta" | "snapshot";
  readonly schema: StructType;
}

/** Makes the rows of a kept result durable in Parquet; they count once a manifest names them. */
export async function writeState(
  folder: StateFolder,
  kept: CachedResult,
  options: { readonly file: StateFile; readonly context: QueryContext },
): Promise<Manifest> {
  const { version, kind, schema } = options.file;
  if (kept.rows === 0) return { rows: 0, files: [] };
  const written = await folder.engine.writeParquet(
    readCached(kept, columnsOf(kept.schema)),
    {
      directory: folder.staging,
      schema,
      partitionBy: [],
      compression: "snappy",
      statistics: () => false,
    },
    options.context,
  );
  const files: { name: string; size: number }[] = [];
  for (const { path, size } of written) {
    const name = `${version}.${env.uuid()}.${kind}.parquet`;
    await folder.location.store.publish(path, join(folder.location, name).path);
    files.push({ name, size });
  }
  return { rows: kept.rows, files };
}

/** Computes a relation once and keeps it in the engine. */
export type Keep = (relation: TypedRelation) => Promise<CachedResult>;

/** Brings the rows of a manifest into the engine. */
export async function loadState(
  folder: StateFolder,
  manifest: Manifest,
  { schema, keep }: { readonly schema: StructType; readonly keep: Keep },
): Promise<CachedResult> {
  if (manifest.files.length === 0) {
    return await keep({
      kind: "input",
      input: { kind: "empty", schema },
      output: columnsOf(schema),
    });
  }
  const files = manifest.files.map(({ name, size }): InputFile => {
    const location = join(folder.location, name);
    const uri = location.store.uri(location.path);
    const known = { size, immutable: true, modificationTime: 0, partition: {} };
    return { ...placeOf(location), uri, ...known };
  });
  const input: TypedInput["input"] = { kind: "parquet", schema, files };
  return await keep({ kind: "input", input, output: columnsOf(schema) });
}
