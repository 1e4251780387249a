import { columnsOf } from "../analysis/expression.ts";
import type { Engine, QueryContext } from "../engine/engine.ts";
import type { Value } from "../schema/value.ts";
import type { Offset, ReadLimit, Source } from "../stream/source.ts";
import { type Harness, type Law, type Trial as LawTrial, prove } from "./harness.ts";
import { alive, ending, left, named } from "./quiet.ts";

/** A source under test, with a way to put data before it. */
export interface SourceFixture extends AsyncDisposable {
  /** Opens it as a query would: the same checkpoint and data each time. */
  open(): Promise<Source>;
  /** Adds rows, at least one; the source finds them without being told. */
  add(): Promise<void>;
  readonly engine: Engine;
  /**
   * The most rows that one batch has by the options that `open` opens with: what is added five
   * times has more. Absent: nothing limits a batch.
   */
  readonly limit?: number;
  /** Only one can be open at a time, as with a source that listens at a port. */
  readonly single?: boolean;
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
  ["a second one gives the same rows, while the first is open and after", secondRows],
  ["a batch under a limit has rows, and no more than the limit", limited],
  ["the last planned batch is there after a crash, and the stream goes on", recovers],
  ["an offset that is none is refused by name", malformed],
  ["it can be disposed twice, and while it is asked for something", disposes],
  ["nothing of it is left when it is disposed", leavesNothing],
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

async function secondRows({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  const first = await fixture.open();
  try {
    const end = present(await first.latestOffset(undefined, all));
    const range = { start: undefined, end };
    const rows = await read(first, fixture.engine, range);
    if (fixture.single) await first[Symbol.asyncDispose]();
    await using second = await fixture.open();
    const same = await read(second, fixture.engine, range);
    assert(same.join("\n") === rows.join("\n"), "the second has other rows");
    await first[Symbol.asyncDispose]();
    const after = await read(second, fixture.engine, range);
    assert(after.join("\n") === rows.join("\n"), "the range changed when the first was disposed");
  } finally {
    await first[Symbol.asyncDispose]();
  }
}

async function limited({ fixture, assert }: Trial): Promise<void> {
  const { limit, engine } = fixture;
  if (limit === undefined) return;
  for (let time = 0; time < 5; time += 1) await fixture.add();
  await using source = await fixture.open();
  const target = present(await source.latestOffset(undefined, all));
  const whole = await read(source, engine, { start: undefined, end: target });
  assert(whole.length > limit, `there are ${whole.length} rows: nothing to limit`);
  const rows: string[] = [];
  let at: Offset | undefined;
  for (let step = 0; step < 1000 && at !== target; step += 1) {
    const end = present(await source.latestOffset(at, { kind: "options" }, target));
    const batch = await read(source, engine, { start: at, end });
    assert(batch.length <= limit, `a batch has ${batch.length} rows, and the limit is ${limit}`);
    assert(batch.length > 0, `the batch from ${at} to ${end} has no rows`);
    rows.push(...batch);
    at = end;
  }
  assert(rows.sort().join("\n") === [...whole].sort().join("\n"), "the batches lack rows");
}

async function recovers({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  const crashed = await fixture.open();
  try {
    const middle = present(await crashed.latestOffset(undefined, all));
    await crashed.commit(middle);
    await fixture.add();
    const end = present(await crashed.latestOffset(middle, all));
    const range = { start: middle, end };
    const planned = await read(crashed, fixture.engine, range);
    if (fixture.single) await crashed[Symbol.asyncDispose]();
    await using source = await fixture.open();
    const rows = await read(source, fixture.engine, range);
    assert(rows.length > 0, "the planned batch has no rows");
    assert(rows.join("\n") === planned.join("\n"), "the planned batch has other rows");
    await source.commit(end);
    await source.commit(end);
    assert((await source.latestOffset(end, all)) === end, "it moved without new rows");
    await fixture.add();
    const next = present(await source.latestOffset(end, all));
    const more = await read(source, fixture.engine, { start: end, end: next });
    assert(next !== end && more.length > 0, "the stream does not go on");
  } finally {
    await crashed[Symbol.asyncDispose]();
  }
}

/** No source has an offset like these. */
const malformedOffsets = ["", "x", "{", "null", "true", "[[]]", '{"a":1}', '{"a":{"b":"c"}}'];

async function malformed({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  await using source = await fixture.open();
  const end = present(await source.latestOffset(undefined, all));
  for (const offset of malformedOffsets) {
    const works = {
      "the end of a batch": () => read(source, fixture.engine, { start: undefined, end: offset }),
      "the start of a batch": () => read(source, fixture.engine, { start: offset, end }),
      "where to go on": () => source.latestOffset(offset, all),
    };
    for (const [what, work] of Object.entries(works)) {
      const end = await ending(work());
      assert(end !== "done" && named(end), `as ${what} the offset ${offset}: ${end}`);
    }
  }
  assert((await source.latestOffset(end, all)) === end, "it does not work after a refusal");
}

async function disposes({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  for (let time = 0; time < 2; time += 1) {
    const source = await fixture.open();
    const end = present(await source.latestOffset(undefined, all));
    const asked = [source.latestOffset(end, all), source.input(undefined, end)].map(ending);
    const disposed = [source[Symbol.asyncDispose](), source[Symbol.asyncDispose]()].map(ending);
    for (const one of await Promise.all(asked)) assert(named(one), `what was asked for: ${one}`);
    for (const one of await Promise.all(disposed)) assert(one === "done", `dispose: ${one}`);
    assert((await ending(source[Symbol.asyncDispose]())) === "done", "disposed again, it fails");
  }
}

async function leavesNothing({ fixture, assert }: Trial): Promise<void> {
  await fixture.add();
  const use = async (): Promise<void> => {
    await using source = await fixture.open();
    const end = present(await source.latestOffset(undefined, all));
    await source.input(undefined, end);
  };
  await use();
  const before = alive();
  await use();
  const more = await left(before);
  assert(more === "", `it keeps the process alive: ${more}`);
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
