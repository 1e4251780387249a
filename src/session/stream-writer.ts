import type { ForeachWriter, SinkFunctions } from "../connector/connector.ts";
import { error } from "../error/error.ts";
import type { Execution } from "../execution/execution.ts";
import type { OutputMode, Target, Trigger, WriteStream } from "../plan/command.ts";
import type { Relation } from "../plan/relation.ts";
import type { Row } from "../schema/value.ts";
import { parseTableName } from "../sql/parse.ts";
import type { StreamingQuery } from "../stream/query.ts";
import { Builder } from "./builder.ts";
import { DataFrame } from "./dataframe.ts";
import { pathOf } from "./option.ts";
import { type TriggerOptions, triggerOf } from "./trigger.ts";

/** `df.writeStream`: describes a streaming query; `start` and `toTable` start it. */
export class DataStreamWriter<R extends Row = Row> extends Builder {
  readonly #execution: Execution;
  readonly #input: Relation;
  #outputMode: OutputMode = "append";
  #trigger: Trigger = { kind: "processing time", intervalMs: 0 };
  #queryName: string | undefined;
  #partitionBy: readonly string[] = [];
  #functions: SinkFunctions | undefined;

  constructor(execution: Execution, input: Relation) {
    super();
    this.#execution = execution;
    this.#input = input;
  }

  /** append (the default), complete or update. */
  outputMode(mode: string): this {
    const name = mode.toLowerCase();
    if (name !== "append" && name !== "complete" && name !== "update") {
      throw error("STREAMING_OUTPUT_MODE.INVALID", { outputMode: mode });
    }
    this.#outputMode = name;
    return this;
  }
  /** One of `{ processingTime: "10 seconds" }`, `{ availableNow: true }`, `{ once: true }`. */
  trigger(trigger: TriggerOptions): this {
    this.#trigger = triggerOf(trigger);
    return this;
  }
  queryName(name: string): this {
    this.#queryName = name;
    return this;
  }
  partitionBy(...columns: readonly string[]): this {
    this.#partitionBy = columns;
    return this;
  }
  /** Each batch as a frame that can be read again; a throw fails the query. */
  foreachBatch(call: (batch: DataFrame<R>, batchId: number) => void | Promise<void>): this {
    this.source = "foreachBatch";
    this.#functions = {
      foreachBatch: (batch, batchId) => call(new DataFrame<R>(this.#execution, batch), batchId),
    };
    return this;
  }
  /** Each row, by a function or by Spark's open / process / close. */
  foreach(writer: ForeachWriter<R> | ((row: R) => void | Promise<void>)): this {
    this.source = "foreach";
    const rows = typeof writer === "function" ? { process: writer } : writer;
    this.#functions = { foreach: rows as ForeachWriter };
    return this;
  }
  /** Starts the query: to a path where the sink takes one. */
  async start(path?: string): Promise<StreamingQuery> {
    const to = pathOf(this.settings, path, "start");
    return this.#start(to === undefined ? undefined : { kind: "path", path: to });
  }
  /** Starts the query into a table; an absent one is made, at the option `path` if it is set. */
  async toTable(name: string): Promise<StreamingQuery> {
    return this.#start({ kind: "table", name: parseTableName(name) });
  }

  #start(target: Target | undefined): Promise<StreamingQuery> {
    const write: WriteStream = {
      kind: "write stream",
      input: this.#input,
      outputMode: this.#outputMode,
      trigger: this.#trigger,
      partitionBy: this.#partitionBy,
      options: { ...this.settings },
      ...(this.source === undefined ? {} : { format: this.source }),
      ...(this.#queryName === undefined ? {} : { queryName: this.#queryName }),
      ...(target ? { target } : {}),
    };
    return this.#execution.startStream(write, this.#functions);
  }
}
