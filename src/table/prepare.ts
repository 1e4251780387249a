import { error } from "../error/error.ts";
import type { Metadata, Protocol } from "../log/action.ts";
import { protocolFor } from "../log/protocol.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { findField, mergeSchemas } from "../schema/compare.ts";
import { schemaJson } from "../schema/json.ts";
import { treeString } from "../schema/tree.ts";
import type { StructType } from "../schema/type.ts";
import {
  checkPartitioning,
  checkSchema,
  defineTable,
  samePartitioning,
  type TableDefinition,
  tableSchema,
} from "./definition.ts";

/** What a write makes of a table before its first row is written. */
export interface Prepared {
  readonly schema: StructType;
  readonly metadata: Metadata;
  readonly protocol: Protocol;
  readonly metadataChanged: boolean;
  readonly protocolChanged: boolean;
}

export interface PrepareRequest {
  readonly current: Snapshot | undefined;
  /** The schema of the data to be written. */
  readonly data: StructType;
  readonly match: "name" | "position";
  /** Undefined: the writer said nothing of partitions. */
  readonly partitionBy: readonly string[] | undefined;
  readonly mergeSchema: boolean;
  /** The data's schema and partitioning take the place of the table's. */
  readonly overwriteSchema: boolean;
  /** For a table that is to be created or replaced. */
  readonly definition: Partial<TableDefinition>;
  readonly table: string;
}

/** Schema enforcement and evolution, purely: DELTA_METADATA_MISMATCH shows both schemas. */
export function prepareWrite(request: PrepareRequest): Prepared {
  const { current } = request;
  if (current === undefined) return created(request);
  if (request.overwriteSchema) return replaced(request, current);
  checkSamePartitioning(request, current);
  const data = tableSchema(request.data);
  if (current.schema.fields.length === 0 && !request.mergeSchema) {
    throw error("DELTA_SCHEMA_NOT_SET", {});
  }
  if (request.match === "position" && !request.mergeSchema) return unchanged(current);
  const extra = data.fields.some((member) => findField(current.schema, member.name) === undefined);
  if (!request.mergeSchema) {
    if (extra) throw mismatch(schemaMismatch(request, current));
    return unchanged(current);
  }
  const schema = mergeSchemas(current.schema, data, { keepExistingType: true });
  if (schemaJson(schema) === schemaJson(current.schema)) return unchanged(current);
  return withSchema(current, schema);
}

/** A table with another schema: its metadata, and the protocol that the types ask for. */
export function withSchema(current: Snapshot, schema: StructType): Prepared {
  checkSchema(schema);
  const metadata = { ...current.metadata, schemaString: schemaJson(schema) };
  return changed(current, { schema, metadata });
}

function created(request: PrepareRequest): Prepared {
  const { definition } = request;
  const made = {
    schema: definition.schema ?? tableSchema(request.data),
    partitionBy: request.partitionBy ?? definition.partitionBy ?? [],
    properties: definition.properties ?? {},
    ...(definition.comment === undefined ? {} : { comment: definition.comment }),
  };
  const { metadata, protocol } = defineTable(made);
  const { schema } = made;
  return { schema, metadata, protocol, metadataChanged: true, protocolChanged: true };
}

function replaced(request: PrepareRequest, current: Snapshot): Prepared {
  const { definition } = request;
  const schema = definition.schema ?? tableSchema(request.data);
  checkSchema(schema);
  if (definition.properties !== undefined) {
    const partitionBy = request.partitionBy ?? definition.partitionBy ?? [];
    const made = { ...definition, schema, partitionBy, properties: definition.properties };
    return changed(current, { schema, metadata: defineTable(made, current).metadata });
  }
  const partitionColumns = checkPartitioning(schema, request.partitionBy ?? []);
  const schemaString = schemaJson(schema);
  return changed(current, {
    schema,
    metadata: { ...current.metadata, schemaString, partitionColumns },
  });
}

function unchanged(current: Snapshot): Prepared {
  const { schema, metadata, protocol } = current;
  return { schema, metadata, protocol, metadataChanged: false, protocolChanged: false };
}

function changed(
  current: Snapshot,
  made: { readonly schema: StructType; readonly metadata: Metadata },
): Prepared {
  const { schema, metadata } = made;
  const protocol = protocolFor(schema, metadata.configuration, current.protocol);
  const same =
    metadata.schemaString === current.metadata.schemaString &&
    samePartitioning(metadata.partitionColumns, current.metadata.partitionColumns) &&
    JSON.stringify(metadata.configuration) === JSON.stringify(current.metadata.configuration);
  return {
    schema,
    metadata: same ? current.metadata : metadata,
    protocol,
    metadataChanged: !same,
    protocolChanged:
      protocol !== current.protocol &&
      JSON.stringify(protocol) !== JSON.stringify(current.protocol),
  };
}

function checkSamePartitioning(request: PrepareRequest, current: Snapshot): void {
  const { partitionBy } = request;
  const { partitionColumns } = current.metadata;
  if (partitionBy === undefined || samePartitioning(partitionBy, partitionColumns)) return;
  const given = partitionBy.map((name) => `\`${name}\``).join(", ");
  const own = partitionColumns.map((name) => `\`${name}\``).join(", ");
  throw mismatch(
    [
      "Partition columns do not match the partition columns of the table.",
      `Given: [${given}]`,
      `Table: [${own}]`,
      overwriteHint,
    ].join("\n"),
  );
}

const overwriteHint =
  "To overwrite your schema or change partitioning, set the option overwriteSchema to true. " +
  "The schema cannot be overwritten when using 'replaceWhere'";

function schemaMismatch(request: PrepareRequest, current: Snapshot): string {
  return [
    "A schema mismatch detected when writing to the Delta table " +
      `(Table ID: ${current.metadata.id}).`,
    "To enable schema migration, set the option mergeSchema to true, or for other operations " +
      "the session configuration spark.databricks.delta.schema.autoMerge.enabled.",
    "",
    "Table schema:",
    treeString(current.schema),
    "",
    "Data schema:",
    treeString(request.data),
  ].join("\n");
}

function mismatch(details: string): Error {
  return error("DELTA_METADATA_MISMATCH", { details });
}
