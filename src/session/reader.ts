import type { Execution } from "../execution/execution.ts";
import { parseTableName } from "../sql/parse.ts";
import type { DataFrame } from "./dataframe.ts";
import { pathOf } from "./option.ts";
import { ReadBuilder } from "./read-builder.ts";

/** `spark.read`: describes a batch read; `load` and `table` make the frame. */
export class DataFrameReader extends ReadBuilder {
  constructor(execution: Execution) {
    super(execution, false);
  }

  /** The data at the paths, or at the option `path`. */
  load(...paths: readonly string[]): DataFrame {
    pathOf(this.settings, paths[0], "load");
    return this.frame({ paths, format: this.sourceOrDefault });
  }
  /** A table or a temporary view by name; options such as `versionAsOf` apply. */
  table(name: string): DataFrame {
    return this.frame({ paths: [], table: parseTableName(name) });
  }
  json(...paths: readonly string[]): DataFrame {
    return this.format("json").load(...paths);
  }
  csv(...paths: readonly string[]): DataFrame {
    return this.format("csv").load(...paths);
  }
  parquet(...paths: readonly string[]): DataFrame {
    return this.format("parquet").load(...paths);
  }
  orc(...paths: readonly string[]): DataFrame {
    return this.format("orc").load(...paths);
  }
  text(...paths: readonly string[]): DataFrame {
    return this.format("text").load(...paths);
  }
  /** The option `rowTag` names the element that is a row. */
  xml(...paths: readonly string[]): DataFrame {
    return this.format("xml").load(...paths);
  }
}
