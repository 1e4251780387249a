import type { Dataset } from "../analysis/dataset.ts";
import { error } from "../error/error.ts";
import type { StreamingDataset } from "../stream/dataset.ts";
import type { Sink } from "../stream/sink.ts";
import type {
  Connector,
  ConnectorContext,
  ReadRequest,
  SinkRequest,
  WriteRequest,
} from "./connector.ts";

type Load = () => Promise<{ readonly connector: Connector }>;

const file: Load = () => import("./file/connector.ts");
const rate: Load = () => import("./rate/connector.ts");
const foreach: Load = () => import("./foreach/connector.ts");

/** Format names (lower case) to the module that knows them, loaded at first use. */
const built: Readonly<Record<string, Load>> = {
  avro: file,
  binaryfile: file,
  cloudfiles: () => import("./cloudfiles/connector.ts"),
  console: () => import("./console/connector.ts"),
  csv: file,
  delta: () => import("./delta/connector.ts"),
  eventhubs: () => import("./eventhubs/connector.ts"),
  flume: () => import("./flume/connector.ts"),
  foreach,
  foreachbatch: foreach,
  http: () => import("./http/connector.ts"),
  jdbc: () => import("./jdbc/connector.ts"),
  json: file,
  kafka: () => import("./kafka/connector.ts"),
  memory: () => import("./memory/connector.ts"),
  mqtt: () => import("./mqtt/connector.ts"),
  noop: () => import("./noop/connector.ts"),
  orc: file,
  parquet: file,
  rate,
  "rate-micro-batch": rate,
  read_files: () => import("./cloudfiles/read-files.ts"),
  socket: () => import("./socket/connector.ts"),
  text: file,
  xml: file,
};

/** Formats that Spark or its companions know, and that are not built here. */
const unbuilt: readonly string[] = [
  "hudi",
  "iceberg",
  "image",
  "kinesis",
  "libsvm",
  "pubsub",
  "state-metadata",
  "statestore",
];

/** A format's name, of the names that Spark has kept from its past. */
export function formatName(format: string): string {
  const old = /^org\.apache\.spark\.sql\.(?:execution\.datasources\.)?(jdbc|json|parquet)$/i;
  return (old.exec(format)?.[1] ?? format).toLowerCase();
}

/** The connector of a format. DATA_SOURCE_NOT_FOUND, or DATA_SOURCE_NOT_BUILT if it is known. */
export async function connectorFor(
  format: string,
  context?: Pick<ConnectorContext, "registered">,
): Promise<Connector> {
  const name = formatName(format);
  const load = Object.hasOwn(built, name) ? built[name] : undefined;
  if (load) return (await load()).connector;
  const registered = context?.registered?.get(name);
  if (registered) return registered;
  const known = [...Object.keys(built), ...(context?.registered?.keys() ?? [])].join(", ");
  throw unbuilt.includes(name)
    ? error("DATA_SOURCE_NOT_BUILT", { format, known })
    : error("DATA_SOURCE_NOT_FOUND", { provider: format, known });
}

/** Makes a connector known by its names. DATA_SOURCE_ALREADY_EXISTS if one is that of another. */
export function register(connector: Connector, registered: Map<string, Connector>): void {
  const names = connector.names.map((name) => name.toLowerCase());
  const taken = names.find((name) => Object.hasOwn(built, name) || unbuilt.includes(name));
  if (taken !== undefined) throw error("DATA_SOURCE_ALREADY_EXISTS", { provider: taken });
  for (const name of names) registered.set(name, connector);
}

/** What a batch read of a data source means: its schema now, its data when asked. */
export async function resolveRead(request: ReadRequest): Promise<Dataset> {
  const connector = await connectorFor(request.format, request.context);
  if (!connector.reader) throw unsupported(request.format, "be read in batch");
  return connector.reader(request);
}

/** What a streaming read means: its schema now, a source when the query starts. */
export async function resolveStream(request: ReadRequest): Promise<StreamingDataset> {
  const connector = await connectorFor(request.format, request.context);
  if (!connector.streamReader) throw unsupported(request.format, "be read as a stream");
  return connector.streamReader(request);
}

/** The sink of a stream, its options and output mode checked. */
export async function openSink(request: SinkRequest): Promise<Sink> {
  const connector = await connectorFor(request.format, request.context);
  if (!connector.sink) throw unsupported(request.format, "be written as a stream");
  const sink = await connector.sink(request);
  if (!sink.outputModes.includes(request.outputMode)) {
    throw request.format === "delta"
      ? error("DELTA_UNSUPPORTED_OUTPUT_MODE", { mode: request.outputMode })
      : error("STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", {
          sink: request.format,
          outputMode: request.outputMode,
        });
  }
  return sink;
}

/** `df.write.format(x).save(path)`. */
export async function write(request: WriteRequest): Promise<void> {
  const connector = await connectorFor(request.format, request.context);
  if (!connector.writer) throw unsupported(request.format, "be written in batch");
  return connector.writer(request);
}

function unsupported(format: string, operation: string): Error {
  return error("UNSUPPORTED_DATA_SOURCE_OPERATION", { format, operation });
}
