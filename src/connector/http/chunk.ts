import { createHash } from "node:crypto";
import type { HttpOptions } from "./option.ts";

/** The body of one request. */
export interface Chunk {
  readonly rows: number;
  readonly body: string;
  /** The same for the same rows at the same place of the same batch, and else another. */
  readonly key: string;
}

/** Puts rows, each as a JSON object, together as the bodies of requests. */
export class Chunker {
  readonly #options: HttpOptions;
  readonly #batch: string;
  #rows: string[] = [];
  #bytes = 0;
  #count = 0;

  /** `batch` names the batch for ever. */
  constructor(options: HttpOptions, batch: string) {
    this.#options = options;
    this.#batch = batch;
  }

  /** A chunk, where the row has made it full. */
  add(row: string): Chunk | undefined {
    this.#rows.push(row);
    this.#bytes += Buffer.byteLength(row);
    const { batchSize, maxRequestBytes } = this.#options;
    const full = this.#rows.length >= batchSize || this.#bytes >= maxRequestBytes;
    return full ? this.take() : undefined;
  }

  /** What is left. */
  take(): Chunk | undefined {
    if (this.#rows.length === 0) return undefined;
    const rows = this.#rows;
    const body = bodyOf(this.#options, rows);
    const digest = createHash("sha256").update(body).digest("hex").slice(0, 16);
    const key = `${this.#batch}-${this.#count}-${digest}`;
    this.#rows = [];
    this.#bytes = 0;
    this.#count += 1;
    return { rows: rows.length, body, key };
  }
}

function bodyOf({ body }: HttpOptions, rows: readonly string[]): string {
  if (body === "lines") return `${rows.join("\n")}\n`;
  return body === "array" ? `[${rows.join(",")}]` : rows.join("");
}
