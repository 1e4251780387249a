import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { StructType } from "../../schema/type.ts";
import { Timestamp, type Value } from "../../schema/value.ts";
import type { Source } from "../../stream/source.ts";
import { numberOf } from "../journal/source.ts";
import { connect, type Peer } from "./connection.ts";

/** Held before the peer is made to wait; a stalled query must not fill the memory. */
const most = { lines: 1_000_000, characters: 1 << 26 };

/** Lines in memory, as in Spark: gone with the process. */
export async function openMemory(
  peer: Peer,
  { schema, description }: { readonly schema: StructType; readonly description: string },
): Promise<Source> {
  const buffer = new LineBuffer(schema.fields.length > 1);
  let failure: Error | undefined;
  const connection = await connect(peer, {
    lines: (lines, from) => {
      buffer.push(lines);
      if (buffer.full) from.pause();
    },
    ended: (thrown) => {
      failure = thrown;
    },
  });
  return {
    schema,
    description,
    async latestOffset(start, _limit, until) {
      if (failure) throw failure;
      const end =
        until === undefined ? buffer.end : Math.min(buffer.end, numberOf(until, description));
      return end < 0 ? start : String(Math.max(end, numberOf(start, description)));
    },
    async input(start, end) {
      const rows = buffer.between(numberOf(start, description), numberOf(end, description));
      return { input: { kind: "rows", schema, rows }, rows: rows.length };
    },
    async commit(end) {
      buffer.release(numberOf(end, description));
      connection.resume();
    },
    async [Symbol.asyncDispose]() {
      connection.destroy();
    },
  };
}

/** Whole lines in the order they came; line n has offset n, from 0. */
class LineBuffer {
  readonly #stamped: boolean;
  #rows: (readonly Value[])[] = [];
  #characters = 0;
  #first = 0;

  constructor(stamped: boolean) {
    this.#stamped = stamped;
  }

  get end(): number {
    return this.#first + this.#rows.length - 1;
  }

  get full(): boolean {
    return this.#rows.length > most.lines || this.#characters > most.characters;
  }

  push(lines: readonly string[]): void {
    const now = new Timestamp(BigInt(env.now()) * 1000n);
    for (const value of lines) {
      this.#rows.push(this.#stamped ? [value, now] : [value]);
      this.#characters += value.length;
    }
  }

  between(start: number, end: number): readonly (readonly Value[])[] {
    if (start + 1 < this.#first || end > this.end) {
      throw error("SOCKET_NOT_RECOVERABLE", { offset: end });
    }
    return this.#rows.slice(start + 1 - this.#first, end + 1 - this.#first);
  }

  release(end: number): void {
    const gone = Math.min(this.#rows.length, end + 1 - this.#first);
    if (gone <= 0) return;
    for (const [value] of this.#rows.slice(0, gone)) this.#characters -= String(value).length;
    this.#rows = this.#rows.slice(gone);
    this.#first += gone;
  }
}
