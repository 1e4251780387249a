import { wireOf } from "../../../../schema/protobuf/scalar.ts";
import type { ProtoField } from "../../../../schema/protobuf/schema.ts";
import type { WireCursor } from "../../../../schema/protobuf/wire.ts";
import type { Value } from "../../../../schema/value.ts";
import type { Column } from "../../text/column.ts";
import { type Body, type Part, type Took, took } from "./part.ts";
import { found, type ReadScalar } from "./scalar.ts";

/** A field with one value that has no parts: the last that comes counts. */
export class SingleScalar implements Part {
  readonly #field: ProtoField;
  readonly #wire: number;
  readonly #read: ReadScalar;
  readonly #column: Column;
  readonly #absent: Value;
  #came = false;

  /** `absent`: what the cell is where no value came. */
  constructor(field: ProtoField, read: ReadScalar, column: Column, absent: Value) {
    this.#field = field;
    this.#wire = wireOf(field.kind);
    this.#read = read;
    this.#column = column;
    this.#absent = absent;
  }

  take(cursor: WireCursor, row: number): Took {
    if (cursor.wire !== this.#wire) return took.other;
    const what = this.#read(cursor, row);
    if (what === found.strange) return took.strange;
    this.#came = what === found.other || this.#field.presence;
    if (!this.#came) this.#column.put(row, null);
    return took.value;
  }

  finish(row: number): void {
    if (this.#came) {
      this.#came = false;
      return;
    }
    if (this.#field.label === "required") throw lacking(this.#field);
    if (this.#absent !== null) this.#column.put(row, this.#absent);
  }

  forget(row?: number): void {
    this.#came = false;
    if (row !== undefined) this.#column.put(row, null);
  }
}

/** A field with one message; those that come are merged. */
export class SingleMessage implements Part {
  readonly #field: ProtoField;
  readonly #wire: number;
  readonly #body: Body;
  readonly #column: Column;
  readonly #always: boolean;
  #came = false;

  /** `always`: where no message came, it is one without fields. */
  constructor(field: ProtoField, body: Body, column: Column, always: boolean) {
    this.#field = field;
    this.#wire = wireOf(field.kind);
    this.#body = body;
    this.#column = column;
    this.#always = always;
  }

  take(cursor: WireCursor, row: number): Took {
    if (cursor.wire !== this.#wire) return took.other;
    this.#came = true;
    cursor.within((group) => this.#body.read(cursor, row, group));
    return took.value;
  }

  finish(row: number): void {
    if (this.#came || this.#always) {
      this.#came = false;
      this.#body.finish(row);
      return;
    }
    if (this.#field.label === "required") throw lacking(this.#field);
    this.#column.put(row, null);
  }

  forget(row?: number): void {
    this.#came = false;
    this.#body.forget(row);
  }
}

function lacking({ name }: ProtoField): Error {
  return new Error(`it lacks the required field ${name}`);
}
