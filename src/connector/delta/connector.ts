import type { Connector } from "../connector.ts";
import { readDelta, streamDelta } from "./reader.ts";
import { deltaSink, writeDelta } from "./sink.ts";

/** Delta tables, read and written in batch and as streams. */
export const connector: Connector = {
  names: ["delta"],
  reader: readDelta,
  streamReader: streamDelta,
  writer: writeDelta,
  sink: deltaSink,
};
