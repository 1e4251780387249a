import type { Location } from "../storage/store.ts";

/** A full table name: catalog, schema, table. */
export type TableName = readonly [catalog: string, schema: string, table: string];

/** Where a table lies and what it is. */
export interface CatalogTable {
  readonly name: TableName;
  readonly location: Location;
  /** `delta`, or a file format for external tables. */
  readonly provider: string;
  /** Managed tables lose their files with DROP. */
  readonly managed: boolean;
}

/** Names to locations. Names are compared without case. */
export interface Catalog {
  readonly name: string;
  schemas(): Promise<readonly string[]>;
  createSchema(schema: string, ifNotExists: boolean): Promise<void>;
  tables(schema: string): Promise<readonly CatalogTable[]>;
  /** Undefined if there is no such table; SCHEMA_NOT_FOUND is for the caller to say. */
  table(schema: string, table: string): Promise<CatalogTable | undefined>;
  /** Where a managed table of this name is to lie. */
  defaultLocation(schema: string, table: string): Location;
  /** Makes the name known. Managed tables at their default location need no entry. */
  register(table: CatalogTable): Promise<void>;
  /** Forgets the name; removes a managed table's files. */
  drop(schema: string, table: string): Promise<void>;
}
