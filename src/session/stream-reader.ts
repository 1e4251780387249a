import type { Execution } from "../execution/execution.ts";
import type { Read } from "../plan/relation.ts";
import type { StructType } from "../schema/type.ts";
import { parseTableName } from "../sql/parse.ts";
import { DataFrame } from "./dataframe.ts";
import { type OptionValue, optionsOf, pathOf, schemaOf } from "./option.ts";

/** `spark.readStream`: describes a stream; `load` and `table` make the frame. */
export class DataStreamReader {
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
  /** The data at the path, or at the option `path`. */
  load(path?: string): DataFrame {
    pathOf(this.#options, path, "load");
    const format = this.#format ?? this.#execution.conf.get("spark.sql.sources.default");
    return this.#frame({ paths: path === undefined ? [] : [path], format });
  }
  /** A catalog table, as its commits come. */
  table(name: string): DataFrame {
    const table = { paths: [], table: parseTableName(name) };
    return this.#frame(this.#format ? { ...table, format: this.#format } : table);
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
  text(path: string): DataFrame {
    return this.format("text").load(path);
  }

  #frame(part: Pick<Read, "paths"> & Partial<Read>): DataFrame {
    const read: Read = { kind: "read", streaming: true, options: { ...this.#options }, ...part };
    return new DataFrame(this.#execution, this.#schema ? { ...read, schema: this.#schema } : read);
  }
}
