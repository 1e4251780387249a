import type { Execution } from "../execution/execution.ts";
import type { Read } from "../plan/relation.ts";
import type { StructType } from "../schema/type.ts";
import { parseTableName } from "../sql/parse.ts";
import { DataFrame } from "./dataframe.ts";
import { type OptionValue, optionsOf, pathOf, schemaOf } from "./option.ts";

/** `spark.read`: describes a batch read; `load` and `table` make the frame. */
export class DataFrameReader {
  readonly #execution: Execution;
  #format: string | undefined;
  #schema: StructType | undefined;
  readonly #options: Record<string, string> = {};

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  format(source: string): this {
    this.#format = source;
    return this;
  }
  schema(schema: StructType | string): this {
    this.#schema = schemaOf(schema);
    return this;
  }
  option(key: string, value: OptionValue): this {
    return this.options({ [key]: value });
  }
  options(values: Readonly<Record<string, OptionValue>>): this {
    Object.assign(this.#options, optionsOf(values));
    return this;
  }
  /** The data at the paths, or at the option `path`. */
  load(...paths: readonly string[]): DataFrame {
    pathOf(this.#options, paths[0], "load");
    return this.#frame({ paths, format: this.#source() });
  }
  /** A table or a temporary view by name; options such as `versionAsOf` apply. */
  table(name: string): DataFrame {
    return this.#frame({ paths: [], table: parseTableName(name) });
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
  text(...paths: readonly string[]): DataFrame {
    return this.format("text").load(...paths);
  }

  #source(): string {
    return this.#format ?? this.#execution.conf.get("spark.sql.sources.default");
  }
  #frame(part: Pick<Read, "paths"> & Partial<Read>): DataFrame {
    const read: Read = { kind: "read", streaming: false, options: { ...this.#options }, ...part };
    return new DataFrame(this.#execution, this.#schema ? { ...read, schema: this.#schema } : read);
  }
}
