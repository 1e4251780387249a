import { expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { findCatalog, resolveName, resolveNamespace } from "../../src/catalog/name.ts";

const current = { catalog: "main", schema: "default" };
const catalogs = new Map([
  ["main", { name: "main" } as Catalog],
  ["lake", {} as Catalog],
]);

test.each([
  [["T"], ["main", "default", "t"]],
  [
    ["S", "T"],
    ["main", "s", "t"],
  ],
  [
    ["Lake", "S", "T"],
    ["lake", "s", "t"],
  ],
  [
    ["spark_catalog", "default", "t"],
    ["main", "default", "t"],
  ],
  [
    ["default", "t"],
    ["main", "default", "t"],
  ],
])("the name %j is %j", (parts, full) => {
  expect(resolveName(parts, current)).toEqual(full);
});

test("short names are completed from where the session is", () => {
  expect(resolveName(["t"], { catalog: "lake", schema: "x" })).toEqual(["lake", "x", "t"]);
  expect(resolveName(["s", "t"], { catalog: "lake", schema: "x" })).toEqual(["lake", "s", "t"]);
});

test("a session's own catalog may be called spark_catalog", () => {
  const own = { catalog: "spark_catalog", schema: "default" };
  const catalogs = new Map([["spark_catalog", { name: "spark_catalog" } as Catalog]]);
  expect(resolveName(["spark_catalog", "s", "t"], own)).toEqual(["spark_catalog", "s", "t"]);
  expect(resolveNamespace(["spark_catalog"], own, catalogs).catalog).toBe("spark_catalog");
  expect(findCatalog(catalogs, "SPARK_CATALOG").name).toBe("spark_catalog");
});

test("more than three parts are refused by Spark's name for it", () => {
  expect(() => resolveName(["a", "b", "c", "d"], current)).toThrow(
    expect.objectContaining({
      code: "REQUIRES_SINGLE_PART_NAMESPACE",
      parameters: { sessionCatalog: "main", namespace: "`a`.`b`.`c`" },
    }),
  );
});

test("a namespace is a catalog before it is a schema", () => {
  const resolve = (...parts: string[]) => resolveNamespace(parts, current, catalogs);
  expect(resolve("LAKE")).toEqual({ catalog: "lake", schema: "default" });
  expect(resolve("spark_catalog")).toEqual({ catalog: "main", schema: "default" });
  expect(resolve("sales")).toEqual({ catalog: "main", schema: "sales" });
  expect(resolve("lake", "sales")).toEqual({ catalog: "lake", schema: "sales" });
  expect(() => resolve("a", "b", "c")).toThrow("REQUIRES_SINGLE_PART_NAMESPACE");
});

test("catalogs are found without case, and by Spark's alias", () => {
  expect(findCatalog(catalogs, "MAIN").name).toBe("main");
  expect(findCatalog(catalogs, "spark_catalog").name).toBe("main");
  expect(() => findCatalog(catalogs, "no")).toThrow("CATALOG_NOT_FOUND");
});
