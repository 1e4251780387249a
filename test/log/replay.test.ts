import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Action } from "../../src/log/action.ts";
import { fileKey } from "../../src/log/file-key.ts";
import type { Commit } from "../../src/log/log.ts";
import {
  advance,
  type ReplayBase,
  type ReplayedSnapshot,
  replayFrom,
} from "../../src/log/replay.ts";

const start: Action[] = [
  { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
  {
    metaData: {
      id: "m",
      format: { provider: "parquet", options: {} },
      schemaString: '{"type":"struct","fields":[]}',
      partitionColumns: [],
      configuration: {},
    },
  },
];
const empty = { version: -1, timestamp: 0, actions: [] };
const options = { path: "/t", expiredBefore: Number.MAX_SAFE_INTEGER };

function add(path: string): Action {
  return { add: { path, partitionValues: {}, size: 2, modificationTime: 0, dataChange: true } };
}
async function paths(snapshot: ReplayedSnapshot): Promise<string[]> {
  return (await snapshot.files()).map((file) => file.path).sort();
}
const commit = (version: number, actions: Action[]): Commit => ({
  version,
  timestamp: version,
  actions,
});

function replay(base: ReplayBase, commits: readonly Commit[], path: string): ReplayedSnapshot {
  const begun = replayFrom(base);
  for (const one of commits) begun.apply(one);
  return begun.snapshot(path);
}

/** The plainest replay there is. */
function oracle(commits: readonly Commit[]): string[] {
  const live = new Set<string>();
  for (const { actions } of commits) {
    for (const action of actions) {
      if ("add" in action) live.add(action.add.path);
      if ("remove" in action) live.delete(action.remove.path);
    }
  }
  return [...live].sort();
}

const change = fc.record({ path: fc.integer({ min: 0, max: 9 }), removes: fc.boolean() });

describe("replay", () => {
  test("every snapshot of a chain stays what it was, and equals a replay from nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 20 }),
        async (changes) => {
          const commits = [commit(0, start)];
          for (const [index, list] of changes.entries()) {
            const actions = list.map(({ path, removes }): Action => {
              return removes ? { remove: { path: `f${path}`, dataChange: true } } : add(`f${path}`);
            });
            commits.push(commit(index + 1, actions));
          }
          const chain = [replay(empty, commits.slice(0, 1), "/t")];
          for (const next of commits.slice(1)) {
            chain.push(advance(chain.at(-1) as ReplayedSnapshot, [next], options));
          }
          for (const [index, snapshot] of chain.entries()) {
            const expected = oracle(commits.slice(0, index + 1));
            expect(await paths(snapshot)).toEqual(expected);
            const sizeInBytes = expected.length * 2;
            expect(await snapshot.totals()).toEqual({ numFiles: expected.length, sizeInBytes });
          }
        },
      ),
    );
  });

  test("older snapshots survive the dropping of dead entries", async () => {
    let snapshot = replay(empty, [commit(0, start)], "/t");
    const older: ReplayedSnapshot[] = [];
    for (let version = 1; version <= 3000; version++) {
      const actions = [
        { remove: { path: `f${version - 1}`, dataChange: true } },
        add(`f${version}`),
      ];
      snapshot = advance(snapshot, [commit(version, actions)], options);
      if (version % 500 === 0) older.push(snapshot);
    }
    for (const one of older) expect(await paths(one)).toEqual([`f${one.version}`]);
    expect(snapshot.ledger).not.toBe(older[0]?.ledger);
  });

  test("tombstones that are still to be remembered are not copied again at each commit", () => {
    const now = 1_000_000;
    const removal = (path: string): Action => ({
      remove: { path, dataChange: true, deletionTimestamp: now },
    });
    let snapshot = replay(empty, [commit(0, start)], "/t");
    const ledgers = new Set<unknown>();
    for (let version = 1; version <= 4000; version++) {
      const actions = [removal(`f${version - 1}`), add(`f${version}`)];
      snapshot = advance(snapshot, [commit(version, actions)], { ...options, expiredBefore: 0 });
      ledgers.add(snapshot.ledger);
    }
    expect([...snapshot.ledger.tombstones(snapshot.version)].length).toBe(4000);
    expect(ledgers.size).toBeLessThan(10);
  });

  test("a deletion vector without offset is the same, left out or null", () => {
    const vector = { storageType: "i", pathOrInlineDv: "x", sizeInBytes: 1, cardinality: 1 };
    const held = { path: "f", deletionVector: { ...vector, offset: null } } as never;
    expect(fileKey(held)).toBe(fileKey({ path: "f", deletionVector: vector } as never));
  });

  test("10,000 commits take well under a second of one core", () => {
    const commits = Array.from({ length: 10_000 }, (_, version) => {
      return commit(
        version,
        version === 0 ? start : [add(`f${version}`), { txn: { appId: "q", version } }],
      );
    });
    const before = process.cpuUsage();
    const snapshot = replay(empty, commits, "/t");
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
    expect(snapshot.version).toBe(9999);
    expect(snapshot.knownTotals()?.numFiles).toBe(9999);
    expect(snapshot.transactions.get("q")).toBe(9999);
  });

  test("a log without protocol or metadata is refused", () => {
    expect(() => replay(empty, [commit(0, start.slice(0, 1))], "/t")).toThrow(
      /DELTA_STATE_RECOVER_ERROR.*metadata/,
    );
  });
});
