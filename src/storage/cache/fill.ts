import { error } from "../../error/error.ts";
import { suffix } from "../copy.ts";
import type { ByteRange, PartialFile } from "../part.ts";
import type { Fetched, RemoteFiles } from "../remote.ts";
import { coalesced, lengthOf, merged, missing, pieces } from "./range.ts";
import { type Held, publish, put, type Shelf } from "./shelf.ts";

/** Bytes asked for at once. */
const requestBytes = 8 << 20;

/** What fills files: where from, where to, and how many requests at a time. */
export interface Filler {
  readonly remote: RemoteFiles;
  readonly shelf: Shelf;
  readonly smallBytes: number;
  /** Bytes that the cache has room for. */
  readonly most: number;
  /** Does a request when there is a place for it. */
  readonly request: <T>(work: () => Promise<T>) => Promise<T>;
  /** Counts bytes that came onto the disk. */
  readonly wrote: (bytes: number) => void;
}

/** A remote file on its way into the cache. */
export class Filling implements PartialFile {
  readonly size: number;
  readonly #filler: Filler;
  readonly #path: string;
  #held: Held | undefined;
  #present: readonly ByteRange[];
  /** One fetch after another: what the one brings, the next need not. */
  #last: Promise<void> = Promise.resolve();

  /** `held`: undefined where the first answer is to say which content the file has. */
  constructor(filler: Filler, path: string, known: { held: Held | undefined; size: number }) {
    this.#filler = filler;
    this.#path = path;
    this.#held = known.held;
    this.size = known.size;
    this.#present = known.held?.present ?? [];
  }

  get uri(): string {
    return this.#filler.remote.uri(this.#path);
  }

  get held(): Held | undefined {
    return this.#held;
  }

  async read(start: number, length: number): Promise<Uint8Array> {
    await this.ensure([{ start, end: start + length }]);
    return (await this.#held?.file.read(start, length)) ?? new Uint8Array();
  }

  /** Fetches what is absent of some ranges, and makes it known to all processes. */
  ensure(wanted: readonly ByteRange[]): Promise<void> {
    const done = this.#last.then(() => this.#ensure(wanted));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #ensure(wanted: readonly ByteRange[]): Promise<void> {
    const within = merged(wanted);
    const past = within.find(({ end }) => end > this.size);
    if (past !== undefined) {
      throw error("STORAGE_RANGE_PAST_END", { path: this.uri, ...past, size: this.size });
    }
    const requests = pieces(coalesced(missing(within, this.#present)), requestBytes);
    const [first] = requests;
    if (first === undefined) return;
    const rest = this.#held === undefined ? requests.slice(1) : requests;
    const held = this.#held ?? (await this.#begin(first));
    const done = await Promise.allSettled(rest.map((range) => this.#fill(held, range)));
    const failed = done.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    await publish(this.#filler.shelf, held, merged(requests));
    this.#present = merged([...this.#present, ...requests]);
    this.#filler.wrote(lengthOf(requests));
  }

  /** The first answer says which content of the file this is. */
  async #begin(range: ByteRange): Promise<Held> {
    const { etag, size, bytes } = await this.#fetch(range);
    if (size !== this.size) throw new OtherSize();
    const held = await put(this.#filler.shelf, { uri: this.uri, etag, size }, suffix(this.#path));
    this.#held = held;
    this.#present = held.present;
    await held.file.write(bytes, range.start);
    return held;
  }

  async #fill(held: Held, range: ByteRange): Promise<void> {
    const { etag, size } = held.content;
    const fetched = await this.#fetch(range, etag);
    if (fetched.etag !== etag || fetched.size !== size) {
      throw error("STORAGE_FILE_CHANGED", { path: this.uri, expected: etag });
    }
    await held.file.write(fetched.bytes, range.start);
  }

  async #fetch({ start, end }: ByteRange, etag?: string): Promise<Fetched> {
    const { remote, request } = this.#filler;
    return await request(() => remote.fetch(this.#path, start, end - start, etag));
  }
}

/** The file has another size than the caller said, whatever it meant by that. */
export class OtherSize extends Error {}
