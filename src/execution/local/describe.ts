import { outputOf } from "../../analysis/typed.ts";
import type { Describe } from "../../plan/command.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { field, string, struct } from "../../schema/type.ts";
import type { Row } from "../../schema/value.ts";
import { openTable, snapshotOf } from "../../table/table.ts";
import type { CommandResult } from "../execution.ts";
import type { LocalContext } from "./context.ts";
import { findTable, typedPlan } from "./resolve.ts";

const schema = struct([
  field("col_name", string, false),
  field("data_type", string, false),
  field("comment", string),
]);

const line = (name: string, type = "", comment: string | null = ""): Row => ({
  col_name: name,
  data_type: type,
  comment,
});

/** DESCRIBE TABLE and DESCRIBE QUERY: columns, then partitioning, then with EXTENDED the table. */
export async function runDescribe(
  context: LocalContext,
  command: Describe,
): Promise<CommandResult> {
  const columns = outputOf(await typedPlan(context, command.relation));
  const rows = columns.map(({ name, type, metadata }) =>
    line(name, formatDataType(type), (metadata["comment"] as string | undefined) ?? null),
  );
  const { relation } = command;
  const isTable = relation.kind === "read" && relation.table !== undefined;
  const found = isTable ? await findTable(context, relation.table, "DESCRIBE") : undefined;
  if (found?.provider !== "delta") return { schema, rows };

  const table = await openTable(found.location, context.connector, found.name.join("."));
  const { metadata, protocol } = await snapshotOf(table);
  if (metadata.partitionColumns.length > 0) {
    rows.push(line("# Partition Information"), line("# col_name", "data_type", "comment"));
    rows.push(
      ...rows.filter((row) => metadata.partitionColumns.includes(row["col_name"] as string)),
    );
  }
  if (!command.extended) return { schema, rows };
  const properties = { ...metadata.configuration, ...protocolProperties(protocol) };
  rows.push(
    line(""),
    line("# Detailed Table Information"),
    line("Name", found.name.join(".")),
    line("Type", found.managed ? "MANAGED" : "EXTERNAL"),
    line("Comment", metadata.description ?? ""),
    line("Location", found.location.store.uri(found.location.path)),
    line("Provider", found.provider),
    line(
      "Table Properties",
      `[${Object.entries(properties)
        .map((entry) => entry.join("="))
        .join(",")}]`,
    ),
  );
  return { schema, rows };
}

function protocolProperties(protocol: {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
}): Record<string, string> {
  return {
    "delta.minReaderVersion": String(protocol.minReaderVersion),
    "delta.minWriterVersion": String(protocol.minWriterVersion),
  };
}
