import type { Connector } from "../connector.ts";
import { readFiles } from "./reader.ts";
import { streamFiles } from "./stream.ts";
import { writeFiles } from "./writer.ts";

/** Folders of files: what Spark reads and writes without a table format. */
export const connector: Connector = {
  names: ["parquet", "json", "csv", "text", "binaryfile"],
  reader: readFiles,
  streamReader: streamFiles,
  writer: writeFiles,
};
