import type { ProtoField } from "../../../../schema/protobuf/schema.ts";
import type { WireCursor } from "../../../../schema/protobuf/wire.ts";
import type { FixedColumn } from "../../text/fixed.ts";
import { type Body, type Part, took } from "./part.ts";

/** A field of a message, and what reads its values. */
export interface Slot {
  readonly field: ProtoField;
  readonly part: Part;
}

/** Reads the fields of messages into their columns. */
export class MessageBody implements Body {
  readonly #slots: ReadonlyMap<number, Slot>;
  readonly #parts: readonly Part[];
  readonly #own: FixedColumn | undefined;
  readonly #strict: boolean;
  /** Which slot each set of fields has its one value in. */
  readonly #chosen = new Map<number, Slot>();

  /**
   * `own`: which rows have a message. `strict`: a value of a known field that cannot be one of
   * its type is an error, else it is passed over.
   */
  constructor(slots: readonly Slot[], own: FixedColumn | undefined, strict: boolean) {
    this.#slots = new Map(slots.map((slot) => [slot.field.number, slot]));
    this.#parts = slots.map(({ part }) => part);
    this.#own = own;
    this.#strict = strict;
  }

  read(cursor: WireCursor, row: number, group: number): void {
    while (cursor.next()) {
      if (cursor.closes(group)) return;
      const slot = this.#slots.get(cursor.field);
      if (slot === undefined) {
        cursor.skip();
        continue;
      }
      const done = slot.part.take(cursor, row);
      if (done === took.value) {
        if (slot.field.oneof !== undefined) this.#choose(slot, slot.field.oneof, row);
        continue;
      }
      if (this.#strict) throw new Error(`the field ${slot.field.name} is written as another type`);
      if (done === took.other) cursor.skip();
    }
    if (group !== 0) throw new Error("a group has no end");
  }

  #choose(slot: Slot, oneof: number, row: number): void {
    const before = this.#chosen.get(oneof);
    if (before === slot) return;
    before?.part.forget(row);
    this.#chosen.set(oneof, slot);
  }

  finish(row: number): void {
    this.#own?.put(row, true);
    for (const part of this.#parts) part.finish(row);
    if (this.#chosen.size > 0) this.#chosen.clear();
  }

  forget(row?: number): void {
    for (const part of this.#parts) part.forget(row);
    this.#chosen.clear();
  }
}
