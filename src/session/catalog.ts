import { isError } from "../error/error.ts";
import type { Execution } from "../execution/execution.ts";
import { parseTableName } from "../sql/parse.ts";
import { allRows } from "./row.ts";

/** A table or temporary view, as `listTables` tells of it. */
export interface CatalogEntry {
  readonly name: string;
  /** The schema it is in; empty for a temporary view. */
  readonly namespace: string;
  readonly isTemporary: boolean;
}

/** `spark.catalog`: what there is under names. */
export class SessionCatalog {
  readonly #execution: Execution;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  currentCatalog(): Promise<string> {
    return this.#answer("current_catalog");
  }
  currentDatabase(): Promise<string> {
    return this.#answer("current_database");
  }
  /** From now on short names are in this schema; SCHEMA_NOT_FOUND if there is none. */
  async setCurrentDatabase(name: string): Promise<void> {
    await this.#execution.command({ kind: "use", name: parseTableName(name) });
  }
  async listDatabases(): Promise<readonly string[]> {
    const { rows } = await this.#execution.command({ kind: "show", what: "schemas" });
    return rows.map((row) => String(row["namespace"]));
  }
  /** The tables of a schema (the current one), then the temporary views. */
  async listTables(database?: string): Promise<readonly CatalogEntry[]> {
    const of = database === undefined ? {} : { of: parseTableName(database) };
    const { rows } = await this.#execution.command({ kind: "show", what: "tables", ...of });
    return rows.map((row) => ({
      name: String(row["tableName"]),
      namespace: String(row["namespace"]),
      isTemporary: row["isTemporary"] === true,
    }));
  }
  /** Whether a table or a temporary view has this name. */
  async tableExists(name: string): Promise<boolean> {
    const table = parseTableName(name);
    try {
      await this.#execution.schema({
        kind: "read",
        streaming: false,
        table,
        paths: [],
        options: {},
      });
      return true;
    } catch (thrown) {
      const absent = ["TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND"] as const;
      if (isError(thrown, ...absent)) return false;
      throw thrown;
    }
  }
  /** Whether there was such a view. */
  dropTempView(name: string): Promise<boolean> {
    return this.#execution.dropView(name);
  }

  async #answer(name: string): Promise<string> {
    const [row] = await allRows(this.#execution, {
      kind: "project",
      input: { kind: "one row" },
      expressions: [{ kind: "call", name, arguments: [] }],
    });
    return String(Object.values(row ?? {})[0]);
  }
}
