import { rm } from "node:fs/promises";
import { join } from "node:path";
import { prune } from "../../analysis/prune.ts";
import { outputOf, type TypedRelation } from "../../analysis/typed.ts";
import type { SinkFunctions } from "../../connector/connector.ts";
import { openSink } from "../../connector/registry.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { WriteStream } from "../../plan/command.ts";
import type { StructType } from "../../schema/type.ts";
import { type Location, join as pathIn } from "../../storage/store.ts";
import { checkLegality } from "../../stream/legality.ts";
import type { StreamingQuery } from "../../stream/query.ts";
import type { Sink } from "../../stream/sink.ts";
import { type LocalContext, timeZoneOf } from "./context.ts";
import { createDestination, destinationOf, type StreamDestination } from "./destination.ts";
import { bindScans, hasStream } from "./query.ts";
import { typedPlan } from "./resolve.ts";

/** Sinks that may go without a checkpoint location: theirs is a temporary folder. */
const temporaryCheckpoint = new Set(["memory", "foreach", "foreachbatch", "console", "noop"]);

/** Sinks that have no columns to lay rows out by. */
const unpartitioned = new Set(["memory", "foreach", "foreachbatch"]);

/** Checks a streaming write, opens its sink and its checkpoint, and starts it. */
export async function startStream(
  context: LocalContext,
  write: WriteStream,
  functions?: SinkFunctions,
): Promise<StreamingQuery> {
  const plan = await typedPlan(context, await context.persisted.substitute(write.input));
  if (!hasStream(plan)) throw error("WRITE_STREAM_NOT_ALLOWED", {});
  if (context.conf.get("spark.sql.streaming.unsupportedOperationCheck") !== "false") {
    checkLegality(plan, write.outputMode);
  }
  const destination = await destinationOf(context, write);
  const { format, target } = destination;
  if (write.partitionBy.length > 0 && unpartitioned.has(format.toLowerCase())) {
    throw error("SINK_NOT_PARTITIONED", { format });
  }
  const checkpoint = await checkpointOf(context, write, format);
  await checkRecoverable(write, format, checkpoint.location);
  const sink = await openSink({
    format,
    options: { ...destination.options, ...write.options },
    outputMode: write.outputMode,
    partitionBy: write.partitionBy,
    schema: schemaOf(plan),
    context: context.connector,
    ...(target ? { target } : {}),
    ...(write.queryName === undefined ? {} : { queryName: write.queryName }),
    ...(functions ? { functions } : {}),
  });
  const owned = checkpoint.temporary === undefined ? sink : withFolder(sink, checkpoint.temporary);
  try {
    return await startQuery(context, write, { plan, destination, checkpoint, sink: owned });
  } catch (thrown) {
    // A query that never ran does not dispose what it was given.
    await owned[Symbol.asyncDispose]();
    throw thrown;
  }
}

interface StreamParts {
  readonly plan: TypedRelation;
  readonly destination: StreamDestination;
  readonly checkpoint: CheckpointPlace;
  readonly sink: Sink;
}

async function startQuery(
  context: LocalContext,
  write: WriteStream,
  { plan, destination, checkpoint, sink }: StreamParts,
): Promise<StreamingQuery> {
  await createDestination(context, destination, { write, schema: schemaOf(plan) });
  const timeZone = timeZoneOf(context);
  const query = await context.streams.start({
    plan: prune(plan),
    sink,
    outputMode: write.outputMode,
    trigger: write.trigger,
    checkpoint: checkpoint.location,
    engine: context.engine,
    conf: Object.fromEntries(context.conf.entries()),
    timeZone,
    staging: context.connector.staging,
    planBatch: (plan) => bindScans(plan, { timeZone, newest: true }),
    warn: env.warn,
    ...(write.queryName === undefined ? {} : { name: write.queryName }),
  });
  sink.started?.();
  return query;
}

function schemaOf(plan: TypedRelation): StructType {
  return { type: "struct", fields: outputOf(plan).map(({ id: _, ...column }) => column) };
}

interface CheckpointPlace {
  readonly location: Location;
  /** The local folder, where it is nobody's but the query's. */
  readonly temporary?: string;
}

/** Spark's order: the option, the session's folder and the query's name, a temporary folder. */
async function checkpointOf(
  context: LocalContext,
  write: WriteStream,
  format: string,
): Promise<CheckpointPlace> {
  const given = write.options["checkpointlocation"];
  if (given !== undefined) return { location: await context.connector.locate(given) };
  const parent = context.conf.lookup("spark.sql.streaming.checkpointLocation");
  if (parent !== undefined) {
    const folder = `${parent}/${write.queryName ?? env.uuid()}`;
    return { location: await context.connector.locate(folder) };
  }
  if (!temporaryCheckpoint.has(format.toLowerCase()))
    throw error("CHECKPOINT_LOCATION_MISSING", {});
  const temporary = join(context.connector.staging, `checkpoint-${env.uuid()}`);
  return { location: await context.connector.locate(temporary), temporary };
}

/** The memory sink holds nothing over a restart: only a whole answer a batch can go on. */
async function checkRecoverable(
  write: WriteStream,
  format: string,
  { store, path }: Location,
): Promise<void> {
  if (format.toLowerCase() !== "memory" || write.outputMode === "complete") return;
  const offsets = pathIn({ store, path }, "offsets").path;
  for await (const _ of store.list(`${offsets}/`)) {
    throw error("SINK_NOT_RECOVERABLE", { offsets: store.uri(offsets) });
  }
}

/** The sink, with a folder that goes when it goes: after the last step of its query. */
function withFolder(sink: Sink, folder: string): Sink {
  return {
    description: sink.description,
    exactlyOnce: sink.exactlyOnce,
    atomic: sink.atomic ?? false,
    outputModes: sink.outputModes,
    started: () => sink.started?.(),
    addBatch: (batch) => sink.addBatch(batch),
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
