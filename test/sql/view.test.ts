import { expect, test } from "vitest";
import { parseStatement } from "../../src/sql/parse.ts";

function command(text: string) {
  const parsed = parseStatement(text);
  return parsed.kind === "command" ? parsed.command : expect.fail(`${text} is a query`);
}

test("a view keeps the text of its query, and what is said of it in any order", () => {
  expect(
    command(
      `CREATE VIEW s.v (a COMMENT 'x', b) TBLPROPERTIES (k = 1) WITH SCHEMA TYPE EVOLUTION
       COMMENT 'c' AS SELECT 1, -- one
         2 ;`,
    ),
  ).toMatchObject({
    kind: "create view",
    name: ["s", "v"],
    temporary: false,
    mode: "create",
    text: "SELECT 1, -- one\n         2",
    columns: [{ name: "a", comment: "x" }, { name: "b" }],
    comment: "c",
    properties: { k: "1" },
    schemaMode: "type evolution",
  });
});

test("what ALTER VIEW changes", () => {
  const change = (text: string) => command(`ALTER VIEW v ${text}`);
  expect(change("AS SELECT 1")).toMatchObject({ kind: "create view", mode: "alter" });
  expect(change("RENAME TO s.w")).toMatchObject({ change: { kind: "rename", to: ["s", "w"] } });
  expect(change("UNSET TBLPROPERTIES IF EXISTS (a.b)")).toMatchObject({
    change: { kind: "unset properties", keys: ["a.b"] },
  });
  expect(change("WITH SCHEMA BINDING")).toMatchObject({ change: { mode: "binding" } });
});

test("what cannot be said", () => {
  expect(() => command("CREATE OR REPLACE VIEW IF NOT EXISTS v AS SELECT 1")).toThrow(/SYNTAX/);
  expect(() => command("CREATE VIEW v WITH SCHEMA FREE AS SELECT 1")).toThrow(/SYNTAX/);
});
