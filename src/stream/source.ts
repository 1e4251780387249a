import type { Input } from "../plan/input.ts";
import type { StructType } from "../schema/type.ts";

/** An offset is its JSON text, byte for byte as it stands in the offset log of the checkpoint. */
export type Offset = string;

/** How much one batch may take (Spark's ReadLimit). The source has its limits from its options. */
export type ReadLimit =
  | { readonly kind: "all" } // Trigger.Once, and the final offset of AvailableNow
  | { readonly kind: "options" }; // the rate limits of the source's options

/**
 * A replayable stream of rows. The laws, proven by `conformance/source.ts`:
 * 1. The same (start, end] gives the same rows, always, also after a restart.
 * 2. `latestOffset` never goes back and returns `start` if nothing is new.
 * 3. `input` is asked only for ranges whose end this or an earlier run returned.
 * 4. `commit(end)` says: nothing at or before `end` will be asked again. It may come twice.
 * 5. `input` may be the first that is asked of a source: the batch that a crash left planned.
 * 6. A batch under a limit of the options has at least one row.
 * 7. A text that is no offset of the source is refused by a named error.
 * 8. Disposed, also twice or while it is asked for something, it ends what it does and keeps
 *    nothing open.
 */
export interface Source extends AsyncDisposable {
  readonly schema: StructType;
  /** As Spark prints it in progress: `DeltaSource[file:/data/t]`. */
  readonly description: string;
  /** Whether to ask for news costs a call over a network: an idle query then asks less often. */
  readonly remote?: boolean;
  /**
   * The end of the next batch; `start` undefined before the first. Undefined: still nothing.
   * With `until` (AvailableNow) nothing past that offset.
   */
  latestOffset(
    start: Offset | undefined,
    limit: ReadLimit,
    until?: Offset,
  ): Promise<Offset | undefined>;
  /** The rows of (start, end]. `rows` where the source knows it without reading. */
  input(start: Offset | undefined, end: Offset): Promise<Batch>;
  commit(end: Offset): Promise<void>;
  /** How far there was data when it was last asked, for progress. */
  reachable?(): Offset | undefined;
  /**
   * What the source says of itself in the progress of a batch that ended at `end`, by name. It
   * never fails: what is not known is left out.
   */
  metrics?(end: Offset | undefined): Promise<Readonly<Record<string, string>>>;
  /**
   * A batch failed before its commit. Of a failure of its own rows the source may do what has to
   * be durable, and throw the error to raise instead; else it returns. No later batch is asked of
   * it then.
   */
  failed?(thrown: unknown): Promise<void>;
}

export interface Batch {
  /** Yields the columns of the source's schema, then the hidden ones of its dataset in use. */
  readonly input: Input;
  readonly rows?: number;
}

/** What a source may use of the query it belongs to. */
export interface SourceContext {
  /** `<checkpoint>/sources/<i>`: the source's own log. */
  readonly checkpoint: import("../storage/store.ts").Location;
  readonly queryId: string;
  /** Hidden columns the query uses: a batch may leave out the others. Absent: it has all. */
  readonly hidden?: readonly string[];
  /**
   * Nobody sees anything of a batch before all its rows are read: `input` may leave it to the
   * read to fail, and hear of it by `failed`. Absent: its rows may be out by then.
   */
  readonly atomic?: boolean;
  /** Aborts when the query is stopped: waits of the source end. */
  readonly signal?: AbortSignal;
}
