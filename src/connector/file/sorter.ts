import { rm } from "node:fs/promises";
import { env } from "../../env.ts";
import { mergeRecords } from "./merge.ts";
import { RunReader, type RunRecord, RunWriter } from "./run.ts";

/** What is sorted, and where. */
export interface SorterSpec<T> {
  /** A local folder for what does not fit into memory. */
  readonly staging: string;
  /** Things held in memory. */
  readonly held: number;
  /** In the order of their records. */
  compare(left: T, right: T): number;
  record(one: T): Sorted<T>;
}

/** A record, and what it is of; undefined where that has been on disk. */
export interface Sorted<T> extends RunRecord {
  readonly of?: T | undefined;
}

/** Any number of things in order: beyond a bound their records go to local files, sorted. */
export class Sorter<T> {
  readonly #spec: SorterSpec<T>;
  readonly #spilled: { readonly path: string; readonly reader: RunReader }[] = [];
  #held: T[] = [];
  #size = 0;

  constructor(spec: SorterSpec<T>) {
    this.#spec = spec;
  }

  /** What was added. */
  get size(): number {
    return this.#size;
  }

  add(one: T): void {
    if (this.#held.length >= this.#spec.held) this.#spill();
    this.#held.push(one);
    this.#size += 1;
  }

  /** All of it, of records that are equal one; once, and nothing may be added any more. */
  inOrder(): Generator<Sorted<T>> {
    const spilled = this.#spilled.map(({ reader }) => reader.entries());
    return mergeRecords<Sorted<T>>([this.#sorted(), ...spilled]);
  }

  /** Forgets all of it, and removes what was written. */
  async clear(): Promise<void> {
    this.#held = [];
    this.#size = 0;
    for (const { path, reader } of this.#spilled.splice(0)) {
      await reader[Symbol.asyncDispose]();
      await rm(path, { force: true });
    }
  }

  #spill(): void {
    const path = `${this.#spec.staging}/${env.uuid()}.sorted`;
    const writer = new RunWriter(path);
    for (const record of this.#sorted()) writer.add(record);
    const bytes = writer.finish();
    const file = { path, [Symbol.asyncDispose]: async () => undefined };
    this.#spilled.push({ path, reader: new RunReader(file, bytes) });
  }

  /** What is in memory, in order; it is no longer held there. */
  *#sorted(): Generator<Sorted<T>> {
    const { compare, record } = this.#spec;
    const sorted = this.#held.sort(compare);
    this.#held = [];
    for (const one of sorted) yield record(one);
  }
}
