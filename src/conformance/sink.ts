import { columnsOf } from "../analysis/expression.ts";
import type { Column, TypedExpression, TypedRelation } from "../analysis/typed.ts";
import type { Engine } from "../engine/engine.ts";
import { env } from "../env.ts";
import { field, long, string, struct } from "../schema/type.ts";
import type { Sink, SinkBatch } from "../stream/sink.ts";
import { type Harness, type Law, type Trial as LawTrial, prove } from "./harness.ts";
import { alive, ending, left, named } from "./quiet.ts";

/** A sink under test, with a way to see what it holds. */
export interface SinkFixture extends AsyncDisposable {
  /** Opens it as a query would: the same target each time. */
  open(): Promise<Sink>;
  /** The rows that are there: (id, name), in any order. */
  rows(): Promise<readonly (readonly [id: bigint, name: string])[]>;
  readonly engine: Engine;
  /** What it holds is gone when it is opened anew, as with a sink in memory. */
  readonly volatile?: boolean;
}

const schema = struct([field("id", long), field("name", string)]);

type Trial = LawTrial<SinkFixture>;

/** Proves the laws of `stream/sink.ts`. `make` gives a fresh fixture, its target empty. */
export function sinkSuite(harness: Harness, make: () => Promise<SinkFixture>): void {
  prove(laws, harness, make);
}

const laws: readonly Law<SinkFixture>[] = [
  ["batches that are added are there", keeps],
  ["a batch without rows is no error", nothing],
  ["the same batch again changes nothing if it is exactly once, after a restart too", again],
  ["in complete mode a batch replaces what was there", replaces],
  ["each batch twice, and over a restart: no row is lost, nor twice if exactly once", twice],
  ["an older batch that comes again takes nothing back", older],
  ["a batch whose rows fail is whole when it comes again", fails],
  ["a batch that is aborted is whole when it comes again", aborts],
  [
    "it can be disposed twice, and while it writes: the batch is whole when it comes again",
    disposes,
  ],
  ["nothing of it is left when it is disposed", leavesNothing],
];

async function keeps({ fixture, assert }: Trial): Promise<void> {
  await using sink = await fixture.open();
  const { rows } = await sink.addBatch(batchOf(0, [[1n, "a"]], sink));
  assert(rows === undefined || rows === 1, `it counted ${rows} rows of 1`);
  assert((await texts(fixture)) === "1a", "the rows of batch 0 are not there");
  await sink.addBatch(batchOf(1, [[2n, "b"]], sink));
  const wanted = sink.outputModes.includes("append") ? "1a 2b" : "2b";
  assert((await texts(fixture)) === wanted, "the rows of batch 1 are not there");
}

async function nothing({ fixture, assert }: Trial): Promise<void> {
  await using sink = await fixture.open();
  await sink.addBatch(batchOf(0, [], sink));
  assert((await texts(fixture)) === "", "there are rows of nothing");
}

async function again({ fixture, assert }: Trial): Promise<void> {
  let once = false;
  {
    await using sink = await fixture.open();
    once = sink.exactlyOnce;
    await sink.addBatch(batchOf(0, [[1n, "a"]], sink));
    await sink.addBatch(batchOf(1, [[2n, "b"]], sink));
    const before = await texts(fixture);
    await sink.addBatch(batchOf(1, [[2n, "b"]], sink));
    if (once) assert((await texts(fixture)) === before, "the batch is there twice");
  }
  if (!once || fixture.volatile) return;
  await using sink = await fixture.open();
  const before = await texts(fixture);
  await sink.addBatch(batchOf(1, [[2n, "b"]], sink));
  assert((await texts(fixture)) === before, "after a restart the batch is there twice");
  await sink.addBatch(batchOf(2, [[3n, "c"]], sink));
  assert((await texts(fixture)).endsWith("3c"), "the next batch is not there");
}

async function replaces({ fixture, assert }: Trial): Promise<void> {
  await using sink = await fixture.open();
  if (!sink.outputModes.includes("complete")) return;
  const complete = { outputMode: "complete" } as const;
  await sink.addBatch({ ...batchOf(0, [[1n, "a"]], sink), ...complete });
  await sink.addBatch({ ...batchOf(1, [[2n, "b"]], sink), ...complete });
  assert((await texts(fixture)) === "2b", "rows of the batch before are left");
}

async function twice({ fixture, assert }: Trial): Promise<void> {
  const wanted = new Set<string>();
  let sink = await fixture.open();
  try {
    if (!appends(sink)) return;
    for (let batchId = 0; batchId < 4; batchId += 1) {
      if (batchId > 0) {
        sink = await restarted(sink, fixture);
        await sink.addBatch(batchOf(batchId - 1, [[BigInt(batchId - 1), "a"]], sink));
      }
      const batch = batchOf(batchId, [[BigInt(batchId), "a"]], sink);
      await sink.addBatch(batch);
      await sink.addBatch(batch);
      wanted.add(`${batchId}a`);
      const there = (await texts(fixture)).split(" ");
      const whole = [...wanted].every((row) => there.includes(row));
      assert(whole, "rows are lost");
      if (!sink.exactlyOnce) continue;
      assert(there.length === wanted.size, `rows are there twice: ${there.join(" ")}`);
    }
  } finally {
    await sink[Symbol.asyncDispose]();
  }
}

/** The sink after a restart, where something of it is left then. */
async function restarted(sink: Sink, fixture: SinkFixture): Promise<Sink> {
  if (fixture.volatile) return sink;
  await sink[Symbol.asyncDispose]();
  return fixture.open();
}

