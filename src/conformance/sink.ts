import { columnsOf } from "../analysis/expression.ts";
import type { Engine } from "../engine/engine.ts";
import { field, long, string, struct } from "../schema/type.ts";
import type { Sink, SinkBatch } from "../stream/sink.ts";
import { type Harness, type Law, type Trial as LawTrial, prove } from "./harness.ts";

/** A sink under test, with a way to see what it holds. */
export interface SinkFixture extends AsyncDisposable {
  /** Opens it as a query would: the same target each time. */
  open(): Promise<Sink>;
  /** The rows that are there: (id, name), in any order. */
  rows(): Promise<readonly (readonly [id: bigint, name: string])[]>;
  readonly engine: Engine;
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
  ["it can be disposed twice", disposes],
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
  if (!once) return;
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

async function disposes({ fixture }: Trial): Promise<void> {
  const sink = await fixture.open();
  await sink[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
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
