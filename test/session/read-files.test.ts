import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSession, type TestSession } from "./session.ts";

async function rowsOf({ spark }: TestSession, text: string) {
  return (await spark.sql(text)).collect();
}

async function landed(files: Readonly<Record<string, string>>): Promise<TestSession> {
  const session = await openSession();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(session.folder, "in", name, ".."), { recursive: true });
    await writeFile(join(session.folder, "in", name), text);
  }
  return session;
}

test("read_files reads all files below a path, with types, hints and folders", async () => {
  await using session = await landed({
    "day=1/a.json": '{"id":1,"at":"2026-01-01"}\n',
    "day=2/b.json": '{"id":2,"more":{"x":1}}\n',
  });
  const { folder } = session;
  const rows = await rowsOf(
    session,
    `SELECT * FROM read_files('${folder}/in', schemaHints => 'at DATE') AS f WHERE day > 1`,
  );
  expect(rows.map((row) => ({ ...row }))).toEqual([
    { at: null, id: 2n, more: { x: 1n }, day: 2, _rescued_data: null },
  ]);
});

test("columns of CSV are found by headers, also where few are wanted", async () => {
  await using session = await landed({ "a.csv": "id,k\n1,x\n", "b.csv": "k,id\ny,2\n" });
  const { folder } = session;
  for (const options of ["", ", schemaEvolutionMode => 'none'"]) {
    const from = `read_files('${folder}/in', format => 'csv'${options})`;
    const rows = await rowsOf(session, `SELECT id FROM ${from} ORDER BY id`);
    expect(rows.map(({ id }) => id)).toEqual([1, 2]);
  }
});

test("what does not fit the schema that is given is rescued where it is asked for", async () => {
  await using session = await landed({ "a.json": '{"id":"x","b":1}\n' });
  const rows = await rowsOf(
    session,
    `SELECT id, get_json_object(saved, '$.b') FROM read_files('${session.folder}/in/*.json',
       schema => 'id INT', rescuedDataColumn => 'saved')`,
  );
  expect(rows.map((row) => Object.values(row))).toEqual([[null, "1"]]);
});

test("Parquet files that differ are read together", async () => {
  await using session = await openSession();
  const { spark, folder } = session;
  const path = join(folder, "in");
  for (const text of ["SELECT 1 AS id", "SELECT 'x' AS id, 2 AS n"]) {
    await (await spark.sql(text)).write.format("parquet").mode("append").save(path);
  }
  const rows = await rowsOf(session, `SELECT * FROM read_files('${path}') ORDER BY n`);
  expect(rows).toHaveLength(2);
  expect(rows.map(({ n }) => n)).toEqual([null, 2]);
  const rescued = rows.filter((row) => row["_rescued_data"] !== null);
  expect(rescued).toHaveLength(1);
});

test("STREAM read_files is a stream of them", async () => {
  await using session = await landed({ "a.json": '{"id":1}\n' });
  const { spark, folder } = session;
  const run = async (text: string): Promise<void> => {
    const frame = await spark.sql(text);
    await using query = await frame.writeStream
      .option("checkpointLocation", join(folder, "cp"))
      .trigger({ availableNow: true })
      .toTable("t");
    await query.awaitTermination();
  };
  const from = `read_files('${folder}/in', format => 'json', schemaLocation => '${folder}/s')`;
  await run(`SELECT id FROM STREAM ${from}`);
  await writeFile(join(folder, "in", "b.json"), '{"id":2}\n');
  await run(`SELECT id FROM STREAM(${from})`);
  const ids = (await spark.table("t").collect()).map(({ id }) => id);
  expect(ids.toSorted()).toEqual([1n, 2n]);
});

test.each([
  ["SELECT * FROM read_files()", "path"],
  ["SELECT * FROM read_files('x', 'y')", "INCORRECT_NUMBER_OF_ARGUMENTS"],
  ["SELECT * FROM STREAM range(3)", "STREAM of range"],
])("%s is refused", async (text, told) => {
  await using session = await openSession();
  await expect(rowsOf(session, text)).rejects.toThrow(told);
});
