import { describe, expect, test } from "vitest";
import { parseSchema } from "../../src/schema/ddl.ts";
import {
  changeFeedSchema,
  hasChangeDataFeed,
  reservedColumns,
  scanChanges,
} from "../../src/table/change-feed.ts";
import { createTable } from "../../src/table/create.ts";
import { openTable, snapshotOf, tableAt } from "../../src/table/table.ts";
import { writeTable } from "../../src/table/write.ts";
import { openHarness, rowsOf, writeOf } from "./harness.ts";

const reserved = parseSchema("a INT, _Commit_Version BIGINT");

function metadata(configuration: Record<string, string>) {
  const format = { provider: "parquet", options: {} };
  return { id: "i", format, schemaString: "", partitionColumns: [], configuration };
}

describe("the feed of a table", () => {
  test("is on by its property, or by the one of before", () => {
    expect(hasChangeDataFeed(metadata({}))).toBe(false);
    expect(hasChangeDataFeed(metadata({ "delta.enableChangeDataFeed": "TRUE" }))).toBe(true);
    expect(hasChangeDataFeed(metadata({ "delta.enableChangeDataCapture": "true" }))).toBe(true);
    const off = { "delta.enableChangeDataFeed": "false", "delta.enableChangeDataCapture": "true" };
    expect(hasChangeDataFeed(metadata(off))).toBe(false);
  });

  test("has three columns more, whose names the table cannot have", () => {
    const names = changeFeedSchema(parseSchema("a INT")).fields.map((one) => one.name);
    expect(names).toEqual(["a", "_change_type", "_commit_version", "_commit_timestamp"]);
    expect(reservedColumns(reserved)).toEqual(["_Commit_Version"]);
    expect(() => changeFeedSchema(reserved)).toThrow("TABLE_ALREADY_CONTAINS_CDC_COLUMNS");
  });

  test("keeps its names from being written while it is on", async () => {
    await using harness = await openHarness();
    const on = { "delta.enableChangeDataFeed": "true" };
    const make = async (name: string, properties: Record<string, string>, schema = reserved) => {
      const table = await tableAt(harness.location(name), harness.context);
      const definition = { schema, partitionBy: [], properties };
      await createTable(table, { definition, mode: "create", isManaged: false });
      return table;
    };
    await expect(make("on", on)).rejects.toMatchObject({
      code: "DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS",
    });
    await make("off", {});
    const table = await make("later", on, parseSchema("a INT"));
    const merge = { options: { mergeschema: "true" } };
    const attempt = writeTable(table, writeOf(rowsOf(reserved, [[1, 2n]]), merge));
    await expect(attempt).rejects.toMatchObject({ code: "RESERVED_CDC_COLUMNS_ON_WRITE" });
  });

  test("refuses a removed file that does not say its partition", async () => {
    await using harness = await openHarness();
    const at = await tableAt(harness.location("t"), harness.context);
    const schema = parseSchema("a INT, p STRING");
    const rows = rowsOf(schema, [[1, "x"]]);
    await writeTable(at, writeOf(rows, { partitionBy: ["p"] }));
    const table = await openTable(harness.location("t"), harness.context);
    const files = [{ path: "f", size: 1, changeType: "delete" }] as const;
    const scan = { changes: [{ version: 3, timestamp: 0, files }], columns: schema.fields };
    const attempt = scanChanges(table, { ...scan, snapshot: await snapshotOf(table) });
    await expect(attempt).rejects.toMatchObject({
      code: "DELTA_REMOVE_FILE_CDC_MISSING_EXTENDED_METADATA",
      parameters: { file: "f", version: "3" },
    });
  });
});
