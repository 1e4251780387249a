import type { Condition } from "./kind.ts";

export const catalogConditions = {
  TABLE_OR_VIEW_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42P01",
    message:
      "The table or view {relationName} cannot be found. Verify the spelling and correctness of the schema and catalog, or use DROP … IF EXISTS",
  },
  TABLE_OR_VIEW_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42P07",
    message:
      "Cannot create table or view {relationName} because it already exists. Choose a different name, drop the existing object, or add IF NOT EXISTS",
  },
  SCHEMA_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42704",
    message:
      "The schema {schemaName} cannot be found. Verify the spelling and correctness of the schema and catalog, or create it with CREATE SCHEMA",
  },
  SCHEMA_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42P06",
    message:
      "Cannot create schema {schemaName} because it already exists. Choose a different name, or add IF NOT EXISTS",
  },
  SCHEMA_NOT_EMPTY: {
    kind: "invalid",
    sqlState: "2BP01",
    message:
      "Cannot drop a schema {schemaName} because it contains objects. Drop them first, or add CASCADE",
  },
  "UNSUPPORTED_FEATURE.DROP_DATABASE": {
    kind: "unsupported",
    sqlState: "0A000",
    message: "Drop the default schema {database} is not supported. Drop what is in it instead",
  },
  CATALOG_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42P08",
    message:
      "The catalog {catalogName} cannot be found. Verify the spelling; SHOW CATALOGS lists those there are",
  },
  REQUIRES_SINGLE_PART_NAMESPACE: {
    kind: "invalid",
    sqlState: "42K05",
    message:
      "{sessionCatalog} requires a single-part namespace, but got {namespace}. Write catalog.schema.table",
  },
} as const satisfies Record<string, Condition>;
