import { outputOf } from "../../analysis/typed.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import { localCatalog } from "../../catalog/local.ts";
import type { ConnectorContext } from "../../connector/connector.ts";
import { register } from "../../connector/registry.ts";
import { openEngine } from "../../engine/duckdb/engine.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Statement } from "../../plan/command.ts";
import type { Relation } from "../../plan/relation.ts";
import type { StructType } from "../../schema/type.ts";
import { parseStatement, parseStatements } from "../../sql/parse.ts";
import { cacheOptions, openCache } from "../../storage/cache/cache.ts";
import { type OpenStore, openStores } from "../../storage/registry.ts";
import { openStaging } from "../../storage/staging.ts";
import { StreamingQueries } from "../../stream/queries.ts";
import { createConf } from "../conf.ts";
import type { Execution } from "../execution.ts";
import { answerOf } from "./answer.ts";
import { noAnswer, runCommand } from "./command.ts";
import { type LocalContext, parseOptions, queryContext } from "./context.ts";
import { explainQuery } from "./explain.ts";
import { immediateStatement } from "./immediate.ts";
import { createPersisted } from "./persist.ts";
import { cacheQuery, hasStream, runQuery } from "./query.ts";
import { typedPlan } from "./resolve.ts";
import { defineView } from "./view.ts";

/** Parts a test may bring in place of the built-in ones. */
export interface LocalParts {
  readonly stores?: Readonly<Record<string, OpenStore>>;
  /** What to use of the engine that was opened. */
  readonly engine?: (engine: Engine) => Engine;
}

/** Opens a session of this process: its staging folder, its engine, its catalog. */
export async function openLocal(
  initial: Readonly<Record<string, string>>,
  parts: LocalParts = {},
): Promise<Execution> {
  const opened: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  const context = await openContext(initial, parts, keep);
  let closed = false;
  return executionOf(context, async () => {
    if (closed) return;
    closed = true;
    await context.streams[Symbol.asyncDispose]();
    await context.persisted.releaseAll();
    for (const resource of opened.reverse()) await resource[Symbol.asyncDispose]();
  });
}

async function openContext(
  initial: Readonly<Record<string, string>>,
  parts: LocalParts,
  keep: <T extends AsyncDisposable>(resource: T) => T,
): Promise<LocalContext> {
  const conf = createConf(initial);
  const staging = keep(await openStaging());
  const cache = keep(openCache(cacheOptions(Object.fromEntries(conf.entries()))));
  const stores = openStores({
    staging,
    cache,
    workingDirectory: process.cwd(),
    get options() {
      return Object.fromEntries(conf.entries());
    },
    ...(parts.stores ? { stores: parts.stores } : {}),
  });
  const threads = conf.get("millrace.engine.threads");
  const memoryLimit = conf.get("millrace.engine.memoryLimit");
  const opened = keep(
    openEngine({
      tempDirectory: staging.path,
      ...(memoryLimit === "" ? {} : { memoryLimit }),
      ...(threads === "" ? {} : { threads: Number(threads) }),
    }),
  );
  const engine = parts.engine?.(opened) ?? opened;
  const name = conf.get("spark.sql.defaultCatalog").toLowerCase();
  const warehouse = await stores.locate(conf.get("spark.sql.warehouse.dir"));
  const catalog: Catalog = localCatalog({ name, warehouse, stores });
  const connector: ConnectorContext = {
    engine,
    staging: staging.path,
    get corruptionIsFatal() {
      return conf.get("spark.databricks.delta.state.corruptionIsFatal").toLowerCase() === "true";
    },
    locate: stores.locate,
    locateUri: stores.locateUri,
    conf: conf.lookup,
    queryContext: () => queryContext(context),
    defineView: (view, plan) => defineView(context, { name: view, plan, replace: true }),
    registered: new Map(),
    keep: (resource) => void keep(resource),
  };
  const context: LocalContext = {
    conf,
    engine,
    connector,
    catalogs: new Map([[name, catalog]]),
    current: { catalog: name, schema: "default" },
    views: new Map(),
    functions: new Map(),
    variables: new Map(),
    persisted: createPersisted((plan) => cacheQuery(context, plan)),
    streams: new StreamingQueries(),
  };
  return context;
}

function executionOf(context: LocalContext, close: () => Promise<void>): Execution {
  const schemaOf = async (plan: Relation): Promise<StructType> => {
    const output = outputOf(await typedPlan(context, plan));
    return { type: "struct", fields: output.map(({ id: _, ...column }) => column) };
  };
  const statement = async (parsed: Statement): Promise<Relation> => {
    if (parsed.kind === "query") return parsed.relation;
    if (parsed.command.kind === "execute immediate") {
      const inner = await immediateStatement(context, parsed.command);
      return inner ? statement(inner) : answerOf(noAnswer);
    }
    return answerOf(await runCommand(context, parsed.command));
  };
  return {
    conf: context.conf,
    streams: context.streams,
    schema: schemaOf,
    isStreaming: async (plan) => hasStream(await typedPlan(context, plan)),
    execute: async (plan, options) => runQuery(context, plan, options?.signal),
    command: (command) => runCommand(context, command),
    sql: async (text) => {
      const plan = await statement(parseStatement(text, parseOptions(context)));
      await schemaOf(plan);
      return plan;
    },
    async *script(text) {
      for (const parsed of parseStatements(text, parseOptions(context)))
        yield await statement(parsed);
    },
    registerConnector: (connector) => register(connector, context.connector.registered!),
    startStream: async (write, functions) => {
      const { startStream } = await import("./stream.ts");
      return startStream(context, write, functions);
    },
    explain: (plan) => explainQuery(context, plan),
    createView: async (name, plan, replace) => {
      await typedPlan(context, plan);
      defineView(context, { name, plan, replace });
    },
    dropView: async (name) => context.views.delete(name.toLowerCase()),
    persist: (plan) => context.persisted.add(plan),
    unpersist: (plan) => context.persisted.remove(plan),
    [Symbol.asyncDispose]: close,
  };
}
