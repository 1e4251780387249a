import { columnsOf } from "../analysis/expression.ts";
import type { Engine, QueryContext } from "../engine/engine.ts";
import type { Value } from "../schema/value.ts";
import type { Offset, ReadLimit, Source } from "../stream/source.ts";
import { type Harness, type Law, type Trial as LawTrial, prove } from "./harness.ts";

/** A source under test, with a way to put data before it. */
export interface SourceFixture extends AsyncDisposable {
  /** Opens it as a query would: the same checkpoint and data each time. */
  open(): Promise<Source>;
  /** Adds rows, at least one; the source finds them without being told. */
  add(): Promise<void>;
  readonly engine: Engine;
}

const context: QueryContext = { timeZone: "UTC", timestampMs: 0, seed: 0 };
const all: ReadLimit = { kind: "all" };

type Trial = LawTrial<SourceFixture>;

/** Proves the laws of `stream/source.ts`. `make` gives a fresh, empty fixture. */
export function sourceSuite(harness: Harness, make: () => Promise<SourceFixture>): void {
  prove(laws, harness, make);
}

const laws: readonly Law<SourceFixture>[] = [
  ["an empty source has no offset, or one that does not move", empty],
  ["new rows move the offset, and nothing new returns the start", moves],
  ["a range has the same rows each time, after more came and after a restart", sameRows],
  ["ranges that follow each other have all rows, each once", allRows],
  ["nothing goes past a pinned offset", pinned],
  ["the rows a batch says it has are the rows it has", counts],
  ["after a commit the stream goes on from there", goesOn],
];

async function empty({ fixture, assert }: Trial): Promise<void> {
  await using source = await fixture.open();
  const first = await source.latestOffset(undefined, all);
  const second = await source.latestOffset(first, all);
  assert(first === second, `moved from ${first} to ${second} without data`);
}

async function moves({ fixture, assert }: Trial): Promise<void> {
  await using source = await fixture.open();
  const before = await source.latestOffset(undefined, all);
  await fixture.add();
  const after = await source.latestOffset(before, all);
  assert(after !== undefined && after !== before, "new rows did not move the offset");
  assert((await source.latestOffset(after, all)) === after, "it moved without new rows");
}

async function sameRows({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  let end: Offset;
  let rows: readonly string[];
  {
    await using source = await fixture.open();
    end = present(await source.latestOffset(undefined, all));
    rows = await read(source, fixture.engine, { start: undefined, end });
    assert(rows.length > 0, "a range with data has no rows");
    await fixture.add();
    const again = await read(source, fixture.engine, { start: undefined, end });
    assert(again.join("\n") === rows.join("\n"), "the range changed when more came");
  }
  await using source = await fixture.open();
  const later = await read(source, fixture.engine, { start: undefined, end });
  assert(later.join("\n") === rows.join("\n"), "the range changed over a restart");
}

async function allRows({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  await using source = await fixture.open();
  const middle = present(await source.latestOffset(undefined, all));
  await fixture.add();
  const end = present(await source.latestOffset(middle, all));
  const first = await read(source, fixture.engine, { start: undefined, end: middle });
  const second = await read(source, fixture.engine, { start: middle, end });
  const whole = await read(source, fixture.engine, { start: undefined, end });
  assert(
    [...first, ...second].sort().join("\n") === [...whole].sort().join("\n"),
    "two ranges do not make the whole",
  );
}

async function pinned({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  await using source = await fixture.open();
  const pinned = present(await source.latestOffset(undefined, all));
  await fixture.add();
  let at = await source.latestOffset(undefined, { kind: "options" }, pinned);
  for (let step = 0; step < 1000 && at !== pinned; step += 1) {
    const next = await source.latestOffset(at, { kind: "options" }, pinned);
    assert(next !== at, `it stopped at ${at} before the pinned ${pinned}`);
    at = next;
  }
  assert(at === pinned, "the pinned offset was never reached");
  const past = await source.latestOffset(at, { kind: "options" }, pinned);
  assert(past === pinned, `it went past the pinned offset to ${past}`);
}

async function counts({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  await using source = await fixture.open();
  const end = present(await source.latestOffset(undefined, all));
  const batch = await source.input(undefined, end);
  const rows = await read(source, fixture.engine, { start: undefined, end });
  assert(batch.rows === undefined || batch.rows === rows.length, "the row count is wrong");
  const names = batch.input.schema.fields.map((field) => field.name);
  const wanted = source.schema.fields.map((field) => field.name);
  assert(names.slice(0, wanted.length).join() === wanted.join(), "the columns differ");
}

async function goesOn({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  await using source = await fixture.open();
  const end = present(await source.latestOffset(undefined, all));
  await read(source, fixture.engine, { start: undefined, end });
  await source.commit(end);
  await fixture.add();
  const next = present(await source.latestOffset(end, all));
  assert(next !== end, "nothing came after the commit");
  const rows = await read(source, fixture.engine, { start: end, end: next });
  assert(rows.length > 0, "the range after the commit has no rows");
}

function present(offset: Offset | undefined): Offset {
  if (offset === undefined) throw new Error("there is data and no offset");
  return offset;
}

interface Range {
  readonly start: Offset | undefined;
  readonly end: Offset;
}

/** The rows of a range as texts, in input order. */
async function read(source: Source, engine: Engine, range: Range): Promise<readonly string[]> {
  const { input } = await source.input(range.start, range.end);
  const relation = { kind: "input", input, output: columnsOf(input.schema) } as const;
  await using result = await engine.query(relation, context);
  const rows: string[] = [];
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row += 1) {
      rows.push(chunk.columns.map((column) => text(column[row] ?? null)).join("\t"));
    }
  }
  return rows;
}

function text(value: Value): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" ? `${part}n` : part instanceof Map ? [...part] : part,
  );
}
