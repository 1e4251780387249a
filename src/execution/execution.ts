import type { Connector, SinkFunctions } from "../connector/connector.ts";
import type { Result } from "../engine/engine.ts";
import type { Command, WriteStream } from "../plan/command.ts";
import type { Relation } from "../plan/relation.ts";
import type { StructType } from "../schema/type.ts";
import type { Row } from "../schema/value.ts";
import type { StreamingQueries } from "../stream/queries.ts";
import type { StreamingQuery } from "../stream/query.ts";
import type { Conf } from "./conf.ts";

/**
 * Plan or command -> done. Behind it is the embedded engine (`local/`), or a cluster. What a
 * session holds, and all it knows of how work is done.
 */
export interface Execution extends AsyncDisposable {
  readonly conf: Conf;
  readonly streams: StreamingQueries;
  /** The schema of a plan; name and type errors come here. */
  schema(relation: Relation): Promise<StructType>;
  isStreaming(relation: Relation): Promise<boolean>;
  /** Runs a plan; nothing is computed before the first chunk. */
  execute(relation: Relation, options?: { readonly signal?: AbortSignal }): Promise<Result>;
  /** Runs a command; its answer is a small table (empty for most). */
  command(command: Command): Promise<CommandResult>;
  /** SQL text: a query is returned lazy, a command is run and its answer returned. */
  sql(text: string): Promise<Relation>;
  /** The statements of a text with `;` between them, each run when the one before was taken. */
  script(text: string): AsyncGenerator<Relation>;
  /** `functions` are what foreachBatch and foreach bring: they do not travel in plans. */
  startStream(write: WriteStream, functions?: SinkFunctions): Promise<StreamingQuery>;
  /** Makes the formats of a connector known to this session. */
  registerConnector(connector: Connector): void;
  explain(relation: Relation): Promise<string>;
  /** Names a plan for SQL and `table()`, for the time of the session. */
  createView(name: string, relation: Relation, replace: boolean): Promise<void>;
  dropView(name: string): Promise<boolean>;
  /** From now on the plan's result is kept once computed; plans that contain it use it. */
  persist(relation: Relation): void;
  unpersist(relation: Relation): Promise<void>;
}

export interface CommandResult {
  readonly schema: StructType;
  readonly rows: readonly Row[];
}
