import { env } from "../env.ts";
import { orAbort } from "../error/abort.ts";
import { error } from "../error/error.ts";
import { type StreamingQueryEvent, type StreamingQueryListener, tell } from "./listener.ts";
import type { QuerySpec, StreamingQuery } from "./query.ts";

/** The queries of a session (`spark.streams`). Disposing it stops them all. */
export class StreamingQueries implements AsyncDisposable {
  readonly #active = new Map<string, StreamingQuery>();
  readonly #listeners = new Set<StreamingQueryListener>();
  /** Ended since the last `resetTerminated`: whether any, and the first failure among them. */
  #terminated: { readonly exception: Error | undefined } | undefined;
  #termination = signal();
  #awaiting = 0;
  /** Starts in turn, so that two of one name or id do not pass each other. */
  #starting: Promise<unknown> = Promise.resolve();

  /** The queries that are going on. */
  get active(): readonly StreamingQuery[] {
    return [...this.#active.values()];
  }

  /** The active query of an id; null if there is none. */
  get(id: string): StreamingQuery | null {
    return this.#active.get(id) ?? null;
  }

  /**
   * Starts a query. A name that is active is an error; an id (a checkpoint) that is active is
   * stopped first, unless `spark.sql.streaming.stopActiveRunOnRestart` is false.
   */
  start(spec: Omit<QuerySpec, "onEvent">): Promise<StreamingQuery> {
    const started = this.#starting.then(() => this.#start(spec));
    this.#starting = started.catch(() => undefined);
    return started;
  }

  async #start(spec: Omit<QuerySpec, "onEvent">): Promise<StreamingQuery> {
    // Loaded by the first query: most sessions start none.
    const { prepareQuery } = await import("./query.ts");
    const prepared = await prepareQuery({
      ...spec,
      onEvent: (event) => this.#hear(event),
      warn: (line) => {
        if (this.#awaiting === 0) spec.warn(line);
      },
    });
    const running = this.#active.get(prepared.id);
    const sameName = this.active.some(
      (query) => spec.name !== undefined && query.name === spec.name && query !== running,
    );
    if (sameName) throw error("STREAMING_QUERY_NAME_ACTIVE", { name: spec.name ?? "" });
    if (running !== undefined) {
      if (spec.conf["spark.sql.streaming.stopActiveRunOnRestart"] === "false") {
        throw error("STREAMING_QUERY_ID_ACTIVE", { id: prepared.id });
      }
      await running.stop();
    }
    const query = prepared.start(running !== undefined);
    this.#active.set(query.id, query);
    return query;
  }

  /**
   * Waits until a query has ended since the session began or `resetTerminated` was called: true,
   * or throws if one failed. With a timeout, false if none has by then.
   */
  async awaitAnyTermination(
    timeoutMs?: number,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<boolean> {
    const waking = new AbortController();
    this.#awaiting += 1;
    try {
      if (this.#terminated === undefined) {
        const ends = [this.#termination.promise];
        if (timeoutMs !== undefined) ends.push(env.sleep(timeoutMs, waking.signal));
        await orAbort(Promise.race(ends), options.signal);
      }
    } finally {
      this.#awaiting -= 1;
      waking.abort();
    }
    // Set while this waited.
    const terminated = this.#terminated as { readonly exception: Error | undefined } | undefined;
    if (terminated?.exception) throw terminated.exception;
    return terminated !== undefined;
  }

  /** Forgets the queries that have ended, so that they can be waited for again. */
  resetTerminated(): void {
    this.#terminated = undefined;
    this.#termination = signal();
  }

  addListener(listener: StreamingQueryListener): void {
    this.#listeners.add(listener);
  }

  removeListener(listener: StreamingQueryListener): void {
    this.#listeners.delete(listener);
  }

  listListeners(): readonly StreamingQueryListener[] {
    return [...this.#listeners];
  }

  #hear(event: StreamingQueryEvent): void {
    for (const listener of this.#listeners) tell(listener, event);
    if (event.kind !== "terminated") return;
    const query = this.#active.get(event.id);
    if (query?.runId === event.runId) this.#active.delete(event.id);
    this.#terminated = { exception: this.#terminated?.exception ?? query?.exception };
    this.#termination.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#starting;
    await Promise.all(this.active.map((query) => query.stop()));
  }
}

function signal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
