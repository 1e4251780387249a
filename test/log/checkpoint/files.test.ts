import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngine } from "../../../src/engine/duckdb/engine.ts";
import { loadDuck } from "../../../src/engine/duckdb/module.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import type { Action, DeletionVector } from "../../../src/log/action.ts";
import { writeCheckpoint } from "../../../src/log/checkpoint/write.ts";
import { printCommit } from "../../../src/log/commit-file.ts";
import { fileKey } from "../../../src/log/file-key.ts";
import { loadSnapshot } from "../../../src/log/load.ts";
import type { LogContext } from "../../../src/log/log.ts";
import { openLog } from "../../../src/log/open.ts";
import { logPath } from "../../../src/log/path.ts";
import type { Snapshot } from "../../../src/log/snapshot.ts";
import { localStore } from "../../../src/storage/local.ts";
import type { Location } from "../../../src/storage/store.ts";

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = openEngine({});
  folder = mkdtempSync(join(tmpdir(), "millrace-files-"));
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const start: Action[] = [
  { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
  {
    metaData: {
      id: "m",
      format: { provider: "parquet", options: {} },
      schemaString: '{"type":"struct","fields":[]}',
      partitionColumns: [],
      configuration: { "delta.deletedFileRetentionDuration": "interval 36500 days" },
    },
  },
];

/** Few names, some of them the same file in another spelling. */
const spellings = ["a", "b", "c%20d", "c d", "e=%2520/f", "file:/x/y", "/x/y", "g:h"];
const vectors: (DeletionVector | undefined)[] = [
  undefined,
  { storageType: "u", pathOrInlineDv: "v", offset: 1, sizeInBytes: 3, cardinality: 1 },
  { storageType: "u", pathOrInlineDv: "v", offset: 9, sizeInBytes: 3, cardinality: 2 },
  { storageType: "i", pathOrInlineDv: "w", sizeInBytes: 3, cardinality: 1 },
];
const change = fc.record({
  path: fc.constantFrom(...spellings),
  vector: fc.constantFrom(...vectors),
  removes: fc.boolean(),
  size: fc.integer({ min: 1, max: 99 }),
  dataChange: fc.boolean(),
});

function actionOf(one: {
  path: string;
  vector: DeletionVector | undefined;
  removes: boolean;
  size: number;
  dataChange: boolean;
}): Action {
  const { path, vector, removes, size, dataChange } = one;
  const file = { path, ...(vector === undefined ? {} : { deletionVector: vector }), dataChange };
  if (removes) return { remove: { ...file, deletionTimestamp: 1e12 } };
  const stats = `{"numRecords":${size}}`;
  return { add: { ...file, partitionValues: { p: null }, size, modificationTime: 7, stats } };
}

async function stateOf(snapshot: Snapshot | undefined) {
  const files = (await snapshot?.files()) ?? [];
  const shown = files.map((file) => JSON.stringify([fileKey(file), file.size, file.stats]));
  return { files: shown.sort(), totals: await snapshot?.totals() };
}

let tables = 0;

async function writeTable(commits: readonly (readonly Action[])[]): Promise<Location> {
  const table = { store: localStore(), path: join(folder, `t${tables++}`) };
  for (const [version, actions] of commits.entries()) {
    const bytes = printCommit({ timestamp: version }, actions);
    await table.store.putIfAbsent(logPath(table, version, "json"), bytes);
  }
  return table;
}

test("files of a large checkpoint are those of one in memory, whatever was said since", {
  timeout: 60_000,
}, async () => {
  const context: LogContext = { engine, staging: folder };
  const large: LogContext = { ...context, checkpointRowsInMemory: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(change, { maxLength: 6 }), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      async (changes, at) => {
        const rest = changes.map((list) => {
          // One commit says one thing of a file.
          const actions = new Map(list.map((one) => [fileKey(filed(one)), actionOf(one)]));
          return [...actions.values()];
        });
        const table = await writeTable([start, ...rest]);
        const version = at % (rest.length + 1);
        const plain = await loadSnapshot(table, context);
        const older = await loadSnapshot(table, context, version);
        await writeCheckpoint(table, older!, context);
        const upon = await loadSnapshot(table, large);
        expect(await stateOf(upon)).toEqual(await stateOf(plain));
        // A checkpoint of what stands upon another, and what is upon that.
        await writeCheckpoint(table, upon!, large);
        const again = await loadSnapshot(table, large);
        expect(await stateOf(again)).toEqual(await stateOf(plain));
      },
    ),
    { numRuns: 15 },
  );
});

