import { Output, zigzag } from "./output.ts";

/** A protobuf message in the making; fields are written in the order they come. */
export class MessageWriter {
  readonly #out = new Output();

  number(field: number, value: number | bigint): this {
    this.#out.varint(field * 8);
    this.#out.varint(value);
    return this;
  }

  zigzag(field: number, value: bigint): this {
    return this.number(field, zigzag(value));
  }

  double(field: number, value: number): this {
    this.#out.varint(field * 8 + 1);
    this.#out.double(value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#out.varint(field * 8 + 2);
    this.#out.varint(value.length);
    this.#out.raw(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.done());
  }

  /** Numbers of a repeated field in one piece. */
  packed(field: number, values: readonly number[]): this {
    if (values.length === 0) return this;
    const out = new Output();
    for (const value of values) out.varint(value);
    return this.bytes(field, out.bytes);
  }

  done(): Uint8Array {
    return this.#out.bytes;
  }
}
