import { booleanLiteral } from "../analysis/expression.ts";
import type { TypedRelation } from "../analysis/typed.ts";
import { rewrite } from "../analysis/walk.ts";
import type { CachedResult, QueryContext } from "../engine/engine.ts";
import { env } from "../env.ts";
import { assert } from "../error/error.ts";
import { join } from "../storage/store.ts";
import { type ComputedBatch, computeBatch } from "./batch.ts";
import { type BoundScan, bindScan, countScan } from "./binding.ts";
import { type Checkpoint, minBatchesToRetain } from "./checkpoint.ts";
import { type CheckpointConf, policyKey } from "./conf.ts";
import type { StreamingDataset } from "./dataset.ts";
import { hasNewData, needsNoDataBatch, type PlannedBatch, seedOf } from "./plan.ts";
import { progressOf, type StreamingQueryProgress } from "./progress.ts";
import type { Offset, ReadLimit, Source } from "./source.ts";
import type { QuerySpec, StartPoint } from "./start.ts";
import { stateLocation, writeOperators } from "./state/metadata.ts";
import { type BatchStep, countRows, type StatefulOperator } from "./state/operator.ts";
import { openStateStore, type StateStore } from "./state/store.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { StreamingPlan } from "./streaming-plan.ts";
import { advance, initialWatermark, type WatermarkState } from "./watermark.ts";

/** How a batch may be chosen. */
export interface BatchChoice {
  readonly limit: ReadLimit;
  /** By source: nothing past it. */
  readonly until?: readonly (Offset | undefined)[];
  /** Whether a batch without data may be run for what the watermark closes. */
  readonly noData: boolean;
}

export interface MicroBatchParts {
  readonly spec: QuerySpec;
  readonly plan: StreamingPlan;
  readonly checkpoint: Checkpoint;
  readonly start: StartPoint;
  readonly runId: string;
  readonly signal: AbortSignal;
}

/**
 * Runs batches one after the other. The durable steps of batch N, in this order: `offsets/N`
 * (what the batch is), state N+1, the sink, `commits/N`. Whatever step a crash comes before, the
 * next start finds and does what is left.
 */
export class MicroBatches implements AsyncDisposable {
  readonly #spec: QuerySpec;
  readonly #plan: StreamingPlan;
  readonly #checkpoint: Checkpoint;
  readonly #conf: CheckpointConf;
  readonly #runId: string;
  readonly #signal: AbortSignal;
  readonly #sources: Source[] = [];
  readonly #stores = new Map<StatefulOperator, StateStore>();
  #batchId: number;
  #committed: readonly (Offset | undefined)[];
  #lateMs: number;
  #watermark: WatermarkState;
  #planned: PlannedBatch | undefined;
  #purge: Promise<void> = Promise.resolve();
  #lastTriggerMs: number | undefined;
  #sinkCounts = true;
  /** The batch before which all is told of to the sources. */
  #told: number | undefined;

  constructor({ spec, plan, checkpoint, start, runId, signal }: MicroBatchParts) {
    this.#spec = spec;
    this.#plan = plan;
    this.#checkpoint = checkpoint;
    this.#conf = start.conf;
    this.#runId = runId;
    this.#signal = signal;
    this.#batchId = start.batchId;
    this.#committed = start.committed;
    this.#lateMs = start.lateMs;
    this.#watermark = initialWatermark(plan.watermarks.length, start.watermarkMs);
    this.#planned = start.pending;
  }

  /** The batch that is decided and not run yet. */
  get planned(): PlannedBatch | undefined {
    return this.#planned;
  }

  get batchId(): number {
    return this.#batchId;
  }

