import { showString } from "../connector/console/show.ts";
import { jsonRow } from "../schema/ndjson.ts";
import type { StructType } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import type { DataFrame } from "../session/dataframe.ts";
import type { OutputFormat } from "./argument.ts";
import type { Io } from "./io.ts";

/** Rows that `--output table` holds before it prints, so that columns line up. */
const tableRowsMax = 10_000;

/** Prints a frame's rows: as they come with ndjson, at the end with table and json. */
export async function printFrame(frame: DataFrame, format: OutputFormat, io: Io): Promise<void> {
  await using result = await frame.execution.execute(frame.plan);
  const { schema } = result;
  if (schema.fields.length === 0) return;
  const held: Value[][] = [];
  let total = 0;
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let index = 0; index < chunk.rows; index++) {
      const row = chunk.columns.map((column) => column[index] ?? null);
      total++;
      if (format === "ndjson") io.out(jsonRow(row, schema));
      else if (format === "json" || held.length < tableRowsMax) held.push(row);
    }
  }
  if (format === "json") io.out(`[${held.map((row) => jsonRow(row, schema)).join(",\n ")}]`);
  if (format === "table") printTable(schema, held, frame, io);
  if (format === "table" && total > held.length) {
    io.err(`showing ${held.length} of ${total} rows; --output ndjson prints all`);
  }
}

function printTable(schema: StructType, rows: Value[][], frame: DataFrame, io: Io): void {
  const timeZone = frame.execution.conf.get("spark.sql.session.timeZone");
  const options = { schema, rows, limit: rows.length, truncate: 0, vertical: false, timeZone };
  io.out(showString(options).trimEnd());
}
