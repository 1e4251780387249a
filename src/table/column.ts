import { error } from "../error/error.ts";
import { findField } from "../schema/compare.ts";
import { formatDataType } from "../schema/ddl.ts";
import { dataTypeJson } from "../schema/json.ts";
import { type StructField, struct } from "../schema/type.ts";
import { withSchema } from "./prepare.ts";
import type { DeltaTable } from "./table.ts";
import { type Committed, commitTransaction } from "./transaction.ts";

/**
 * ADD COLUMNS: one commit of metadata; rows that are there have null in them. A name that is taken
 * is FIELD_ALREADY_EXISTS.
 */
export async function addColumns(
  table: DeltaTable,
  columns: readonly StructField[],
): Promise<Committed> {
  const snapshot = await table.log.update();
  if (snapshot === undefined) throw error("DELTA_TABLE_NOT_FOUND", { tableName: table.name });
  for (const { name } of columns) {
    if (findField(snapshot.schema, name) === undefined) continue;
    const among = formatDataType(snapshot.schema).toUpperCase();
    throw error("FIELD_ALREADY_EXISTS", { op: "add", fieldNames: `\`${name}\``, struct: among });
  }
  const schema = struct([...snapshot.schema.fields, ...columns]);
  const { metadata, protocol, protocolChanged } = withSchema(snapshot, schema);
  const said = columns.map(({ name, type, nullable, metadata: about }) => {
    return { column: { name, type: dataTypeJson(type), nullable, metadata: about } };
  });
  return commitTransaction(table, {
    snapshot,
    operation: { name: "ADD COLUMNS", parameters: { columns: said }, metrics: {} },
    actions: [{ metaData: metadata }, ...(protocolChanged ? [{ protocol }] : [])],
    reads: { wholeTable: true },
  });
}
