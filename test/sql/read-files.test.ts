import { expect, test } from "vitest";
import { parseQuery } from "../../src/sql/parse.ts";

test("options of read_files have their keys, with the case of names that the user makes up", () => {
  const text =
    "SELECT * FROM STREAM read_files('s3://b/in', FORMAT => 'json', `resourceTag.CostCenter` => 'R&D')";
  const query = JSON.stringify(parseQuery(text));
  expect(query).toContain('"paths":["s3://b/in"]');
  expect(query).toContain('"options":{"format":"json","resourcetag.CostCenter":"R&D"}');
});

test("and so have those of WITH", () => {
  const text =
    "SELECT * FROM json.`/in` WITH ('multiLine' = 'true', 'cloudFiles.resourceTag.A' = '1')";
  expect(JSON.stringify(parseQuery(text))).toContain(
    '"options":{"multiline":"true","cloudfiles.resourcetag.A":"1"}',
  );
});
