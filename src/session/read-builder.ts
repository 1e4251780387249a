import type { Execution } from "../execution/execution.ts";
import type { Read } from "../plan/relation.ts";
import type { StructType } from "../schema/type.ts";
import { Builder } from "./builder.ts";
import { DataFrame } from "./dataframe.ts";
import { schemaOf } from "./option.ts";

/** What a batch read and a stream take besides: a schema. */
export abstract class ReadBuilder extends Builder {
  readonly #execution: Execution;
  readonly #streaming: boolean;
  #schema: StructType | undefined;

  constructor(execution: Execution, streaming: boolean) {
    super();
    this.#execution = execution;
    this.#streaming = streaming;
  }

  schema(schema: StructType | string): this {
    this.#schema = schemaOf(schema, this.#execution.conf);
    return this;
  }
  /** The format that was given, or the session's. */
  protected get sourceOrDefault(): string {
    return this.source ?? this.#execution.conf.get("spark.sql.sources.default");
  }
  protected frame(part: Pick<Read, "paths"> & Partial<Read>): DataFrame {
    const options = { ...this.settings };
    const read: Read = { kind: "read", streaming: this.#streaming, options, ...part };
    return new DataFrame(this.#execution, this.#schema ? { ...read, schema: this.#schema } : read);
  }
}
