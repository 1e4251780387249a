import { expect, test } from "vitest";
import { keyed, optionKey } from "../../src/plan/option.ts";

test.each([
  ["maxFilesPerTrigger", "maxfilespertrigger"],
  ["cloudFiles.Format", "cloudfiles.format"],
  ["cloudFiles.resourceTag.CostCenter", "cloudfiles.resourcetag.CostCenter"],
  ["CLOUDFILES.RESOURCETAG.a.B", "cloudfiles.resourcetag.a.B"],
  ["resourceTag.Owner", "resourcetag.Owner"],
])("%s is kept as %s", (name, key) => {
  expect(optionKey(name)).toBe(key);
});

test("of names that differ in case alone the last counts, but for those the user makes up", () => {
  const tag = "cloudFiles.resourceTag";
  expect(keyed({ Header: "1", header: "2", [`${tag}.A`]: "3", [`${tag}.a`]: "4" })).toEqual({
    ...{ header: "2", "cloudfiles.resourcetag.A": "3", "cloudfiles.resourcetag.a": "4" },
  });
});