  /** Opens the sources. */
  async open(): Promise<void> {
    for (const [index, dataset] of this.#plan.datasets.entries()) {
      const checkpoint = join(this.#checkpoint.location, "sources", String(index));
      const hidden = this.#hiddenOf(index, dataset);
      const { atomic = false } = this.#spec.sink;
      const queryId = this.#checkpoint.id;
      const signal = this.#signal;
      this.#sources.push(await dataset.open({ checkpoint, queryId, hidden, atomic, signal }));
    }
  }

  /** The hidden columns of a dataset that any of its scans puts out. */
  #hiddenOf(source: number, dataset: StreamingDataset): readonly string[] {
    const sites = this.#plan.scans.filter((site) => site.source === source);
    const used = new Set(sites.flatMap(({ scan }) => scan.output.map((column) => column.name)));
    return dataset.hidden.map((field) => field.name).filter((name) => used.has(name));
  }

  /** Whether a source is asked over a network. */
  get isRemote(): boolean {
    return this.#sources.some(({ remote }) => remote === true);
  }

  /** By source: the latest offset there is now, where the batches of AvailableNow end. */
  async latest(): Promise<readonly (Offset | undefined)[]> {
    const starts = this.#startsBySource(this.#planned?.entry.offsets ?? this.#committed);
    return Promise.all(
      this.#sources.map(async (source, index) => {
        const start = starts[index];
        return (await source.latestOffset(start, { kind: "all" })) ?? start;
      }),
    );
  }

  /**
   * Decides the next batch and writes it down, unless one is decided already. False: there is
   * nothing to do.
   */
  async construct(choice: BatchChoice, watch: Stopwatch): Promise<boolean> {
    if (this.#planned !== undefined) return true;
    const starts = this.#startsBySource(this.#committed);
    const ends = await watch.time("latestOffset", () =>
      Promise.all(
        this.#sources.map((source, index) => {
          const start = starts[index];
          const until = choice.until?.[index];
          // At the pinned end, or nothing was there to pin.
          if (choice.until && (until === undefined || until === start)) return start;
          return source.latestOffset(start, choice.limit, until);
        }),
      ),
    );
    const offsets = this.#plan.scans.map(({ source }, index) =>
      ends[source] === undefined || ends[source] === starts[source]
        ? this.#committed[index]
        : ends[source],
    );
    const nowMs = this.#watermark.globalMs;
    const enabled =
      choice.noData &&
      this.#spec.conf["spark.sql.streaming.noDataMicroBatches.enabled"] !== "false";
    const evicts = [...this.#plan.operators.values()].some((operator) => operator.evicts);
    const empty = { enabled, evicts, lastMs: this.#lateMs, nowMs };
    if (!hasNewData(this.#committed, offsets) && !needsNoDataBatch(empty)) {
      await this.#tell(starts);
      return false;
    }
    if (this.#signal.aborted) return false;
    const entry = {
      batchWatermarkMs: nowMs,
      batchTimestampMs: env.now(),
      conf: this.#conf,
      offsets,
    };
    await watch.time("walCommit", async () => {
      await this.#checkpoint.writeOffsets(this.#batchId, entry);
      await this.#finishBefore(starts);
    });
    this.#planned = {
      batchId: this.#batchId,
      entry,
      start: this.#committed,
      lateMs: this.#lateMs,
    };
    return true;
  }

  /** Nobody asks for what is committed again: the sources hear of it once. */
  async #tell(ends: readonly (Offset | undefined)[]): Promise<void> {
    if (this.#told === this.#batchId) return;
    await Promise.all(
      this.#sources.map((source, index) => {
        const end = ends[index];
        return end === undefined ? undefined : source.commit(end);
      }),
    );
    this.#told = this.#batchId;
  }

  async #finishBefore(ends: readonly (Offset | undefined)[]): Promise<void> {
    await this.#tell(ends);
    await this.#purge;
    const retained = this.#retained;
    if (this.#batchId > retained) {
      // Beside the batch: what is purged nobody reads. Failing, it fails the next batch.
      this.#purge = this.#checkpoint.purge(this.#batchId - retained);
      this.#purge.catch(() => undefined);
    }
  }

  get #retained(): number {
    return Number(this.#spec.conf["spark.sql.streaming.minBatchesToRetain"]) || minBatchesToRetain;
  }

  /** Runs the batch that is decided, to its commit. */
  async run(watch: Stopwatch): Promise<StreamingQueryProgress> {
    const planned = this.#planned;
    assert(planned !== undefined, "no batch is decided");
    const kept: CachedResult[] = [];
    const later: (() => Promise<void>)[] = [];
    try {
      const done = await this.#execute(planned, { kept, later }, watch);
      this.#planned = undefined;
      return done;
    } catch (thrown) {
      for (const source of this.#sources) await source.failed?.(thrown);
      throw thrown;
    } finally {
      for (const work of later) await work();
      for (const one of kept) await one[Symbol.asyncDispose]();
    }
  }

  async #execute(
    planned: PlannedBatch,
    rest: { readonly kept: CachedResult[]; readonly later: (() => Promise<void>)[] },
    watch: Stopwatch,
  ): Promise<StreamingQueryProgress> {
    const { batchId, entry } = planned;
    const step = this.#step(planned, rest.kept);
    const bound = await watch.time("getBatch", () => this.#bind(planned, step));
    await this.#openStores(batchId, step.context);
    const computed = await watch.time("queryPlanning", () => this.#compute(bound, step));
    const sink = this.#spec.sink;
    const { rows: written } = await watch.time("addBatch", () =>
      sink.addBatch({
        batchId,
        queryId: this.#checkpoint.id,
        outputMode: this.#spec.outputMode,
        relation: computed.relation,
        context: step.context,
        later: (work) => rest.later.push(work),
      }),
    );
    if (written === undefined) this.#sinkCounts = false;
    const counts = await this.#count(bound, { computed, written, step });
    const watermark = this.#advance(computed);
    await watch.time("commitOffsets", () =>
      this.#checkpoint.writeCommit(batchId, watermark.globalMs),
    );
    this.#settle(planned, watermark);
    for (const store of this.#stores.values()) {
      await store.maintain(batchId + 1 - this.#retained, step.context);
    }
    const ends = this.#startsBySource(entry.offsets);
    const metrics = await Promise.all(
      this.#sources.map((source, index) => source.metrics?.(ends[index])),
    );
    const progress = progressOf({
      id: this.#checkpoint.id,
      runId: this.#runId,
      name: this.#spec.name,
      batchId,
      triggerMs: watch.startMs,
      lastTriggerMs: this.#lastTriggerMs,
      durationMs: watch.stop(),
      sources: this.#plan.scans.map(({ source }, index) => ({
        description: this.#sources[source]?.description ?? "",
        start: planned.start[index],
        end: entry.offsets[index],
        rows: counts[index] ?? 0,
        latest: this.#sources[source]?.reachable?.(),
        metrics: metrics[source] ?? {},
      })),
      sink: { description: sink.description, rows: written },
      eventTime: computed.eventTimes.find((time) => time !== undefined),
      watermarkMs: this.#plan.watermarks.length > 0 ? entry.batchWatermarkMs : undefined,
      operators: computed.operators.map(([operator, output]) => ({
        operator,
        output,
        store: this.#stores.get(operator)!,
      })),
    });
    this.#lastTriggerMs = watch.startMs;
    return progress;
  }

  #step(planned: PlannedBatch, kept: CachedResult[]): BatchStep {
    const { engine, timeZone, outputMode } = this.#spec;
    const context: QueryContext = {
      timeZone,
      timestampMs: planned.entry.batchTimestampMs,
      seed: seedOf(this.#checkpoint.id, planned.batchId),
      frugal: true,
      signal: this.#signal,
    };
    return {
      engine,
      context,
      outputMode,
      lateMs: planned.lateMs,
      watermarkMs: planned.entry.batchWatermarkMs,
      keep: async (relation) => {
        const result = await engine.cache(relation, context);
        kept.push(result);
        return result;
      },
      release: async (relation) => {
        if (relation.kind !== "input" || relation.input.kind !== "cached") return;
        const { name } = relation.input;
        await kept.find((result) => result.name === name)?.[Symbol.asyncDispose]();
      },
    };
  }

  /** The rows of each scan; those that cannot be counted on their way are counted here. */
  #bind(planned: PlannedBatch, step: BatchStep): Promise<readonly BoundScan[]> {
    return Promise.all(
      this.#plan.scans.map(async ({ scan, source, counted }, index) => {
        const range = { start: planned.start[index], end: planned.entry.offsets[index] };
        const bound = await bindScan(scan, this.#sources[source]!, range);
        const later = counted === "sink" ? this.#sinkCounts : counted !== undefined;
        return bound.rows !== undefined || later ? bound : countScan(scan, bound, step);
      }),
    );
  }

  async #compute(scans: readonly BoundScan[], step: BatchStep): Promise<ComputedBatch> {
    const relations = new Map<TypedRelation, TypedRelation[]>();
    for (const [index, { scan }] of this.#plan.scans.entries()) {
      const list = relations.get(scan) ?? [];
      list.push(scans[index]!.relation);
      relations.set(scan, list);
    }
    let bound = rewrite(
      this.#plan.plan,
      (relation) => relations.get(relation)?.shift() ?? relation,
    );
    if (this.#plan.hasStatic) {
      assert(this.#spec.planBatch !== undefined, "nobody plans the tables that stand still");
      bound = await this.#spec.planBatch(bound);
    }
    return computeBatch(this.#plan, bound, { stores: this.#stores, step });
  }

  async #openStores(version: number, context: QueryContext): Promise<void> {
    if (this.#plan.operators.size === this.#stores.size) return;
    const { engine, staging } = this.#spec;
    const checkpoint = this.#checkpoint.location;
    if (version === 0) await writeOperators(checkpoint, [...this.#plan.operators.values()]);
    for (const operator of this.#plan.operators.values()) {
      const location = join(stateLocation(checkpoint, operator.operatorId), "0");
      const folder = { location, engine, staging };
      const start = { version, context };
      this.#stores.set(operator, await openStateStore(folder, operator.shape, start));
    }
  }

  /** The rows of each scan, from wherever they were counted. */
  #count(
    scans: readonly BoundScan[],
    seen: {
      readonly computed: ComputedBatch;
      readonly written: number | undefined;
      readonly step: BatchStep;
    },
  ): Promise<readonly number[]> {
    return Promise.all(
      scans.map(async ({ input, rows }, index) => {
        if (rows !== undefined) return rows;
        const place = this.#plan.scans[index]?.counted;
        const counted = place === "sink" ? seen.written : place && seen.computed.rows.get(place);
        if (counted !== undefined) return counted;
        return (await countRows(input, [booleanLiteral(true)], seen.step))[0] ?? 0;
      }),
    );
  }

  #advance(computed: ComputedBatch): WatermarkState {
    return advance(this.#watermark, computed.eventTimes, {
      delaysMs: this.#plan.watermarks.map((watermark) => watermark.delayMs),
      policy: this.#conf[policyKey] === "max" ? "max" : "min",
    });
  }

  /** The batch is committed: the next one starts where it ended. */
  #settle(planned: PlannedBatch, watermark: WatermarkState): void {
    this.#batchId = planned.batchId + 1;
    this.#committed = planned.entry.offsets;
    this.#lateMs = planned.entry.batchWatermarkMs;
    this.#watermark = watermark;
  }

  /** The offset of each source: two scans of one dataset stand at the same. */
  #startsBySource(offsets: readonly (Offset | undefined)[]): readonly (Offset | undefined)[] {
    return this.#plan.datasets.map(
      (_, index) => offsets[this.#plan.scans.findIndex(({ source }) => source === index)],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#purge.catch(() => undefined);
    for (const store of this.#stores.values()) await store[Symbol.asyncDispose]();
    for (const source of this.#sources) await source[Symbol.asyncDispose]();
    await this.#spec.sink[Symbol.asyncDispose]();
  }
}
