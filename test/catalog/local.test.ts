import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Catalog, CatalogTable } from "../../src/catalog/catalog.ts";
import { localCatalog } from "../../src/catalog/local.ts";
import { field, integer, struct } from "../../src/schema/type.ts";
import { openCache } from "../../src/storage/cache/cache.ts";
import { openStores, type Stores } from "../../src/storage/registry.ts";
import { openStaging } from "../../src/storage/staging.ts";
import { join } from "../../src/storage/store.ts";
import { temporaryFolder } from "../storage/subject.ts";

interface Bench extends AsyncDisposable {
  readonly catalog: Catalog;
  readonly stores: Stores;
  readonly path: string;
}

async function bench(): Promise<Bench> {
  const folder = await temporaryFolder();
  const staging = await openStaging(folder.path);
  const stores = openStores({
    staging,
    cache: openCache(),
    workingDirectory: folder.path,
    options: {},
  });
  const warehouse = await stores.locate("ware house");
  return {
    stores,
    path: folder.path,
    catalog: localCatalog({ name: "main", warehouse, stores }),
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

async function commit(catalog: Catalog, schema: string, table: string): Promise<void> {
  const { store, path } = catalog.defaultLocation(schema, table);
  await store.put(`${path}/_delta_log/00000000000000000000.json`, new Uint8Array(2));
  await store.put(`${path}/part-0.parquet`, new Uint8Array(2));
}

async function external({ stores, path }: Bench, name: string): Promise<CatalogTable> {
  const location = await stores.locate(`${path}/else where/${name}`);
  return {
    kind: "table",
    name: ["main", "default", name],
    location,
    provider: "csv",
    managed: false,
  };
}

test("a warehouse of which nothing is written has one empty schema", async () => {
  await using trial = await bench();
  const { catalog } = trial;
  expect(await catalog.schemas()).toEqual(["default"]);
  expect(await catalog.relations("default")).toEqual([]);
  expect(await catalog.relation("default", "t")).toBeUndefined();
  expect(await catalog.relation("no", "t")).toBeUndefined();
  await catalog.createSchema("default", true);
  await expect(catalog.createSchema("Default", false)).rejects.toMatchObject({
    code: "SCHEMA_ALREADY_EXISTS",
  });
});

test("schemas are made once, and listed", async () => {
  await using trial = await bench();
  const { catalog } = trial;
  for (const name of ["Sales", "a/b", ".odd"]) await catalog.createSchema(name, false);
  await catalog.createSchema("SALES", true);
  await expect(catalog.createSchema("SALES", false)).rejects.toMatchObject({
    code: "SCHEMA_ALREADY_EXISTS",
    parameters: { schemaName: "`main`.`sales`" },
  });
  expect(await catalog.schemas()).toEqual([".odd", "a/b", "default", "sales"]);
});

test("a managed table is known by its log, whatever the case", async () => {
  await using trial = await bench();
  const { catalog } = trial;
  await commit(catalog, "default", "Events");
  await commit(catalog, "default", "events2");
  await commit(catalog, "default", "a-b/c");
  const names = (await catalog.relations("default")).map((table) => table.name[2]);
  expect(names).toEqual(["a-b/c", "events", "events2"]);
  const found = await catalog.relation("DEFAULT", "EVENTS");
  expect(found).toMatchObject({ name: ["main", "default", "events"], managed: true });
  expect(found?.kind === "table" && found.location.path).toBe(
    `${trial.path}/ware house/main/default/events`,
  );
});

test("an old log without its first commit is a table too", async () => {
  await using trial = await bench();
  const { store, path } = trial.catalog.defaultLocation("default", "t");
  await store.put(`${path}/_delta_log/00000000000000000010.checkpoint.parquet`, new Uint8Array());
  expect(await trial.catalog.relation("default", "t")).toBeDefined();
});

test("an external table is an entry, kept by later catalogs of the same folder", async () => {
  await using trial = await bench();
  const { catalog, stores } = trial;
  const table = await external(trial, "Raw data");
  await catalog.register(table);
  await expect(catalog.register(table)).rejects.toMatchObject({
    code: "TABLE_OR_VIEW_ALREADY_EXISTS",
  });
  const warehouse = await stores.locate("ware house");
  const again = localCatalog({ name: "MAIN", warehouse, stores });
  const found = await again.relation("default", "RAW DATA");
  expect(found).toEqual({ ...table, name: ["main", "default", "raw data"] });
  expect(await again.relations("default")).toEqual([found]);
});

test("a name is for one table, and needs its schema", async () => {
  await using trial = await bench();
  const { catalog } = trial;
  await commit(catalog, "default", "t");
  await expect(catalog.register(await external(trial, "t"))).rejects.toMatchObject({
    code: "TABLE_OR_VIEW_ALREADY_EXISTS",
  });
  const elsewhere = { ...(await external(trial, "u")), name: ["main", "no", "u"] as const };
  await expect(catalog.register(elsewhere)).rejects.toMatchObject({ code: "SCHEMA_NOT_FOUND" });
});

test("registering a managed table at its place writes nothing", async () => {
  await using trial = await bench();
  const { catalog, path } = trial;
  const location = catalog.defaultLocation("default", "t");
  await catalog.register({
    kind: "table",
    name: ["main", "default", "t"],
    location,
    provider: "delta",
    managed: true,
  });
  expect(await readdir(path)).not.toContain("ware house");
});

test("dropping a managed table removes its files, and only its", async () => {
  await using trial = await bench();
  const { catalog } = trial;
  for (const name of ["t", "t2", "t-1"]) await commit(catalog, "default", name);
  await catalog.drop("default", "T");
  const names = (await catalog.relations("default")).map((table) => table.name[2]);
  expect(names).toEqual(["t-1", "t2"]);
  const left = catalog.defaultLocation("default", "t");
  for await (const file of left.store.list(left.path, { recursive: true })) throw file;
  await expect(catalog.drop("default", "t")).rejects.toMatchObject({
    code: "TABLE_OR_VIEW_NOT_FOUND",
    parameters: { relationName: "`main`.`default`.`t`" },
  });
});

test("dropping an external table keeps its files", async () => {
  await using trial = await bench();
  const table = await external(trial, "raw");
  const file = join(table.location, "1.csv");
  await file.store.put(file.path, new Uint8Array(3));
  await trial.catalog.register(table);
  await trial.catalog.drop("default", "raw");
  expect(await trial.catalog.relation("default", "raw")).toBeUndefined();
  expect((await file.store.stat(file.path))?.size).toBe(3);
});

test("a schema goes when it is empty, or with all that is in it", async () => {
  await using trial = await bench();
  const { catalog } = trial;
  await catalog.createSchema("s", false);
  await catalog.dropSchema("S", false);
  expect(await catalog.schemas()).toEqual(["default"]);
  await commit(catalog, "s", "t");
  await catalog.createSchema("s", true);
  const outside = { ...(await external(trial, "u")), name: ["main", "s", "u"] as const };
  await catalog.register(outside);
  await expect(catalog.dropSchema("s", false)).rejects.toMatchObject({ code: "SCHEMA_NOT_EMPTY" });
  await catalog.dropSchema("s", true);
  expect(await catalog.schemas()).toEqual(["default"]);
  await expect(catalog.dropSchema("default", true)).rejects.toMatchObject({
    code: "UNSUPPORTED_FEATURE.DROP_DATABASE",
  });
});

test("what a name stands for is replaced in one step, and read as it was written", async () => {
  await using trial = await bench();
  const { catalog } = trial;
  const table = await external(trial, "raw");
  const schema = struct([field("a", integer, true, { comment: "x" })]);
  const definition = {
    schema,
    partitionBy: [],
    options: { sep: "|" },
    properties: {},
    createdTime: 1,
  };
  await catalog.register(table);
  await catalog.replace({ ...table, definition });
  expect(await catalog.relation("default", "raw")).toEqual({ ...table, definition });
});
