import { numberReader, wireOf } from "../../../../schema/protobuf/scalar.ts";
import type { ProtoMessage } from "../../../../schema/protobuf/schema.ts";
import type { WireCursor } from "../../../../schema/protobuf/wire.ts";
import type { FixedColumn } from "../../text/fixed.ts";
import type { Body } from "./part.ts";

const twoTo32 = 0x1_0000_0000;

/** Reads seconds and nanoseconds into microseconds, as Spark counts both instants and intervals. */
export class MomentBody implements Body {
  readonly #column: FixedColumn;
  readonly #fields: ReadonlyMap<number, (cursor: WireCursor) => boolean>;
  #low = 0;
  #high = 0;
  #nanos = 0;

  constructor(message: ProtoMessage, column: FixedColumn) {
    this.#column = column;
    const [seconds, nanos] = message.fields.map(({ number, kind }) => {
      const read = numberReader(kind);
      const wire = wireOf(kind);
      const taken = (cursor: WireCursor): boolean => {
        if (cursor.wire !== wire) return false;
        read(cursor);
        return true;
      };
      return { number, taken };
    });
    this.#fields = new Map([
      [
        seconds!.number,
        (cursor) => {
          if (!seconds!.taken(cursor)) return false;
          this.#low = cursor.low;
          this.#high = cursor.high;
          return true;
        },
      ],
      [
        nanos!.number,
        (cursor) => {
          if (!nanos!.taken(cursor)) return false;
          this.#nanos = cursor.low;
          return true;
        },
      ],
    ]);
  }

  read(cursor: WireCursor, _: number, group: number): void {
    while (cursor.next()) {
      if (cursor.closes(group)) return;
      if (!this.#fields.get(cursor.field)?.(cursor)) cursor.skip();
    }
    if (group !== 0) throw new Error("a group has no end");
  }

  finish(row: number): void {
    const column = this.#column;
    column.reserve(row);
    column.validity.set(row);
    const part = Math.trunc(this.#nanos / 1000);
    if (this.#high === 0 || this.#high === -1) {
      const micros = (this.#high * twoTo32 + (this.#low >>> 0)) * 1_000_000 + part;
      const high = Math.floor(micros / twoTo32);
      column.words[row * 2] = micros - high * twoTo32;
      column.words[row * 2 + 1] = high;
    } else {
      const micros = this.#exact(part);
      column.words[row * 2] = Number(micros & 0xffff_ffffn);
      column.words[row * 2 + 1] = Number(micros >> 32n);
    }
    this.forget();
  }

  /** By way of milliseconds, as Spark: they wrap, and what is then too many is an error. */
  #exact(part: number): bigint {
    const seconds = (BigInt(this.#high) << 32n) | BigInt(this.#low >>> 0);
    const micros = BigInt.asIntN(64, seconds * 1000n) * 1000n;
    if (BigInt.asIntN(64, micros) !== micros) throw new Error(`${seconds} seconds are too many`);
    return BigInt.asIntN(64, micros + BigInt(part));
  }

  forget(row?: number): void {
    this.#low = 0;
    this.#high = 0;
    this.#nanos = 0;
    if (row !== undefined) this.#column.put(row, null);
  }
}
