import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "../../../../env.ts";
import type { InputFile } from "../../../../plan/input.ts";

/** Bytes of rewritten files kept for the next query. */
const keptBytes = 1 << 30;
/** Files known to need no rewrite. */
const plainMax = 10_000;

/** Names by which writers tell a codec that DuckDB reads: such a file is not looked into. */
const telling = /\.(snappy|gz|zstd|lz4raw|br)\.parquet$/;

type ParquetFile = Pick<InputFile, "path" | "uri" | "size" | "modificationTime" | "etag">;

/** Local files in place of others, for as long as they are held. */
export interface Lease {
  readonly paths: readonly string[];
  release(): Promise<void>;
}

interface Kept {
  readonly made: Promise<string>;
  bytes: number;
  holders: number;
}

/**
 * Parquet files that DuckDB cannot read, rewritten so that it can: those with chunks of codec LZ4
 * as Hadoop frames them. At most `keptBytes` of them outlive the queries that asked for them.
 */
export class RewrittenFiles implements AsyncDisposable {
  readonly #parent: string;
  readonly #plain = new Set<string>();
  readonly #kept = new Map<string, Kept>();
  #folder: Promise<string> | undefined;

  constructor(parent: string = tmpdir()) {
    this.#parent = parent;
  }

  /** Whether a file is to be looked into: neither its name nor an earlier look tells. */
  mayBeFramed(file: ParquetFile): boolean {
    return !telling.test(file.path) && !this.#plain.has(key(file));
  }

  /** The paths to read instead of those of the files, in their order; `framed` are rewritten. */
  async lease(files: readonly ParquetFile[], framed: ReadonlySet<string>): Promise<Lease> {
    for (const file of files) if (!framed.has(file.path)) this.#remember(file);
    const held: Kept[] = [];
    const release = async (): Promise<void> => {
      for (const one of held.splice(0)) one.holders -= 1;
      await this.#evict();
    };
    try {
      const read: string[] = [];
      for (const file of files) {
        if (framed.has(file.path)) {
          const one = this.#hold(file);
          held.push(one);
          read.push(await one.made);
        } else read.push(file.path);
      }
      return { paths: read, release };
    } catch (thrown) {
      await release();
      throw thrown;
    }
  }

  #remember(file: ParquetFile): void {
    if (!this.mayBeFramed(file)) return;
    this.#plain.add(key(file));
    const [oldest] = this.#plain;
    if (this.#plain.size > plainMax && oldest !== undefined) this.#plain.delete(oldest);
  }

  #hold(file: ParquetFile): Kept {
    const name = key(file);
    const before = this.#kept.get(name);
    const one: Kept = before ?? { made: this.#make(file.path), bytes: 0, holders: 0 };
    one.holders += 1;
    this.#kept.delete(name);
    this.#kept.set(name, one);
    if (before === undefined) {
      one.made.then(
        async (path) => {
          one.bytes = (await stat(path)).size;
        },
        () => this.#kept.delete(name),
      );
    }
    return one;
  }

  async #make(source: string): Promise<string> {
    this.#folder ??= mkdtemp(join(this.#parent, "millrace-lz4-"));
    const target = join(await this.#folder, `${env.uuid()}.parquet`);
    try {
      const { rewriteLz4 } = await import("./rewrite.ts");
      await rewriteLz4(source, target);
    } catch (thrown) {
      await rm(target, { force: true });
      throw thrown;
    }
    return target;
  }

  /** The least recently asked for go first; what a query holds stays. */
  async #evict(): Promise<void> {
    let total = [...this.#kept.values()].reduce((sum, one) => sum + one.bytes, 0);
    for (const [name, one] of this.#kept) {
      if (total <= keptBytes) return;
      if (one.holders > 0) continue;
      this.#kept.delete(name);
      total -= one.bytes;
      await rm(await one.made, { force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kept.clear();
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true });
  }
}

/** A file that changed under its name is another one. */
function key({ uri, size, modificationTime, etag = "" }: ParquetFile): string {
  return `${size} ${modificationTime} ${etag} ${uri}`;
}
