import { binding, type Vector } from "./binding.ts";

/** Which cells of a column are not null: one bit a row, as DuckDB lays it out. */
export class Validity {
  bits: Uint8Array = new Uint8Array(256);

  set(row: number): void {
    const at = row >> 3;
    if (at >= this.bits.length) this.#grow(at);
    this.bits[at]! |= 1 << (row & 7);
  }

  clear(row: number): void {
    const at = row >> 3;
    if (at < this.bits.length) this.bits[at]! &= ~(1 << (row & 7));
  }

  reset(): void {
    this.bits.fill(0);
  }

  flush(vector: Vector, rows: number): void {
    if (rows === 0 || this.#full(rows)) return;
    if (rows > this.bits.length * 8) this.#grow(rows >> 3);
    const duckdb = binding();
    duckdb.vector_ensure_validity_writable(vector);
    const bytes = Math.ceil(rows / 64) * 8;
    duckdb.copy_data_to_vector_validity(vector, 0, this.bits.buffer as ArrayBuffer, 0, bytes);
  }

  #full(rows: number): boolean {
    const whole = rows >> 3;
    if (whole + 1 > this.bits.length && rows > this.bits.length * 8) return false;
    for (let i = 0; i < whole; i++) if (this.bits[i] !== 255) return false;
    const rest = (1 << (rows & 7)) - 1;
    return rest === 0 || (this.bits[whole]! & rest) === rest;
  }

  #grow(at: number): void {
    const grown = new Uint8Array(Math.max(this.bits.length * 2, (at + 8) & ~7));
    grown.set(this.bits);
    this.bits = grown;
  }
}
