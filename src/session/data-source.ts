import type { Connector } from "../connector/connector.ts";
import type { Execution } from "../execution/execution.ts";

/** `spark.dataSource`: formats that a program brings. */
export class DataSourceRegistration {
  readonly #execution: Execution;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  /**
   * Makes the connector's names known to `format(name)` in this session; one that was registered
   * before under a name gives way. DATA_SOURCE_ALREADY_EXISTS for the name of a format built here.
   */
  register(connector: Connector): void {
    this.#execution.registerConnector(connector);
  }
}
