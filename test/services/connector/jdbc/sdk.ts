import type * as real from "mysql2";
import type { MysqlModule } from "../../../../src/connector/jdbc/mysql/client.ts";

/** Compiles only where the driver has what the product takes it to have: others have no types. */
export function mysql(found: typeof real): MysqlModule {
  return found;
}
