import type { Database } from "./database.ts";
import type { AccessOptions } from "./option.ts";

/** The database of a URL, by the driver for it, which is imported only then. */
export async function databaseOf(options: AccessOptions): Promise<Database> {
  switch (options.url.protocol) {
    case "postgresql":
      return (await import("./postgres/database.ts")).postgresDatabase(options);
    case "mysql":
      return (await import("./mysql/database.ts")).mysqlDatabase(options);
    case "sqlserver":
      return (await import("./sqlserver/database.ts")).sqlServerDatabase(options);
    case "sqlite":
      return (await import("./sqlite/database.ts")).sqliteDatabase(options);
    case "duckdb":
      return (await import("./duckdb/database.ts")).duckdbDatabase(options);
  }
}
