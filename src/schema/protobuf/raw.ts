import { WireCursor, wires } from "./wire.ts";

/** The fields of a message whose schema is not known: numbers of four bytes, and bytes. */
export class RawMessage {
  readonly #fields = new Map<number, (number | Uint8Array)[]>();

  /** Throws an Error where the bytes are broken. */
  constructor(bytes: Uint8Array) {
    const cursor = new WireCursor();
    cursor.open(bytes);
    while (cursor.next()) {
      const { field, wire } = cursor;
      const known = this.#fields.get(field) ?? [];
      if (known.length === 0) this.#fields.set(field, known);
      if (wire === wires.varint) {
        cursor.varint();
        known.push(cursor.low);
      } else if (wire === wires.bytes) {
        const length = cursor.length();
        const start = cursor.take(length);
        known.push(bytes.subarray(start, start + length));
      } else if (cursor.closes(0)) break;
      else cursor.skip();
    }
  }

  /** The last number of a field. */
  number(field: number): number | undefined {
    return this.#fields.get(field)?.findLast((value) => typeof value === "number");
  }

  /** The numbers of a repeated field, packed or not. */
  numbers(field: number): readonly number[] {
    return (this.#fields.get(field) ?? []).flatMap((value) => {
      if (typeof value === "number") return [value];
      const cursor = new WireCursor();
      cursor.open(value);
      const found: number[] = [];
      while (cursor.at < cursor.end) {
        cursor.varint();
        found.push(cursor.low);
      }
      return found;
    });
  }

  text(field: number): string | undefined {
    const bytes = this.#all(field).at(-1);
    return bytes && Buffer.from(bytes).toString("utf8");
  }

  texts(field: number): readonly string[] {
    return this.#all(field).map((bytes) => Buffer.from(bytes).toString("utf8"));
  }

  /** Of a message that came in parts, the whole. */
  message(field: number): RawMessage {
    return new RawMessage(Buffer.concat(this.#all(field)));
  }

  messages(field: number): readonly RawMessage[] {
    return this.#all(field).map((bytes) => new RawMessage(bytes));
  }

  #all(field: number): readonly Uint8Array[] {
    return (this.#fields.get(field) ?? []).filter((value) => typeof value !== "number");
  }
}
