import type { ViewSchemaMode } from "../plan/command.ts";
import type { FunctionDefinition } from "../plan/function.ts";
import type { StructType } from "../schema/type.ts";
import type { Location } from "../storage/store.ts";

/** A full table name: catalog, schema, table. */
export type TableName = readonly [catalog: string, schema: string, table: string];

/** What a name stands for. Tables and views of a schema share its names. */
export type CatalogRelation = CatalogTable | CatalogView;

/** Where a table lies and what it is. */
export interface CatalogTable {
  readonly kind: "table";
  readonly name: TableName;
  readonly location: Location;
  /** `delta`, a file format, or a source that has no files: it lies nowhere. */
  readonly provider: string;
  /** Managed tables lose their files with DROP. */
  readonly managed: boolean;
  /** What only the catalog knows of a table of files; Delta's log says it itself. */
  readonly definition?: FileTableDefinition;
}

/** A table that is none of Delta's, as CREATE TABLE said it. */
export interface FileTableDefinition {
  /** Partition columns are last. */
  readonly schema: StructType;
  readonly partitionBy: readonly string[];
  /** The format as CREATE TABLE spelled it, for people to see. */
  readonly provider?: string;
  /** Of the format, with lower-case keys. */
  readonly options: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly comment?: string;
  readonly createdTime: number; // ms since the epoch
}

/** A query under a name. */
export interface CatalogView {
  readonly kind: "view";
  readonly name: TableName;
  readonly definition: ViewDefinition;
}

/** A view as CREATE VIEW said it: text, and what the text meant then. */
export interface ViewDefinition {
  readonly text: string;
  /** The view's columns; comments are in their metadata. */
  readonly schema: StructType;
  /** What the query called them: they are found again by name. */
  readonly queryColumns: readonly string[];
  readonly mode: ViewSchemaMode;
  /** The catalog and schema that short names in the text are in. */
  readonly catalog: string;
  readonly namespace: string;
  /** The settings that give the text its meaning, as they were. */
  readonly conf: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly comment?: string;
  readonly createdTime: number; // ms since the epoch
}

/** Names to locations and views. Names are compared without case. */
export interface Catalog {
  readonly name: string;
  schemas(): Promise<readonly string[]>;
  createSchema(schema: string, ifNotExists: boolean): Promise<void>;
  /** SCHEMA_NOT_EMPTY unless it is empty, or `cascade` lets all that is in it go. */
  dropSchema(schema: string, cascade: boolean): Promise<void>;
  /** By name. */
  relations(schema: string): Promise<readonly CatalogRelation[]>;
  /** Undefined if there is no such name; SCHEMA_NOT_FOUND is for the caller to say. */
  relation(schema: string, name: string): Promise<CatalogRelation | undefined>;
  /** Where a managed table of this name is to lie. */
  defaultLocation(schema: string, table: string): Location;
  /**
   * Makes the name known; TABLE_OR_VIEW_ALREADY_EXISTS if it is taken. Managed Delta tables at
   * their default location need no entry.
   */
  register(relation: CatalogRelation): Promise<void>;
  /** Puts another relation under a name, in one step; it need not have been there. */
  replace(relation: CatalogRelation): Promise<void>;
  /** Forgets the name; removes a managed table's files. */
  drop(schema: string, name: string): Promise<void>;
  readonly functions: FunctionCatalog;
}

/** A function as it was made: the text, and the settings that change what the text means. */
export interface CatalogFunction {
  readonly definition: FunctionDefinition;
  readonly conf: Readonly<Record<string, string>>;
}

/** The functions of a catalog. Names are compared without case, and kept in lower case. */
export interface FunctionCatalog {
  list(schema: string): Promise<readonly string[]>;
  find(schema: string, name: string): Promise<CatalogFunction | undefined>;
  /** False, changing nothing, if there is one of that name and it is not to be replaced. */
  create(schema: string, name: string, made: CatalogFunction, replace: boolean): Promise<boolean>;
  /** False if there is none. */
  drop(schema: string, name: string): Promise<boolean>;
}
