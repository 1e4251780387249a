import { error } from "../../error/error.ts";
import type { Metadata } from "../../log/action.ts";
import { columnMappingMode } from "../../log/column-mapping.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import { findField } from "../../schema/compare.ts";
import { parseSchemaJson, schemaJson } from "../../schema/json.ts";
import type { DataType } from "../../schema/type.ts";
import { samePartitioning } from "../../table/definition.ts";
import { incompatibility, mappingChange } from "./schema-change.ts";

/** The setting that says which version's schema changes are read with, under column mapping. */
export const schemaModeKey =
  "spark.databricks.delta.changeDataFeed.defaultSchemaModeForColumnMappingTable";

/** What the metadata of a version in a range of changes is checked against. */
export interface ChangeRule {
  readonly start: number;
  readonly end: number;
  /** What rows are read with. */
  readonly snapshot: Snapshot;
}

/**
 * Refuses changes that cannot be read right with the schema of `rule.snapshot`: those of a version
 * that has columns of other names, types or places. `isChange`: the version made the metadata;
 * else it is the first of the range, and has it.
 */
export function checkChangeSchema(
  metadata: Metadata,
  version: number,
  { rule, isChange }: { readonly rule: ChangeRule; readonly isChange: boolean },
): void {
  const { snapshot, start, end } = rule;
  if (compatible(metadata, version, snapshot)) return;
  const parameters = {
    ...{ start, end, incompatibleVersion: version, readVersion: snapshot.version },
    readSchema: schemaJson(snapshot.schema),
  };
  throw isChange
    ? error("DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_SCHEMA_CHANGE", parameters)
    : error("DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA", {
        ...parameters,
        config: schemaModeKey,
      });
}

function compatible(metadata: Metadata, version: number, snapshot: Snapshot): boolean {
  const other = { metadata, schema: parseSchemaJson(metadata.schemaString) };
  // Columns may have been added, never dropped: which of the two is the older says which it is.
  const [older, newer] = version <= snapshot.version ? [other, snapshot] : [snapshot, other];
  return (
    samePartitioning(older.metadata.partitionColumns, newer.metadata.partitionColumns) &&
    sameMapping(older, newer) &&
    incompatibility(newer.schema, older.schema, true) === undefined &&
    mayBeNull(snapshot.schema, other.schema)
  );
}

type Shape = Pick<Snapshot, "metadata" | "schema">;

/** No column was dropped or renamed, which only column mapping can do and hide. */
function sameMapping(older: Shape, newer: Shape): boolean {
  if (columnMappingMode(newer.metadata) !== "none")
    return mappingChange(older, newer) === undefined;
  return columnMappingMode(older.metadata) === "none";
}

/** Whether what may be null in the data may be so where it is read. */
function mayBeNull(read: DataType, data: DataType): boolean {
  if (read.type === "struct" && data.type === "struct") {
    return read.fields.every((column) => {
      const known = findField(data, column.name);
      return (
        known === undefined ||
        ((column.nullable || !known.nullable) && mayBeNull(column.type, known.type))
      );
    });
  }
  if (read.type === "array" && data.type === "array") {
    return (
      (read.containsNull || !data.containsNull) && mayBeNull(read.elementType, data.elementType)
    );
  }
  if (read.type === "map" && data.type === "map") {
    return (
      (read.valueContainsNull || !data.valueContainsNull) &&
      mayBeNull(read.keyType, data.keyType) &&
      mayBeNull(read.valueType, data.valueType)
    );
  }
  return true;
}
