import { wireOf } from "../../../../schema/protobuf/scalar.ts";
import { isMessage, type ProtoField } from "../../../../schema/protobuf/schema.ts";
import { type WireCursor, wires } from "../../../../schema/protobuf/wire.ts";
import type { ListColumn, MapColumn } from "../../text/column.ts";
import { type Body, type Part, type Took, took } from "./part.ts";
import { found, type ReadScalar } from "./scalar.ts";

/** A field with many values that have no parts, packed or one at a time. */
export class RepeatedScalar implements Part {
  readonly #wire: number;
  readonly #packs: boolean;
  readonly #read: ReadScalar;
  readonly #list: ListColumn;
  #count = 0;

  constructor({ kind }: ProtoField, read: ReadScalar, list: ListColumn) {
    this.#wire = wireOf(kind);
    this.#packs = this.#wire !== wires.bytes && !isMessage(kind);
    this.#read = read;
    this.#list = list;
  }

  take(cursor: WireCursor): Took {
    if (cursor.wire === this.#wire) return this.#one(cursor) ? took.value : took.strange;
    if (!this.#packs || cursor.wire !== wires.bytes) return took.other;
    const length = cursor.length();
    const outer = cursor.end;
    cursor.end = cursor.at + length;
    let whole = true;
    while (cursor.at < cursor.end) whole = this.#one(cursor) && whole;
    cursor.end = outer;
    return whole ? took.value : took.strange;
  }

  #one(cursor: WireCursor): boolean {
    const at = this.#list.entries.count + this.#count;
    if (this.#read(cursor, at) === found.strange) return false;
    this.#count++;
    return true;
  }

  finish(row: number): void {
    this.#list.entries.put(row, this.#count);
    this.#count = 0;
  }

  forget(row?: number): void {
    const { element, entries } = this.#list;
    if (row !== undefined) {
      for (let i = 0; i < this.#count; i++) element.put(entries.count + i, null);
    }
    this.#count = 0;
  }
}

/** A field with many messages, into an array, or the entries of a map. */
export class RepeatedMessage implements Part {
  readonly #wire: number;
  readonly #body: Body;
  readonly #list: ListColumn | MapColumn;
  #count = 0;

  constructor({ kind }: ProtoField, body: Body, list: ListColumn | MapColumn) {
    this.#wire = wireOf(kind);
    this.#body = body;
    this.#list = list;
  }

  take(cursor: WireCursor): Took {
    if (cursor.wire !== this.#wire) return took.other;
    const at = this.#list.entries.count + this.#count;
    cursor.within((group) => this.#body.read(cursor, at, group));
    this.#body.finish(at);
    this.#count++;
    return took.value;
  }

  finish(row: number): void {
    this.#list.entries.put(row, this.#count);
    this.#count = 0;
  }

  forget(row?: number): void {
    if (row === undefined) this.#body.forget();
    else for (let i = 0; i < this.#count; i++) this.#body.forget(this.#list.entries.count + i);
    this.#count = 0;
  }
}
