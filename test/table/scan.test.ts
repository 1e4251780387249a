import { join } from "node:path";
import { expect, test } from "vitest";
import { field, long, string, struct } from "../../src/schema/type.ts";
import { openCache } from "../../src/storage/cache/cache.ts";
import type { Location } from "../../src/storage/store.ts";
import { openTable, snapshotOf, tableAt } from "../../src/table/table.ts";
import { writeTable } from "../../src/table/write.ts";
import { remoteStore } from "../storage/remote.ts";
import { type Harness, openHarness, readRows, rowsOf, writeOf } from "./harness.ts";

const schema = struct([field("id", long), field("k", string)]);

/** Makes a table of one file, which is called `data.parquet` as in a table that was converted. */
async function convertedTable(harness: Harness, location: Location, id: bigint): Promise<void> {
  const { store, path } = location;
  for await (const file of store.list(`${path}/`, { recursive: true })) {
    await store.delete(file.path);
  }
  const written = await tableAt(location, harness.context);
  await writeTable(written, writeOf(rowsOf(schema, [[id, "k"]])));
  const commit = `${path}/_delta_log/00000000000000000000.json`;
  const text = new TextDecoder().decode(await store.read(commit));
  const name = /part-[^"]*\.parquet/.exec(text)![0];
  await store.put(`${path}/data.parquet`, await store.read(`${path}/${name}`));
  await store.put(commit, Buffer.from(text.replace(name, "data.parquet")));
}

test("a file of a name that may come again is not taken for the one that was fetched", async () => {
  await using harness = await openHarness();
  await using cache = openCache({ folder: join(harness.folder, "cache") });
  const traffic = { requests: 0, bytes: 0 };
  const store = { ...remoteStore(harness.store, cache, traffic), scheme: "far" };
  const location = { store, path: harness.location("converted").path };
  for (const id of [1n, 2n]) {
    await convertedTable(harness, location, id);
    const table = await openTable(location, harness.context);
    expect(await readRows(table, await snapshotOf(table))).toEqual([[id, "k"]]);
  }
});
