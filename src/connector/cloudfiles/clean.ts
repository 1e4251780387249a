import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile } from "node:fs/promises";
import { env } from "../../env.ts";
import { join, type Location } from "../../storage/store.ts";
import type { ConnectorContext } from "../connector.ts";
import { fixedPart } from "../file/glob.ts";
import { mapFiles } from "../file/input.ts";
import type { CleanedLog, Cleaner } from "../file/source.ts";
import { locateUri } from "../file/uri.ts";
import { type ArchivedFile, CleanLog, cleanFolder, type ReadEntry } from "./clean-log.ts";
import type { CleanSource } from "./clean-option.ts";

export interface CleanSpec {
  readonly clean: CleanSource;
  /** The paths of the stream. */
  readonly paths: readonly Location[];
  readonly context: ConnectorContext;
}

/** Opens the cleaning of a stream's files. */
export async function openCleaner(
  spec: CleanSpec,
  checkpoint: Location,
  source: CleanedLog,
): Promise<Cleaner> {
  const log = await CleanLog.open(cleanFolder(checkpoint), source.latest);
  return new FileCleaner(spec, log, source);
}

/**
 * Deletes or moves files after their batch is committed and kept as long as is asked. What is
 * committed is written down first; a file goes only while it is the one that was read, and a file
 * that is moved goes after its copy is durable: a crash at any step leaves it in one of the places,
 * and the next pass does the rest. Cleaning runs beside the batches; a failure is told of, and
 * tried again.
 */
class FileCleaner implements Cleaner {
  readonly #spec: CleanSpec;
  readonly #log: CleanLog;
  readonly #source: CleanedLog;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(spec: CleanSpec, log: CleanLog, source: CleanedLog) {
    this.#spec = spec;
    this.#log = log;
    this.#source = source;
  }

  async commit(end: number): Promise<void> {
    for (let entry = this.#log.last + 1; entry <= end; entry++) {
      const files = await this.#source.entries(entry - 1, entry);
      // Files that were there before the stream and are not read have no batch.
      const read = files.filter(({ batchId }) => batchId >= 0);
      await this.#log.add({ entry, commitTime: env.now() }, read);
    }
    this.look();
  }

  look(): void {
    if (this.#running || this.#stopped || !this.#isDue()) return;
    this.#running = this.#pass()
      .catch((thrown: unknown) => env.warn(`Files were not cleaned, it is tried again: ${thrown}`))
      .finally(() => {
        this.#running = undefined;
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = !this.#spec.clean.wait;
    await this.#running;
    this.#stopped = true;
  }

  #isDue(): boolean {
    const oldest = this.#log.oldest;
    return oldest !== undefined && oldest.commitTime + this.#spec.clean.retentionMs <= env.now();
  }

  async #pass(): Promise<void> {
    while (!this.#stopped && this.#isDue()) {
      const committed = this.#log.oldest!;
      const files = await this.#log.files(committed);
      const archived = await mapFiles(files, (file) => this.#clean(file));
      await this.#log.archived(committed, archived);
    }
  }

  async #clean(file: ReadEntry): Promise<ArchivedFile> {
    const { clean, paths, context } = this.#spec;
    const entry = { path: file.path, timestamp: file.timestamp };
    const location = await locateUri(file.path, paths[0]!, context);
    const status = await location.store.stat(location.path);
    // Written over since, it may wait to be read again.
    if (!status || !sameTime(status.modificationTime, file.timestamp)) return entry;
    const moved = clean.destination && (await this.#copy(location, clean.destination, file));
    await location.store.delete(location.path);
    const done = { ...entry, archiveTime: env.now(), mode: clean.mode };
    return moved ? { ...done, moved: moved.store.uri(moved.path) } : done;
  }

  /** Copies a file below the destination; one of its name that is another is not written over. */
  async #copy(from: Location, destination: Location, file: ReadEntry): Promise<Location> {
    const bases = this.#spec.paths.map(({ path }) => fixedPart(path));
    const base = bases.find((folder) => from.path.startsWith(`${folder}/`));
    const name =
      base === undefined ? from.path.split("/").at(-1)! : from.path.slice(base.length + 1);
    await using local = await from.store.open(from.path);
    for (const to of [name, `${name}.${Math.trunc(file.timestamp)}`]) {
      const target = join(destination, to);
      if (await target.store.stat(target.path)) {
        await using there = await target.store.open(target.path);
        if ((await digest(there.path)) === (await digest(local.path))) return target;
        continue;
      }
      const copy = `${this.#spec.context.staging}/${env.uuid()}`;
      await copyFile(local.path, copy);
      await target.store.publish(copy, target.path);
      return target;
    }
    throw new Error(`${destination.store.uri(join(destination, name).path)} is there already`);
  }
}

/** Whether two times of a file are one: some stores say it in whole seconds when asked for one. */
function sameTime(left: number, right: number): boolean {
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  const whole = left % 1000 === 0 || right % 1000 === 0;
  return whole ? seconds(left) === seconds(right) : Math.trunc(left) === Math.trunc(right);
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  return hash.digest("hex");
}
