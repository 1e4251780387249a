import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openBackfill } from "../../../../src/connector/cloudfiles/notification/backfill.ts";
import { NotifiedFiles } from "../../../../src/connector/cloudfiles/notification/discovery.ts";
import type { Message, Queue } from "../../../../src/connector/cloudfiles/notification/queue.ts";
import type { ConnectorContext } from "../../../../src/connector/connector.ts";
import type { ReadFile } from "../../../../src/connector/file/input.ts";
import { type FileSourceSpec, openFileSource } from "../../../../src/connector/file/source.ts";
import { type Faults, faultsOf, StoppedError, withFaults } from "../../../../src/storage/fault.ts";
import { memoryStore } from "../../../../src/storage/memory.ts";
import type { Store } from "../../../../src/storage/store.ts";
import type { Batch, Offset } from "../../../../src/stream/source.ts";

const folder = mkdtempSync(join(tmpdir(), "notified-"));
let spilled = 0;
const freshStore = (): Store => memoryStore({ file: () => join(folder, `${spilled++}`) });

/** Numbers in [0, 1), the same for a seed. */
function chanceOf(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A queue of the cloud's manners: any order, twice, and again what nobody acknowledges. */
class CloudQueue implements Queue {
  readonly name = "simulated queue";
  readonly hiddenMs = 60_000;
  readonly #chance: () => number;
  /** Messages by receipt, with when they are seen again. */
  readonly #kept = new Map<string, { message: Message; seenAt: number }>();
  #time = 0;
  #sent = 0;
  calls = 0;

  constructor(chance: () => number) {
    this.#chance = chance;
  }

  get size(): number {
    return this.#kept.size;
  }

  send(name: string): void {
    for (let copies = this.#chance() < 0.3 ? 2 : 1; copies > 0; copies--) {
      const receipt = `${this.#sent++}`;
      const events = [{ kind: "created" as const, container: "", name }];
      this.#kept.set(receipt, { message: { receipt, events }, seenAt: 0 });
    }
  }

  async receive(): Promise<readonly Message[]> {
    this.calls += 1;
    this.#time += 1;
    const seen = [...this.#kept.values()].filter(({ seenAt }) => seenAt <= this.#time);
    const taken = seen
      .sort(() => this.#chance() - 0.5)
      .slice(0, 1 + Math.floor(this.#chance() * 4));
    for (const one of taken) one.seenAt = this.#time + 3;
    return taken.map(({ message }) => message);
  }

  async acknowledge(messages: readonly Message[]): Promise<void> {
    for (const { receipt } of messages) this.#kept.delete(receipt);
  }

  async extend(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

interface World {
  readonly store: Store;
  readonly queue: CloudQueue;
  /** The engine's logs of the query. */
  readonly offsets: Offset[];
  committed: number;
  /** Files by batch: a batch that runs again takes the place of itself. */
  readonly sink: Map<number, readonly string[]>;
}

async function open(store: Store, queue: Queue, backfillMs?: number) {
  const paths = [{ store, path: "/in" }];
  const rules = { recursive: false, nested: true };
  const checkpoint = { store, path: "/checkpoint/sources/0" };
  let read: readonly ReadFile[] = [];
  const spec: FileSourceSpec = {
    ...{ description: "simulated", schema: { type: "struct", fields: [] }, paths, rules },
    policy: { maxFiles: 3, latestFirst: false, fileNameOnly: false, overwrites: false },
    ...{ detailed: true, includeExisting: true, ignoreMissing: false },
    context: { staging: folder } as unknown as ConnectorContext,
    read: async (files) => {
      read = files;
      return {} as Batch;
    },
    close: async () => undefined,
    finder: async (everything) =>
      new NotifiedFiles({
        ...{ queue, paths, rules, everything, rewrites: [], service: "memory" },
        ...{ parallel: 2, enough: 5, backfill: await openBackfill(checkpoint, backfillMs) },
      }),
  };
  const source = await openFileSource(spec, { checkpoint, queryId: "q" });
  return { source, files: () => read.map(({ location }) => location.path) };
}

/** Some triggers of a query; as a crash of the process leaves it where the faults stop it. */
async function run(world: World, triggers: number, faults: Faults, backfillMs?: number) {
  const store = withFaults(world.store, faults);
  const queue = withFaults<Queue>(world.queue, faults);
  try {
    const { source, files } = await open(store, queue, backfillMs);
    for (let trigger = 0; trigger < triggers; trigger++) {
      const id = world.committed + 1;
      const start = world.offsets[id - 1];
      let end = world.offsets[id];
      if (end === undefined) {
        end = await source.latestOffset(start, { kind: "options" });
        if (end === undefined || end === start) continue;
        world.offsets[id] = end;
      }
      await source.input(start, end);
      world.sink.set(id, files());
      if (faults.stopped) return;
      world.committed = id;
      await source.commit(end);
    }
    await source[Symbol.asyncDispose]();
  } catch (thrown) {
    if (!(thrown instanceof StoppedError)) throw thrown;
  }
}

const seeds = Array.from({ length: 24 }, (_, seed) => seed);

test.each(seeds)("each file once, whatever the queue does and where it stops: %i", async (seed) => {
  const chance = chanceOf(seed);
  const lossy = seed % 2 === 0;
  const queue = new CloudQueue(chance);
  const world: World = { store: freshStore(), queue, offsets: [], committed: -1, sink: new Map() };
  const paths: string[] = [];
  for (let round = 0; round < 8; round++) {
    for (let more = Math.floor(chance() * 8); more > 0; more--) {
      const path = `/in/${chance()}.json`;
      paths.push(path);
      await world.store.put(path, new Uint8Array(1));
      if (!lossy || chance() < 0.8) queue.send(path.slice(1));
    }
    const stopAt = chance() < 0.7 ? { stopAt: 1 + Math.floor(chance() * 60) } : {};
    await run(world, 6, faultsOf({ ...stopAt, takesEffect: chance() < 0.5 }));
  }
  // A listing of everything closes gaps; where no message was lost there are none.
  await run(world, 60, faultsOf({}), lossy ? 0 : undefined);
  const read = [...world.sink.values()].flat();
  expect(read.toSorted()).toEqual(paths.toSorted());
  // What was told of is acknowledged when it is in the log, and only then.
  await run(world, 30, faultsOf({}));
  expect([...world.sink.values()].flat()).toHaveLength(paths.length);
  expect(queue.size).toBe(0);
});

test("an idle trigger costs one call, and nothing is listed after the first start", async () => {
  const queue = new CloudQueue(chanceOf(1));
  const world: World = { store: freshStore(), queue, offsets: [], committed: -1, sink: new Map() };
  await world.store.put("/in/a.json", new Uint8Array(1));
  await run(world, 3, faultsOf({}));
  let listed = 0;
  const counted: Store = {
    ...world.store,
    list: (place, options) => {
      if (place.startsWith("/in")) listed += 1;
      return world.store.list(place, options);
    },
  };
  const { source } = await open(counted, queue);
  const start = await source.latestOffset(undefined, { kind: "options" });
  queue.calls = 0;
  for (let trigger = 0; trigger < 5; trigger++) {
    expect(await source.latestOffset(start, { kind: "options" })).toBe(start);
  }
  expect([queue.calls, listed]).toEqual([5, 0]);
});
