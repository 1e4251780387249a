import { error } from "../error/error.ts";
import type { Execution } from "../execution/execution.ts";
import type { SaveMode, Target, Write } from "../plan/command.ts";
import type { Relation } from "../plan/relation.ts";
import { parseTableName } from "../sql/parse.ts";
import { Builder } from "./builder.ts";
import { type OptionValue, pathOf } from "./option.ts";

/** What a database's driver takes: `user`, `password`, and options of format jdbc. */
type Properties = Readonly<Record<string, OptionValue>>;

const modes: Readonly<Record<string, SaveMode>> = {
  append: "append",
  overwrite: "overwrite",
  ignore: "ignore",
  error: "errorifexists",
  errorifexists: "errorifexists",
  default: "errorifexists",
};

/** `df.write`: describes a batch write; `save`, `saveAsTable` and `insertInto` do it. */
export class DataFrameWriter extends Builder {
  readonly #execution: Execution;
  readonly #input: Relation;
  #mode: SaveMode = "errorifexists";
  #partitionBy: readonly string[] = [];

  constructor(execution: Execution, input: Relation) {
    super();
    this.#execution = execution;
    this.#input = input;
  }

  /** append, overwrite, ignore, error (the default). */
  mode(mode: string): this {
    const known = modes[mode.toLowerCase()];
    if (!known) throw error("INVALID_SAVE_MODE", { mode });
    this.#mode = known;
    return this;
  }
  partitionBy(...columns: readonly string[]): this {
    this.#partitionBy = columns;
    return this;
  }
  async save(path?: string): Promise<void> {
    const to = pathOf(this.settings, path, "save");
    const target: Target | undefined = to === undefined ? undefined : { kind: "path", path: to };
    await this.#write(target, { create: true, match: "name" });
  }
  /** Into a table of a database; options that were set before give way to `properties`. */
  async jdbc(url: string, table: string, properties: Properties = {}): Promise<void> {
    await this.format("jdbc")
      .options({ ...properties, url, dbtable: table })
      .save();
  }
  async saveAsTable(name: string): Promise<void> {
    const target: Target = { kind: "table", name: parseTableName(name) };
    await this.#write(target, { create: true, match: "name" });
  }
  /** Columns are matched by position; the table must be there. The mode is append or overwrite. */
  async insertInto(name: string): Promise<void> {
    if (this.#partitionBy.length > 0) {
      throw error("PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO", {});
    }
    const target: Target = { kind: "table", name: parseTableName(name) };
    const mode = this.#mode === "overwrite" ? "overwrite" : "append";
    await this.#write(target, { create: false, match: "position", mode });
  }
  async parquet(path: string): Promise<void> {
    await this.format("parquet").save(path);
  }
  async orc(path: string): Promise<void> {
    await this.format("orc").save(path);
  }
  async json(path: string): Promise<void> {
    await this.format("json").save(path);
  }
  async text(path: string): Promise<void> {
    await this.format("text").save(path);
  }
  async csv(path: string): Promise<void> {
    await this.format("csv").save(path);
  }
  /** The option `rowTag` names the element that a row becomes. */
  async xml(path: string): Promise<void> {
    await this.format("xml").save(path);
  }

  async #write(
    target: Target | undefined,
    how: Pick<Write, "create" | "match"> & { mode?: SaveMode },
  ): Promise<void> {
    const write: Write = {
      kind: "write",
      input: this.#input,
      ...(target && { target }),
      mode: this.#mode,
      partitionBy: this.#partitionBy,
      options: { ...this.settings },
      ...how,
    };
    await this.#execution.command(this.source ? { ...write, format: this.source } : write);
  }
}
