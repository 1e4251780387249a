import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnsOf } from "../../src/analysis/expression.ts";
import type { Column, TypedRelation, TypedScan } from "../../src/analysis/typed.ts";
import { openEngine } from "../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { error } from "../../src/error/error.ts";
import type { OutputMode } from "../../src/plan/command.ts";
import type { StructType } from "../../src/schema/type.ts";
import type { Value } from "../../src/schema/value.ts";
import { localStore } from "../../src/storage/local.ts";
import type { Location } from "../../src/storage/store.ts";
import type { StreamingDataset } from "../../src/stream/dataset.ts";
import { type QuerySpec, type StreamingQuery, startQuery } from "../../src/stream/query.ts";
import type { Sink, SinkBatch } from "../../src/stream/sink.ts";

export type Row = readonly Value[];

/** A source of rows in memory: offset n is the first n chunks; one chunk a batch by its options. */
export class RowsDataset implements StreamingDataset {
  readonly streaming = true;
  readonly name = "rows";
  readonly hidden = [];
  readonly schema: StructType;
  readonly chunks: Row[][] = [];
  readonly committed: string[] = [];
  latestCalls = 0;
  opened = 0;

  constructor(schema: StructType, ...chunks: Row[][]) {
    this.schema = schema;
    this.chunks.push(...chunks);
  }

  scan(): never {
    throw new Error("a stream has no batch");
  }

  async open(): ReturnType<StreamingDataset["open"]> {
    this.opened += 1;
    const at = (offset = "0"): number => {
      if (!/^\d+$/.test(offset)) throw error("INVALID_SOURCE_OFFSET", { offset, source: "Rows" });
      return Number(offset);
    };
    return {
      schema: this.schema,
      description: "Rows",
      latestOffset: async (start, limit, until) => {
        this.latestCalls += 1;
        const all = Math.min(this.chunks.length, until === undefined ? Infinity : at(until));
        const end = limit.kind === "all" ? all : Math.min(at(start) + 1, all);
        return end === 0 ? undefined : String(Math.max(end, at(start)));
      },
      input: async (start, end) => {
        const rows = this.chunks.slice(at(start), at(end)).flat();
        return { input: { kind: "rows", schema: this.schema, rows }, rows: rows.length };
      },
      commit: async (end) => {
        this.committed.push(end);
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  plan(): TypedScan & { readonly output: readonly Column[] } {
    return { kind: "scan", dataset: this, output: columnsOf(this.schema) };
  }
}

/** A sink that keeps what it gets, once for each batch. */
export class RowsSink implements Sink {
  readonly description = "RowsSink";
  readonly exactlyOnce = true;
  readonly outputModes: readonly OutputMode[] = ["append", "update", "complete"];
  readonly batches = new Map<number, Row[]>();
  readonly seen: SinkBatch[] = [];
  /** Called before the batch is kept. */
  before: (batch: SinkBatch) => Promise<void> | void = () => undefined;
  /** Called when it is kept. */
  after: (batch: SinkBatch) => Promise<void> | void = () => undefined;
  disposed = 0;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async addBatch(batch: SinkBatch): Promise<{ readonly rows?: number }> {
    this.seen.push(batch);
    await this.before(batch);
    const rows = await rowsOf(this.#engine, batch.relation);
    if (!this.batches.has(batch.batchId)) this.batches.set(batch.batchId, rows);
    await this.after(batch);
    return { rows: rows.length };
  }

  all(): Row[] {
    return [...this.batches.values()].flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed += 1;
  }
}

export async function rowsOf(engine: Engine, relation: TypedRelation): Promise<Row[]> {
  await using result = await engine.query(relation, { timeZone: "UTC", timestampMs: 0, seed: 0 });
  const rows: Row[] = [];
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row += 1) {
      rows.push(chunk.columns.map((column) => column[row] ?? null));
    }
  }
  return rows;
}

/** What a test file of queries needs; `close` it at its end. */
export interface Bench {
  readonly engine: Engine;
  readonly folder: string;
  checkpoint(): Location;
  spec(part: Pick<QuerySpec, "plan" | "sink"> & Partial<QuerySpec>): QuerySpec;
  /** Runs a query over all that is there, to its end. */
  run(part: Pick<QuerySpec, "plan" | "sink"> & Partial<QuerySpec>): Promise<StreamingQuery>;
  readonly warnings: string[];
  close(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const engine = openEngine();
  const folder = await mkdtemp(join(tmpdir(), "millrace-stream-"));
  const store = localStore();
  const warnings: string[] = [];
  let next = 0;
  const bench: Bench = {
    engine,
    folder,
    warnings,
    checkpoint: () => ({ store, path: join(folder, `checkpoint-${next++}`) }),
    spec: (part) => ({
      outputMode: "append",
      trigger: { kind: "available now" },
      checkpoint: bench.checkpoint(),
      engine,
      conf: { "spark.sql.shuffle.partitions": "2" },
      timeZone: "UTC",
      staging: folder,
      warn: (line) => warnings.push(line),
      ...part,
    }),
    run: async (part) => {
      const query = await startQuery(bench.spec(part));
      await query.awaitTermination();
      return query;
    },
    close: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return bench;
}
