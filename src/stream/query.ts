import { AsyncLocalStorage } from "node:async_hooks";
import { rewrite } from "../analysis/walk.ts";
import type { QueryContext } from "../engine/engine.ts";
import { env } from "../env.ts";
import { orAbort } from "../error/abort.ts";
import { error, isError, type MillraceError } from "../error/error.ts";
import { emptyScan } from "./binding.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { checkLegality } from "./legality.ts";
import { MicroBatches } from "./micro-batch.ts";
import type { StreamingQueryProgress } from "./progress.ts";
import { type OpenedQuery, openQuery, type QuerySpec, type StartPoint } from "./start.ts";
import { Stopwatch } from "./stopwatch.ts";
import { type StreamingPlan, streamingPlan } from "./streaming-plan.ts";
import { nextTrigger, pollingDelay, pollingOf } from "./trigger.ts";
import { isStreamingScan } from "./walk.ts";

export type { QuerySpec } from "./start.ts";

/** What a query is doing. */
export interface StreamingQueryStatus {
  readonly message: string;
  readonly isDataAvailable: boolean;
  readonly isTriggerActive: boolean;
}

/** What code called from a batch runs in: waiting for that query there would never end. */
const running = new AsyncLocalStorage<{ query: StreamingQuery | undefined }>();

/** `spark.sql.streaming.numRecentProgressUpdates`. */
const recentProgressUpdates = 100;

/** `spark.sql.streaming.noDataProgressEventInterval`, in ms. */
const idleEventMs = 10_000;

/**
 * Starts a query. What is wrong with the plan, the output mode or the checkpoint is thrown here;
 * what goes wrong later ends the query: see `awaitTermination` and `exception`.
 */
export async function startQuery(spec: QuerySpec): Promise<StreamingQuery> {
  return (await prepareQuery(spec)).start();
}

/** A query that is checked and whose checkpoint is open, but that does not run yet. */
export interface PreparedQuery {
  readonly id: string;
  /** `stale`: another run went on since the checkpoint was read, so it is read again. */
  start(stale?: boolean): StreamingQuery;
}

/** The first half of `startQuery`: another run of the same id can be stopped in between. */
export async function prepareQuery(spec: QuerySpec): Promise<PreparedQuery> {
  const { trigger, outputMode, sink } = spec;
  if (trigger.kind === "processing time" && trigger.intervalMs < 0) {
    throw error("NEGATIVE_TRIGGER_INTERVAL", { interval: trigger.intervalMs });
  }
  if (spec.conf["spark.sql.streaming.unsupportedOperationCheck"] !== "false") {
    checkLegality(spec.plan, outputMode);
  }
  if (!sink.outputModes.includes(outputMode)) {
    throw error("STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", {
      outputMode,
      sink: sink.description,
    });
  }
  const plan = streamingPlan(spec.plan, outputMode);
  const opened = await openQuery(spec, plan);
  const { id } = opened.checkpoint;
  return {
    id,
    start: (stale = false) =>
      new StreamingQuery({ spec, plan, id, opened: stale ? undefined : opened }),
  };
}

interface QueryParts {
  readonly spec: QuerySpec;
  readonly plan: StreamingPlan;
  readonly id: string;
  /** Undefined: the checkpoint is to be read when the query runs. */
  readonly opened: OpenedQuery | undefined;
}

