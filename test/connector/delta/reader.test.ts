import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connector } from "../../../src/connector/delta/connector.ts";
import type { Options } from "../../../src/plan/relation.ts";
import type { Row } from "../../../src/schema/value.ts";
import { openSession, type TestSession } from "../session.ts";

async function open(session: TestSession, name: string, options: Options = {}) {
  const golden = new URL(`../../golden/table/${name}/`, import.meta.url);
  const path = join(session.folder, name);
  await cp(new URL("table", golden), path, { recursive: true });
  const request = { format: "delta", options, paths: [path], context: session.context };
  const dataset = await connector.reader!(request);
  const columns = [...dataset.schema.fields, ...dataset.hidden];
  const read = async () =>
    session.rows(await dataset.scan!({ columns, conditions: [], timeZone: "UTC" }));
  const expected = JSON.parse(await readFile(new URL("expected.json", golden), "utf8"));
  return { dataset, expected, read };
}

const byId = (left: Row, right: Row): number => Number(left["id"]) - Number(right["id"]);

test("rows keep their ids and commit versions when they are moved to another file", async () => {
  await using session = await openSession();
  const { dataset, expected, read } = await open(session, "row_tracking");
  expect(dataset.schema.fields.map(({ name }) => name)).toEqual(["id", "v"]);
  const rows = [...(await read())].sort(byId).map(({ id, v, _metadata }) => {
    const { row_id, row_commit_version } = _metadata as Row;
    return {
      ...{ id, v },
      ...{ row_id: Number(row_id), row_commit_version: Number(row_commit_version) },
    };
  });
  expect(rows).toEqual(expected.rowIds);
});

test("rows that say nothing themselves have ids by their number in the file", async () => {
  await using session = await openSession();
  const { read } = await open(session, "row_tracking", { versionasof: "2" });
  const rows = [...(await read())].sort(byId).map(({ _metadata }) => {
    const { row_id, base_row_id, row_commit_version, row_index } = _metadata as Row;
    return [row_id, base_row_id, row_commit_version, row_index].map(Number);
  });
  expect(rows.slice(0, 2)).toEqual([
    [0, 0, 1, 0],
    [1, 0, 1, 1],
  ]);
  expect(rows.slice(-2)).toEqual([
    [6, 5, 2, 1],
    [7, 5, 2, 2],
  ]);
});

test("the members of _metadata follow the features of the table", async () => {
  await using session = await openSession();
  const members = async (name: string): Promise<string[]> => {
    const { dataset } = await open(session, name);
    const { type } = dataset.hidden[0]!;
    return type.type === "struct" ? type.fields.slice(6).map((member) => member.name) : [];
  };
  expect(await members("ict")).toEqual(["row_index"]);
  expect(await members("row_tracking")).toEqual([
    ...["row_index", "row_id", "base_row_id"],
    ...["default_row_commit_version", "row_commit_version"],
  ]);
});
