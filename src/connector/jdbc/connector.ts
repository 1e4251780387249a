import type { Connector } from "../connector.ts";
import { readJdbc } from "./reader.ts";
import { jdbcSink } from "./sink.ts";
import { writeJdbc } from "./writer.ts";

/** Databases by their JDBC URLs, by the drivers of Node. */
export const connector: Connector = {
  names: ["jdbc"],
  reader: readJdbc,
  writer: writeJdbc,
  sink: jdbcSink,
  tables: "insert",
};
