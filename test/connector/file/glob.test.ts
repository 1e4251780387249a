import { describe, expect, test } from "vitest";
import {
  expandBraces,
  expandGlob,
  globExpression,
  isGlob,
} from "../../../src/connector/file/glob.ts";
import { openSession } from "../session.ts";

describe("globExpression", () => {
  test.each([
    ["*.json", "a.json", true],
    ["*.json", "a/b.json", false],
    ["f?.{json,csv}", "f1.csv", true],
    ["f[0-9].json", "fx.json", false],
    ["f[^0-9].json", "fx.json", true],
    ["{a,b{1,2}}", "b2", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "axb", false],
    ["a.b", "axb", false],
  ])("%s on %s", (glob, name, matches) => {
    expect(globExpression(glob).test(name)).toBe(matches);
  });

  test("a bracket that is left open is an error", () => {
    expect(() => globExpression("{a,b")).toThrow("INVALID_OPTION_VALUE");
  });
});

test("expandBraces nests", () => {
  expect(expandBraces("x{a,b{1,2}}y")).toEqual(["xay", "xb1y", "xb2y"]);
});

test("a plain path is no glob", () => {
  expect([isGlob("/a/b c(1)+@!.json"), isGlob("/a/b?")]).toEqual([false, true]);
});

test("a store that is not local finds the same", async () => {
  await using session = await openSession();
  const { store } = await session.context.locate("memory:///x");
  for (const name of ["a1/x.json", "a2/y.json", "b/z.json"]) {
    await store.put(`/in/${name}`, Buffer.from("{}"));
  }
  const found = await expandGlob({ store, path: "/in/a?" });
  expect(found.map(({ path }) => path)).toEqual(["/in/a1", "/in/a2"]);
});
