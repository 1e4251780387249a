import { rm } from "node:fs/promises";
import { join } from "node:path";
import { outputOf, type TypedRelation } from "../../analysis/typed.ts";
import type { NamedTable, SinkFunctions, SinkRequest } from "../../connector/connector.ts";
import { openSink } from "../../connector/registry.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { WriteStream } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import type { StructType } from "../../schema/type.ts";
import type { Location } from "../../storage/store.ts";
import type { StreamingQuery } from "../../stream/query.ts";
import { type LocalContext, timeZoneOf } from "./context.ts";
import { bindScans, hasStream } from "./query.ts";
import { findTable, placeOf, typedPlan } from "./resolve.ts";

/** Sinks that may go without a checkpoint location: theirs is a temporary folder. */
const temporaryCheckpoint = new Set(["memory", "foreach", "foreachbatch", "console", "noop"]);

/** Checks a streaming write, opens its sink and its checkpoint, and starts it. */
export async function startStream(
  context: LocalContext,
  write: WriteStream,
  functions?: SinkFunctions,
): Promise<StreamingQuery> {
  const plan = await typedPlan(context, await context.persisted.substitute(write.input));
  if (!hasStream(plan)) throw error("WRITE_STREAM_NOT_ALLOWED", {});
  const { format, target } = await targetOf(context, write);
  const checkpoint = await checkpointOf(context, write, format);
  const request: SinkRequest = {
    format,
    options: write.options,
    outputMode: write.outputMode,
    partitionBy: write.partitionBy,
    schema: schemaOf(plan),
    context: context.connector,
    ...(target ? { target } : {}),
    ...(write.queryName === undefined ? {} : { queryName: write.queryName }),
    ...(functions ? { functions } : {}),
  };
  const sink = await openSink(request);
  return context.streams.start({
    plan,
    sink,
    outputMode: write.outputMode,
    trigger: write.trigger,
    checkpoint: checkpoint.location,
    engine: context.engine,
    conf: Object.fromEntries(context.conf.entries()),
    timeZone: timeZoneOf(context),
    staging: context.connector.staging,
    planBatch: bindScans,
    warn: env.warn,
    ...(write.queryName === undefined ? {} : { name: write.queryName }),
  });
}

function schemaOf(plan: TypedRelation): StructType {
  return { type: "struct", fields: outputOf(plan).map(({ id: _, ...column }) => column) };
}

/** The sink's format, and the place it writes to if it writes to one. */
async function targetOf(
  context: LocalContext,
  write: WriteStream,
): Promise<{ format: string; target?: NamedTable }> {
  const { target } = write;
  const format = write.format ?? context.conf.get("spark.sql.sources.default");
  if (!target) return { format };
  if (target.kind === "path") {
    const location = await context.connector.locate(target.path);
    return { format, target: { name: `${format}.\`${target.path}\``, location } };
  }
  const [only] = target.name;
  if (target.name.length === 1 && context.views.has(only!.toLowerCase())) {
    throw error("STREAM_TARGET_IS_VIEW", { viewName: quoteName(target.name) });
  }
  const found = await findTable(context, target.name);
  if (!found) {
    const { catalog, schema, table } = await placeOf(context, target.name);
    const name = [catalog.name, schema, table].join(".");
    return { format, target: { name, location: catalog.defaultLocation(schema, table) } };
  }
  const name = found.name.join(".");
  if (write.format !== undefined && write.format.toLowerCase() !== found.provider) {
    const { provider } = found;
    throw error("TABLE_PROVIDER_MISMATCH", { format: write.format, tableName: name, provider });
  }
  return { format: found.provider, target: { name, location: found.location } };
}

/** Spark's order: the option, the session's folder and the query's name, a temporary folder. */
async function checkpointOf(
  context: LocalContext,
  write: WriteStream,
  format: string,
): Promise<{ location: Location }> {
  const given = write.options["checkpointlocation"];
  if (given !== undefined) return { location: await context.connector.locate(given) };
  const parent = context.conf.lookup("spark.sql.streaming.checkpointLocation");
  if (parent !== undefined) {
    const folder = `${parent}/${write.queryName ?? env.uuid()}`;
    return { location: await context.connector.locate(folder) };
  }
  if (!temporaryCheckpoint.has(format.toLowerCase()))
    throw error("CHECKPOINT_LOCATION_MISSING", {});
  const folder = join(context.connector.staging, `checkpoint-${env.uuid()}`);
  context.connector.keep({
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  });
  return { location: await context.connector.locate(folder) };
}
