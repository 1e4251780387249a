import type { Connector } from "../connector.ts";
import { completed } from "./format-option.ts";
import { readFiles } from "./reader.ts";
import { streamFiles } from "./stream.ts";
import { writeFiles } from "./writer.ts";

/** Folders of files: what Spark reads and writes without a table format. */
export const connector: Connector = {
  names: ["parquet", "orc", "json", "csv", "text", "binaryfile", "avro", "xml"],
  reader: async (request) => readFiles(await completed(request)),
  streamReader: async (request) => streamFiles(await completed(request)),
  writer: writeFiles,
};
