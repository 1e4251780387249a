import type { Execution } from "../execution/execution.ts";
import { parseTableName } from "../sql/parse.ts";
import type { DataFrame } from "./dataframe.ts";
import { pathOf } from "./option.ts";
import { ReadBuilder } from "./read-builder.ts";

/** `spark.readStream`: describes a stream; `load` and `table` make the frame. */
export class DataStreamReader extends ReadBuilder {
  constructor(execution: Execution) {
    super(execution, true);
  }

  /** The data at the path, or at the option `path`. */
  load(path?: string): DataFrame {
    pathOf(this.settings, path, "load");
    const paths = path === undefined ? [] : [path];
    return this.frame({ paths, format: this.sourceOrDefault });
  }
  /** A catalog table, as its commits come. */
  table(name: string): DataFrame {
    const table = { paths: [], table: parseTableName(name) };
    return this.frame(this.source ? { ...table, format: this.source } : table);
  }
  json(path: string): DataFrame {
    return this.format("json").load(path);
  }
  csv(path: string): DataFrame {
    return this.format("csv").load(path);
  }
  parquet(path: string): DataFrame {
    return this.format("parquet").load(path);
  }
  orc(path: string): DataFrame {
    return this.format("orc").load(path);
  }
  /** The option `rowTag` names the element that is a row. */
  xml(path: string): DataFrame {
    return this.format("xml").load(path);
  }
  text(path: string): DataFrame {
    return this.format("text").load(path);
  }
}
