import type { DuckDBConnection } from "@duckdb/node-api";
import type { SchemaLookup, TextInference } from "../../analysis/conf.ts";
import { outputOf, type TypedRelation } from "../../analysis/typed.ts";
import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { FilePlace } from "../../plan/input.ts";
import { flag } from "../../schema/flag.ts";
import { field, type StructType, struct } from "../../schema/type.ts";
import type {
  CachedResult,
  Engine,
  InferRequest,
  NamedPlace,
  OrcFile,
  OrcGroupRequest,
  ParquetTarget,
  QueryContext,
  Result,
  StateUpdate,
  WrittenFile,
} from "../engine.ts";
import { localFiles } from "../local.ts";
import { relation } from "./compile/relation.ts";
import { scopeOf } from "./compile/scope.ts";
import { errorOf } from "./failure.ts";
import { type Binding, bind } from "./input/bind.ts";
import { Instance, type InstanceOptions, type Width } from "./instance.ts";
import { provideJavascript } from "./javascript/register.ts";
import { applyUpdate, keptResult } from "./kept.ts";
import { RewrittenFiles } from "./parquet/lz4/rewritten.ts";
import { footerPart } from "./parquet/part.ts";
import { fileSchema } from "./parquet/spark-schema.ts";
import { parquetWrite } from "./parquet/write.ts";
import { columnName, identifier } from "./quote.ts";
import { StreamedResult } from "./result.ts";
import { sqlType } from "./type.ts";

export type EngineOptions = InstanceOptions;

/**
 * An embedded engine. It starts at the first thing that is asked of it: loading the native library
 * costs more than reading a log, which needs no engine.
 */
export function openEngine(options: EngineOptions = {}): Engine {
  return new DuckDBEngine(options);
}

/** Files beyond this many bytes are worth changing the threads for. */
const narrowBytes = 4 << 20;

/** Text is read by one thread whatever the query asks for; a frugal query asks for half. */
function widthOf({ text, parquet }: Binding["bytes"], frugal: boolean): Width {
  if (text > narrowBytes) return "narrow";
  if (!frugal) return "wide";
  return parquet > narrowBytes ? "half" : "any";
}

/** Between two interrupts of a query that is to stop. */
const interruptMs = 20;

/** A query under way: its connection, its text and how it ends. */
interface Query {
  readonly connection: DuckDBConnection;
  /**
   * Does a step, whose SQL is made of the plan's SELECT. Once in a query it may be done again, over
   * files opened anew: where the engine looked at what was left out of them.
   */
  step<T>(sqlOf: (select: string) => string, work: (sql: string) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

class DuckDBEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #rewritten: RewrittenFiles;
  #starting: Promise<Instance> | undefined;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#rewritten = new RewrittenFiles(options.tempDirectory);
  }

  async #instance(): Promise<Instance> {
    if (this.#closed) throw error("ENGINE_CLOSED", {});
    this.#starting ??= Instance.open(this.#options);
    try {
      return await this.#starting;
    } catch (thrown) {
      this.#starting = undefined;
      throw thrown;
    }
  }

  async query(plan: TypedRelation, context: QueryContext): Promise<Result> {
    const query = await this.#begin(plan, context);
    const { connection } = query;
    return new StreamedResult(schemaOfPlan(plan), {
      ...{ connection, signal: context.signal },
      step: (work) => query.step((select) => select, work),
      // DuckDB hands on a chunk for every vector that has a row left, each by a trip of its own.
      start: (sql) => (context.sparse ? connection.run(sql) : connection.stream(sql)),
      end: () => query.end(),
    });
  }

