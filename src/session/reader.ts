import type { Execution } from "../execution/execution.ts";
import { parseTableName } from "../sql/parse.ts";
import type { DataFrame } from "./dataframe.ts";
import { type OptionValue, pathOf } from "./option.ts";
import { ReadBuilder } from "./read-builder.ts";

type Properties = Readonly<Record<string, OptionValue>>;

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
  /**
   * A table of a database, whole, in parts by the values of a column, or one part a condition (in
   * the database's own SQL).
   */
  jdbc(url: string, table: string, properties?: Properties): DataFrame;
  jdbc(
    url: string,
    table: string,
    columnName: string,
    lowerBound: number | bigint,
    upperBound: number | bigint,
    numPartitions: number,
    properties?: Properties,
  ): DataFrame;
  jdbc(
    url: string,
    table: string,
    predicates: readonly string[],
    properties?: Properties,
  ): DataFrame;
  jdbc(url: string, table: string, ...rest: readonly unknown[]): DataFrame {
    const [first] = rest;
    const reader = this.format("jdbc");
    if (typeof first === "string") {
      const [partitionColumn, lowerBound, upperBound, numPartitions, properties = {}] = rest;
      const parts = { partitionColumn, lowerBound, upperBound, numPartitions };
      reader.options({ ...(properties as Properties), ...(parts as Properties) });
      return reader.options({ url, dbtable: table }).load();
    }
    const [predicates, properties = {}] = Array.isArray(first) ? rest : [undefined, first];
    reader.options({ ...(properties as Properties), url, dbtable: table });
    if (predicates === undefined) return reader.load();
    return this.frame({
      ...{ paths: [], format: "jdbc" },
      predicates: (predicates as readonly unknown[]).map(String),
    });
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