/** A query that goes on. Dispose it (or `stop`) to end it at the next step. */
export class StreamingQuery implements AsyncDisposable {
  /** Stays the same over restarts from one checkpoint. */
  readonly id: string;
  /** Of this start. */
  readonly runId: string = env.uuid();
  readonly name: string | null;
  readonly #spec: QuerySpec;
  readonly #plan: StreamingPlan;
  readonly #stopping = new AbortController();
  readonly #progress: StreamingQueryProgress[] = [];
  readonly #ended: Promise<void>;
  /** Resolved when a trigger that began after they came finds nothing. */
  readonly #waiting: { readonly since: number; readonly resolve: () => void }[] = [];
  #active = true;
  #exception: MillraceError | undefined;
  #awaited = 0;
  #triggers = 0;
  #lastEventMs: number = env.now();
  #status: StreamingQueryStatus = {
    message: "Initializing sources",
    isDataAvailable: false,
    isTriggerActive: false,
  };

  constructor({ spec, plan, id, opened }: QueryParts) {
    this.#spec = spec;
    this.#plan = plan;
    this.id = id;
    this.name = spec.name ?? null;
    const { runId, name } = this;
    const timestamp = new Date(env.now()).toISOString();
    spec.onEvent?.({ kind: "started", id, runId, name, timestamp });
    this.#ended = this.#live(opened);
  }

  get isActive(): boolean {
    return this.#active;
  }

  get status(): StreamingQueryStatus {
    return this.#status;
  }

  /** Why the query failed (STREAM_FAILED, with the cause); undefined if it did not. */
  get exception(): MillraceError | undefined {
    return this.#exception;
  }

  /** The last records (100, unless the session says otherwise), oldest first. */
  get recentProgress(): readonly StreamingQueryProgress[] {
    return [...this.#progress];
  }

  get lastProgress(): StreamingQueryProgress | null {
    return this.#progress.at(-1) ?? null;
  }

  /**
   * Waits until the query ends: true, or throws if it failed. With a timeout, false when it is
   * still going on after that. An abort of the signal ends the wait, not the query.
   */
  async awaitTermination(
    timeoutMs?: number,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<boolean> {
    this.#refuseInside();
    this.#awaited += 1;
    const waking = new AbortController();
    try {
      const ends = [this.#ended];
      if (timeoutMs !== undefined) ends.push(env.sleep(timeoutMs, waking.signal));
      await orAbort(Promise.race(ends), signal);
    } finally {
      this.#awaited -= 1;
      waking.abort();
    }
    if (this.#exception) throw this.#exception;
    return !this.#active;
  }

  /** Waits until all that is there now is processed: a trigger after this finds nothing. */
  async processAllAvailable(): Promise<void> {
    this.#refuseInside();
    this.#awaited += 1;
    try {
      if (this.#active) {
        const since = this.#triggers;
        await Promise.race([
          this.#ended,
          new Promise<void>((resolve) => this.#waiting.push({ since, resolve })),
        ]);
      }
    } finally {
      this.#awaited -= 1;
    }
    if (this.#exception) throw this.#exception;
  }

  /**
   * Ends the query at the next step; resolves when it has ended. What is half done is resumed.
   * Called from the query's own foreachBatch or foreach it resolves at once: the query ends when
   * that returns.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#inside()) return;
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The engine's plan of a batch without rows. */
  async explain(): Promise<string> {
    const { engine, planBatch, timeZone } = this.#spec;
    const empty = rewrite(this.#plan.plan, (relation) =>
      isStreamingScan(relation) ? emptyScan(relation) : relation,
    );
    const context: QueryContext = { timeZone, timestampMs: env.now(), seed: 0 };
    return engine.explain(
      this.#plan.hasStatic && planBatch ? await planBatch(empty) : empty,
      context,
    );
  }

  async #live(opened: OpenedQuery | undefined): Promise<void> {
    // The caller gets the query before anything of it runs.
    await Promise.resolve();
    let failure: unknown;
    try {
      const { checkpoint, start } = opened ?? (await openQuery(this.#spec, this.#plan));
      await this.#run(checkpoint, start);
    } catch (thrown) {
      if (!this.#stopping.signal.aborted) failure = thrown;
    }
    this.#end(failure);
  }

  async #run(checkpoint: Checkpoint, start: StartPoint): Promise<void> {
    const { signal } = this.#stopping;
    const parts = { spec: this.#spec, plan: this.#plan, checkpoint, start, signal };
    await using batches = new MicroBatches({ ...parts, runId: this.runId });
    await batches.open();
    const { trigger } = this.#spec;
    switch (trigger.kind) {
      case "once":
        await this.#trigger(batches, { limit: { kind: "all" }, noData: false });
        return;
      case "available now": {
        const until = await batches.latest();
        const choice = { limit: { kind: "options" }, until, noData: true } as const;
        while (!signal.aborted && (await this.#trigger(batches, choice)));
        return;
      }
      case "processing time":
        await this.#repeat(batches, trigger.intervalMs);
    }
  }

  async #repeat(batches: MicroBatches, intervalMs: number): Promise<void> {
    const { signal } = this.#stopping;
    const choice = { limit: { kind: "options" }, noData: true } as const;
    const polling = pollingOf(this.#spec.conf, batches.isRemote);
    let looks = 0;
    while (!signal.aborted) {
      const next = nextTrigger(env.now(), intervalMs);
      const ran = await this.#trigger(batches, choice);
      if (signal.aborted) return;
      if (intervalMs === 0) {
        looks = ran ? 0 : looks + 1;
        if (!ran) await env.sleep(pollingDelay(polling, looks), signal);
        continue;
      }
      const wait = next - env.now();
      if (wait > 0) {
        this.#say("Waiting for next trigger", false, false);
        await env.sleep(wait, signal);
      }
    }
  }

  /** One trigger: a batch, or nothing (false). */
  async #trigger(
    batches: MicroBatches,
    choice: Parameters<MicroBatches["construct"]>[0],
  ): Promise<boolean> {
    this.#triggers += 1;
    const began = this.#triggers;
    const watch = new Stopwatch();
    if (!(await batches.construct(choice, watch))) {
      if (!this.#stopping.signal.aborted) this.#idle(began);
      return false;
    }
    if (this.#stopping.signal.aborted) return false;
    this.#say("Processing new data", true, true);
    const progress = await this.#batch(batches, watch);
    this.#progress.push(progress);
    const kept =
      Number(this.#spec.conf["spark.sql.streaming.numRecentProgressUpdates"]) ||
      recentProgressUpdates;
    if (this.#progress.length > kept) this.#progress.shift();
    this.#lastEventMs = env.now();
    this.#spec.onEvent?.({ kind: "progress", progress });
    return true;
  }

  async #batch(batches: MicroBatches, watch: Stopwatch): Promise<StreamingQueryProgress> {
    const place: { query: StreamingQuery | undefined } = { query: this };
    try {
      return await running.run(place, () => batches.run(watch));
    } finally {
      // What the batch left behind (a timer, say) is no longer in it.
      place.query = undefined;
    }
  }

  #inside(): boolean {
    return running.getStore()?.query === this;
  }

  #refuseInside(): void {
    if (this.#inside()) throw error("STREAMING_QUERY_AWAITS_ITSELF", { id: this.id });
  }

  #idle(trigger: number): void {
    this.#say("Waiting for data to arrive", false, false);
    for (let index = this.#waiting.length - 1; index >= 0; index -= 1) {
      const waiter = this.#waiting[index]!;
      if (waiter.since >= trigger) continue;
      this.#waiting.splice(index, 1);
      waiter.resolve();
    }
    const interval =
      Number(this.#spec.conf["spark.sql.streaming.noDataProgressEventInterval"]) || idleEventMs;
    if (env.now() - this.#lastEventMs < interval) return;
    this.#lastEventMs = env.now();
    const timestamp = new Date(this.#lastEventMs).toISOString();
    this.#spec.onEvent?.({ kind: "idle", id: this.id, runId: this.runId, timestamp });
  }

  #say(message: string, isDataAvailable: boolean, isTriggerActive: boolean): void {
    this.#status = { message, isDataAvailable, isTriggerActive };
  }

  #end(failure: unknown): void {
    this.#active = false;
    if (failure === undefined) {
      this.#say("Stopped", false, false);
    } else {
      const message = failure instanceof Error ? failure.message : String(failure);
      const { id, runId } = this;
      this.#exception = error("STREAM_FAILED", { id, runId, message }, failure);
      this.#say(`Terminated with exception: ${message}`, false, false);
      if (this.#awaited === 0) this.#spec.warn(this.#exception.message.replaceAll("\n", " "));
    }
    this.#spec.onEvent?.({
      kind: "terminated",
      id: this.id,
      runId: this.runId,
      exception: this.#exception?.message ?? null,
      errorClassOnException: isError(failure) ? failure.code : null,
    });
  }
}