  async cache(plan: TypedRelation, context: QueryContext): Promise<CachedResult> {
    const query = await this.#begin(plan, context);
    const name = `cached_${env.uuid()}`;
    const columns = outputOf(plan);
    const kept = columns.map(
      ({ id, type }, at) => `CAST(${columnName(id)} AS ${sqlType(type)}) AS k${at}`,
    );
    const list = kept.length === 0 ? "NULL AS nothing" : kept.join(", ");
    const target = `CREATE TABLE ${identifier(name)} AS SELECT ${list}`;
    try {
      const answer = await query.step(
        (select) => `${target} FROM (${select})`,
        (sql) => query.connection.runAndReadAll(sql),
      );
      const rows = Number(answer.getRows()[0]?.[0] ?? 0);
      return keptResult(await this.#instance(), { name, schema: schemaOfPlan(plan), rows });
    } finally {
      await query.end();
    }
  }

  async apply(update: StateUpdate): Promise<CachedResult> {
    const { name, schema } = update.cached;
    const instance = await this.#instance();
    const rows = await instance.with(`apply to ${name}`, (connection) =>
      applyUpdate(connection, update),
    );
    return keptResult(instance, { name, schema, rows });
  }

  async writeParquet(
    plan: TypedRelation,
    target: ParquetTarget,
    context: QueryContext,
  ): Promise<readonly WrittenFile[]> {
    const query = await this.#begin(plan, context);
    try {
      const output = outputOf(plan);
      const writeOf = (select: string) =>
        parquetWrite({
          select,
          columns: output.map((column) => columnName(column.id)),
          types: output.map((column) => column.type),
          target,
        });
      return await query.step(
        (select) => select,
        (select) => writeOf(select).files(query.connection),
      );
    } finally {
      await query.end();
    }
  }

  async parquetSchema(file: FilePlace): Promise<{ schema: StructType; rows: number }> {
    if (this.#closed) throw error("ENGINE_CLOSED", {});
    const local = await localFiles([file], { partOf: () => footerPart });
    try {
      return await fileSchema(local.files[0]!.path);
    } finally {
      await local.release();
    }
  }

  async orcFile(file: NamedPlace): Promise<OrcFile> {
    const { tailPart } = await import("./orc/part.ts");
    const { readOrcFile } = await import("./orc/describe.ts");
    const local = await localFiles([file], { partOf: () => tailPart });
    try {
      return await readOrcFile(local.files[0]!);
    } finally {
      await local.release();
    }
  }

  async orcGroups(file: NamedPlace, request: OrcGroupRequest) {
    const { indexPart } = await import("./orc/part.ts");
    const { readOrcGroups } = await import("./orc/row-group.ts");
    const local = await localFiles([file], { partOf: () => indexPart(request) });
    try {
      return await readOrcGroups(local.files[0]!, request);
    } finally {
      await local.release();
    }
  }

  async inferSchema(request: InferRequest): Promise<StructType> {
    const ignoreMissing = flag(request.options, "ignoreMissingFiles", false);
    const local = await localFiles(request.files, { ignoreMissing });
    try {
      const sample = { ...request, files: local.files };
      return await inferredSchema(sample);
    } finally {
      await local.release();
    }
  }

  async textInference(): Promise<TextInference> {
    const { inferJsonText } = await import("./text/infer.ts");
    const { inferXmlText } = await import("./xml/infer.ts");
    return (format, text, options) =>
      format === "xml" ? inferXmlText(text, options) : inferJsonText(text, options);
  }

  async schemaLookup(): Promise<SchemaLookup> {
    const { schemaLookup } = await import("./payload/registry.ts");
    return schemaLookup;
  }

  async explain(plan: TypedRelation, context: QueryContext): Promise<string> {
    const query = await this.#begin(plan, context, true);
    try {
      const answer = await query.step(
        (select) => `EXPLAIN ${select}`,
        (sql) => query.connection.runAndReadAll(sql),
      );
      return answer
        .getRows()
        .map((row) => String(row[1]))
        .join("\n");
    } finally {
      await query.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const instance = await this.#starting?.catch(() => undefined);
    await instance?.[Symbol.asyncDispose]();
    await this.#rewritten[Symbol.asyncDispose]();
  }

  /**
   * Binds the inputs, compiles the plan, and ties the query to the context's signal. `explained`:
   * nothing of the files is read but what says how they would be.
   */
  async #begin(plan: TypedRelation, context: QueryContext, explained = false): Promise<Query> {
    const { signal } = context;
    if (signal?.aborted) throw error("OPERATION_CANCELED", {}, signal.reason);
    const instance = await this.#instance();
    const connection = await instance.acquire();
    let ended = false;
    // An interrupt is lost that comes just before DuckDB begins: it is told again until all ends.
    const stop = async (): Promise<void> => {
      for (; !ended; await env.sleep(interruptMs)) connection.interrupt();
    };
    signal?.addEventListener("abort", stop, { once: true });
    let bound: Bound | undefined;
    const end = async (): Promise<void> => {
      ended = true;
      signal?.removeEventListener("abort", stop);
      await bound?.binding.release().catch(() => {});
      instance.giveBack(connection);
    };
    const opened = async (allGroups: boolean): Promise<Bound> => {
      const { duck, folder, heldRows } = instance;
      const binding = await bind(plan, {
        ...{ duck, connection, context, folder, heldRows, explained, allGroups },
        rewritten: this.#rewritten,
      });
      bound = { binding, select: "" };
      const scope = scopeOf(context, binding.sources);
      const select = relation(plan, scope);
      await provideJavascript(select);
      await instance.provide(connection, scope.payloads);
      bound = { binding, select };
      return bound;
    };
    try {
      let now = await opened(false);
      const width = widthOf(now.binding.bytes, context.frugal ?? false);
      const step: Query["step"] = async (sqlOf, work) => {
        const once = async () => {
          // An interrupt between two steps leaves no trace in DuckDB.
          if (signal?.aborted) throw error("OPERATION_CANCELED", {}, signal.reason);
          try {
            return await work(sqlOf(now.select));
          } catch (thrown) {
            throw now.binding.failure() ?? now.binding.named(thrown);
          }
        };
        const done = () => instance.work(sqlOf(now.select), once, width);
        return await done().catch(async (thrown: unknown) => {
          if (!now.binding.leftOut() || !isFailedRead(thrown)) throw thrown;
          await now.binding.release();
          now = await opened(true);
          return await done();
        });
      };
      return { connection, step, end };
    } catch (thrown) {
      await end();
      throw errorOf(thrown, "bind");
    }
  }
}

/** A plan's inputs, made readable, and its SELECT over them. */
interface Bound {
  readonly binding: Binding;
  readonly select: string;
}

function isFailedRead(thrown: unknown): boolean {
  return isError(thrown) && thrown.code.startsWith("FAILED_READ_FILE");
}

function schemaOfPlan(plan: TypedRelation): StructType {
  return struct(
    outputOf(plan).map(({ name, type, nullable, metadata }) =>
      field(name, type, nullable, metadata),
    ),
  );
}

async function inferredSchema(request: InferRequest): Promise<StructType> {
  switch (request.format) {
    case "avro": {
      const { inferAvroSchema } = await import("./avro/file.ts");
      return await inferAvroSchema(request);
    }
    case "xml": {
      const { inferXmlSchema } = await import("./xml/infer.ts");
      return await inferXmlSchema(request);
    }
    default: {
      const { inferTextSchema } = await import("./text/infer.ts");
      return await inferTextSchema(request);
    }
  }
}