async function older({ fixture, assert }: Trial): Promise<void> {
  let sink = await fixture.open();
  try {
    if (!sink.exactlyOnce) return;
    for (const id of [0, 1, 2]) await sink.addBatch(batchOf(id, [[BigInt(id), "a"]], sink));
    sink = await restarted(sink, fixture);
    const before = await texts(fixture);
    for (const id of [0, 1]) await sink.addBatch(batchOf(id, [[9n, "z"]], sink));
    assert((await texts(fixture)) === before, "an older batch changed what is there");
  } finally {
    await sink[Symbol.asyncDispose]();
  }
}

/** So many rows come before the one that fails: more than one chunk. */
const many = 3_000;

async function fails({ fixture, assert }: Trial): Promise<void> {
  await using sink = await fixture.open();
  const rows = Array.from({ length: many }, (_, at) => [BigInt(at), "7"] as const);
  const whole = batchOf(1, rows, sink);
  await sink.addBatch(batchOf(0, [], sink));
  const end = await ending(sink.addBatch({ ...whole, relation: failing(rows) }));
  assert(end === "CAST_INVALID_INPUT", `the failure of its rows: ${end}`);
  if (sink.exactlyOnce || sink.atomic) {
    assert((await texts(fixture)) === "", "rows of a batch that failed are there");
  }
  await isWhole(await added(sink, whole), { fixture, assert });
}

async function aborts({ fixture, assert }: Trial): Promise<void> {
  await using sink = await fixture.open();
  const rows = Array.from({ length: many }, (_, at) => [BigInt(at), "7"] as const);
  const whole = batchOf(1, rows, sink);
  for (const turns of [0, 1, 20, "all"] as const) {
    const abort = new AbortController();
    const context = { ...whole.context, signal: abort.signal };
    const adding = ending(sink.addBatch({ ...whole, context }));
    if (turns === "all") await adding;
    else for (let turn = 0; turn < turns; turn += 1) await env.sleep(0);
    abort.abort();
    const end = await adding;
    assert(named(end), `aborted, ${end}`);
  }
  await isWhole(await added(sink, whole), { fixture, assert });
}

async function disposes({ fixture, assert }: Trial): Promise<void> {
  const rows = Array.from({ length: many }, (_, at) => [BigInt(at), "7"] as const);
  {
    const sink = await fixture.open();
    const adding = ending(sink.addBatch(batchOf(1, rows, sink)));
    const disposed = [sink[Symbol.asyncDispose](), sink[Symbol.asyncDispose]()].map(ending);
    for (const one of await Promise.all(disposed)) assert(one === "done", `dispose: ${one}`);
    const end = await adding;
    assert(named(end), `disposed, ${end}`);
    assert((await ending(sink[Symbol.asyncDispose]())) === "done", "disposed again, it fails");
  }
  await using sink = await fixture.open();
  await isWhole(await added(sink, batchOf(1, rows, sink)), { fixture, assert });
}

/** Adds the batch, and says whether each row may be there once alone. */
async function added(sink: Sink, batch: SinkBatch): Promise<boolean> {
  await sink.addBatch(batch);
  return sink.exactlyOnce;
}

async function isWhole(once: boolean, { fixture, assert }: Trial): Promise<void> {
  const there = (await fixture.rows()).map(([id]) => id);
  const distinct = new Set(there).size;
  assert(distinct === many, `${distinct} of ${many} rows are there`);
  if (once) assert(there.length === many, `${there.length - many} rows are there twice`);
}

async function leavesNothing({ fixture, assert }: Trial): Promise<void> {
  const use = async (batchId: number): Promise<void> => {
    await using sink = await fixture.open();
    await sink.addBatch(batchOf(batchId, [[1n, "a"]], sink));
  };
  await use(0);
  const before = alive();
  await use(1);
  const more = await left(before);
  assert(more === "", `it keeps the process alive: ${more}`);
}

function appends(sink: Sink): boolean {
  return sink.outputModes.includes("append");
}

/** The rows, and then one that fails while it is read. */
function failing(rows: readonly (readonly [bigint, string])[]): TypedRelation {
  const input = { kind: "rows", schema, rows: [...rows, [-1n, "x"]] } as const;
  const output = columnsOf(schema);
  const [id, name] = columnsOf(schema) as [Column, Column];
  const [from, text] = output as [Column, Column];
  const number: TypedExpression = {
    ...{ kind: "cast", input: { kind: "reference", ...text }, type: long },
    ...{ nullable: true, mode: "ansi" },
  };
  const cast = { kind: "cast", input: number, type: string, nullable: true, mode: "ansi" } as const;
  return {
    kind: "project",
    input: { kind: "input", input, output },
    columns: [
      { column: id, expression: { kind: "reference", ...from } },
      { column: name, expression: cast },
    ],
  };
}

function batchOf(
  batchId: number,
  rows: readonly (readonly [bigint, string])[],
  sink: Sink,
): SinkBatch {
  return {
    batchId,
    queryId: "6f1b9d2e-0000-4000-8000-000000000001",
    outputMode: sink.outputModes[0] ?? "append",
    relation: { kind: "input", input: { kind: "rows", schema, rows }, output: columnsOf(schema) },
    context: { timeZone: "UTC", timestampMs: 0, seed: batchId },
  };
}

async function texts(fixture: SinkFixture): Promise<string> {
  const rows = await fixture.rows();
  return rows
    .map(([id, name]) => `${id}${name}`)
    .sort()
    .join(" ");
}
