import { join } from "node:path";
import { expect, test } from "vitest";
import { DeltaTable } from "../../src/session/delta-table.ts";
import { openSession } from "./session.ts";

test("spark.catalog knows schemas, tables and views", async () => {
  await using session = await openSession();
  const { spark } = session;
  const { catalog } = spark;
  expect([await catalog.currentCatalog(), await catalog.currentDatabase()]).toEqual([
    "main",
    "default",
  ]);
  await spark.sql("CREATE SCHEMA lab");
  await spark.range(1).write.saveAsTable("lab.t");
  await spark.range(1).createOrReplaceTempView("v");
  expect(await catalog.listDatabases()).toEqual(["default", "lab"]);
  expect(await catalog.listTables("lab")).toEqual([
    { name: "t", namespace: "lab", isTemporary: false },
    { name: "v", namespace: "", isTemporary: true },
  ]);
  const names = ["lab.t", "main.lab.T", "v", "t", "absent.t", "a.b.c"];
  const exist = await Promise.all(names.map((name) => catalog.tableExists(name)));
  expect(exist).toEqual([true, true, true, false, false, false]);
  await catalog.setCurrentDatabase("lab");
  expect([await catalog.currentDatabase(), await catalog.tableExists("t")]).toEqual(["lab", true]);
  await expect(catalog.setCurrentDatabase("absent")).rejects.toThrow(/SCHEMA_NOT_FOUND/);
  expect([await catalog.dropTempView("V"), await catalog.dropTempView("v")]).toEqual([true, false]);
});

test("a table needs its schema, and its name comes with its rows", async () => {
  await using session = await openSession();
  const { spark, folder } = session;
  await expect(spark.range(1).write.saveAsTable("absent.t")).rejects.toThrow(/SCHEMA_NOT_FOUND/);
  const failing = spark.range(1).selectExpr("raise_error('no') AS x").write;
  const external = failing.option("path", join(folder, "x")).saveAsTable("x");
  await expect(external).rejects.toThrow(/no/);
  expect(await spark.catalog.tableExists("x")).toBe(false);
});

test("isDeltaTable", async () => {
  await using session = await openSession();
  const { spark, folder } = session;
  const path = join(folder, "table");
  await spark.range(1).write.save(path);
  expect(await DeltaTable.isDeltaTable(spark, path)).toBe(true);
  expect(await DeltaTable.isDeltaTable(spark, folder)).toBe(false);
  expect(await DeltaTable.isDeltaTable(spark, join(folder, "absent"))).toBe(false);
});