function filed({ path, vector }: { path: string; vector: DeletionVector | undefined }) {
  return { path, ...(vector === undefined ? {} : { deletionVector: vector }) };
}

test("commits after a large checkpoint keep the totals without a look into it", async () => {
  const context: LogContext = { engine, staging: folder, checkpointRowsInMemory: 0 };
  const add = (path: string): Action => ({
    add: { path, partitionValues: {}, size: 5, modificationTime: 1, dataChange: true },
  });
  const table = await writeTable([start, [add("a"), add("b")]]);
  const first = await loadSnapshot(table, context);
  await writeCheckpoint(table, first!, context);
  const log = openLog(table, context);
  await log.update();
  const request = (actions: readonly Action[], readVersion: number) => ({
    readVersion,
    actions,
    info: { operation: "WRITE" },
    reads: { wholeTable: false, files: new Set<string>(), appIds: new Set<string>() },
  });
  await log.write(request([add("c")], 1));
  const appended = await log.update();
  expect(await appended?.totals()).toEqual({ numFiles: 3, sizeInBytes: 15 });
  await log.write(request([{ remove: { path: "a", dataChange: true } }], 2));
  const removed = await log.update();
  expect(await removed?.totals()).toEqual({ numFiles: 2, sizeInBytes: 10 });
  expect((await removed?.files())?.map(({ path }) => path).sort()).toEqual(["b", "c"]);
  // The older snapshot still sees what was live then.
  expect((await appended?.files())?.map(({ path }) => path).sort()).toEqual(["a", "b", "c"]);
});

/** Writes a checkpoint in parts, of each the `add` as an expression of DuckDB's. */
async function writeParts(table: Location, adds: readonly string[]): Promise<void> {
  const instance = await loadDuck().DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const count = String(adds.length).padStart(10, "0");
  for (const [at, add] of adds.entries()) {
    const part = `${String(at + 1).padStart(10, "0")}.${count}`;
    const path = logPath(table, 0, `checkpoint.${part}.parquet`);
    const metadata = `{id: 'm', format: {provider: 'parquet'}, schemaString: '{"type":"struct","fields":[]}'}`;
    await connection.run(`COPY (
      SELECT {minReaderVersion: 1, minWriterVersion: 2} AS protocol, NULL AS "metaData", NULL AS add
      UNION ALL SELECT NULL, ${metadata}, NULL UNION ALL SELECT NULL, NULL, ${add}
    ) TO '${path}' (FORMAT parquet)`);
  }
  connection.closeSync();
  instance.closeSync();
}

test.each<[string, string, object]>([
  ["as they are written", "size: 1::BIGINT, stats: '{}'", { size: 1, stats: "{}" }],
  ["in another type", "size: 1::INTEGER, stats: '{}'", { size: 1, stats: "{}" }],
  ["in another case", '"Size": 1::BIGINT, "STATS": \'{}\'', { size: 1, stats: "{}" }],
  ["that are not all there", "size: 1::BIGINT", { size: 1 }],
  [
    "with members that nobody knows",
    `size: 1::BIGINT, "deletionVector": {"storageType": 'u', "pathOrInlineDv": 'v', "offset": 1,
      "sizeInBytes": 3, cardinality: 1::BIGINT, "maxRowIndex": 9}`,
    { size: 1, deletionVector: vectors[1] },
  ],
  [
    "with members that are absent",
    `size: 1::BIGINT, "deletionVector": {"storageType": 'i', "pathOrInlineDv": 'w',
      "sizeInBytes": 3, cardinality: 1::BIGINT}`,
    { size: 1, deletionVector: vectors[3] },
  ],
])("files of parts have fields %s", async (_, fields, expected) => {
  const table = await writeTable([start]);
  const common = `"partitionValues": MAP {'p': NULL::VARCHAR}, "dataChange": false`;
  const other = `{path: 'b', ${common}, size: 2::BIGINT, tags: MAP {'t': 'x'}}`;
  await writeParts(table, [`{path: 'a', ${common}, ${fields}}`, other]);
  for (const checkpointRowsInMemory of [0, 100]) {
    const context = { engine, staging: folder, checkpointRowsInMemory };
    const files = await (await loadSnapshot(table, context))!.files();
    expect(files.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: "a", partitionValues: { p: null }, dataChange: false, ...expected },
      {
        ...{ path: "b", partitionValues: { p: null }, dataChange: false },
        ...{ size: 2, tags: { t: "x" } },
      },
    ]);
  }
});
