import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sourceSuite } from "../../../src/conformance/source.ts";
import { connector } from "../../../src/connector/rate/connector.ts";
import { valueAtSecond } from "../../../src/connector/rate/offset.ts";
import { replaceEnv } from "../../../src/env.ts";
import type { Options } from "../../../src/plan/relation.ts";
import type { Timestamp } from "../../../src/schema/value.ts";
import type { Offset, Source } from "../../../src/stream/source.ts";
import { sharedPath } from "../../shared.ts";
import { openSession, type TestSession } from "../session.ts";

const all = { kind: "all" } as const;

async function open(session: TestSession, format: string, options: Options) {
  const request = { format, options, paths: [], context: session.context };
  const dataset = await connector.streamReader!(request);
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q" });
}

test("rows ramp up as Spark's do", () => {
  const rate = { rowsPerSecond: 10, rampUpSeconds: 4 };
  const ends = [0, 1, 2, 3, 4, 5, 6].map((second) => valueAtSecond(second, rate));
  expect(ends).toEqual([0, 2, 6, 12, 20, 30, 40]);
});

const created = 1_795_399_150_069;

/** The (milliseconds since the creation, value) of the batch of the first `seconds`. */
async function firstBatch(seconds: string, options: Options) {
  await using session = await openSession();
  const back = replaceEnv({ now: () => created });
  try {
    await using source = await open(session, "rate", options);
    const { input, rows: count } = await source.input(undefined, seconds);
    const rows = (await session.rows(input)).map(({ timestamp, value }) => [
      Number((timestamp as Timestamp).micros / 1000n) - created,
      Number(value),
    ]);
    expect(count).toBe(rows.length);
    return { rows, description: source.description };
  } finally {
    back();
  }
}

describe("batches of Spark 4.2 with the same options", () => {
  test("of whole seconds that milliseconds do not divide", async () => {
    const { rows, description } = await firstBatch("16", { rowspersecond: "7" });
    expect(rows).toHaveLength(112);
    const [first, second, third, fourth] = rows;
    expect([first, second, third, fourth]).toEqual([
      [0, 0],
      [143, 1],
      [286, 2],
      [429, 3],
    ]);
    expect([rows[38], rows[79]]).toEqual([
      [5429, 38],
      [11286, 79],
    ]);
    expect(description).toBe(
      "RateStreamV2[rowsPerSecond=7, rampUpTimeSeconds=0, numPartitions=default",
    );
  });

  test("that ramp up", async () => {
    const options = { rowspersecond: "7", rampuptime: "3s", numpartitions: "2" };
    const { rows, description } = await firstBatch("10", options);
    expect(rows).toHaveLength(55);
    expect([rows[1], rows[27], rows[54]]).toEqual([
      [182, 1],
      [4909, 27],
      [9818, 54],
    ]);
    expect(description).toBe("RateStreamV2[rowsPerSecond=7, rampUpTimeSeconds=3, numPartitions=2");
  });

  test("that ramp up by less than a row: there are none until then", async () => {
    const { rows } = await firstBatch("11", { rowspersecond: "2", rampuptime: "6s" });
    expect(rows).toEqual(Array.from({ length: 10 }, (_, at) => [1100 * at, at]));
    const none = await firstBatch("6", { rowspersecond: "3", rampuptime: "9s" });
    expect(none.rows).toEqual([]);
  });
});

test("a batch after a long stop has as many rows as there are, and none is held", async () => {
  await using session = await openSession();
  await using source = await open(session, "rate", { rowspersecond: "1000" });
  const batch = await source.input(undefined, "100000");
  expect(batch.rows).toBe(100_000_000);
  expect(batch.input.kind).toBe("range");
  const steps = { rowsperbatch: "100000000" };
  await using micro = await open(session, "rate-micro-batch", steps);
  const end = (await micro.latestOffset(undefined, all))!;
  expect((await micro.input(undefined, end)).input.kind).toBe("range");
});

test("rate goes on from Spark's checkpoint with Spark's rows", async () => {
  const ref = sharedPath("ref/streams/rate_to_delta");
  if (ref === undefined) return;
  await using session = await openSession();
  const created = await readFile(join(ref, "checkpoint", "sources", "0", "0"));
  const at = await session.locate("checkpoint", "sources", "0", "0");
  await at.store.put(at.path, created);
  const expected = JSON.parse(await readFile(join(ref, "expected.json"), "utf8"));
  const back = replaceEnv({ now: () => 1795401561796 + 6999 });
  try {
    await using source = await open(session, "rate", { rowspersecond: "5" });
    expect(await source.latestOffset("0", all)).toBe("6");
    const batch = await source.input("0", "6");
    expect(batch.rows).toBe(30);
    const rows = (await session.rows(batch.input)).map(({ timestamp, value }) => ({
      timestamp: String(timestamp),
      value: Number(value),
    }));
    expect(rows).toEqual(expected.expectedFinalRows);
  } finally {
    back();
  }
});

test("rate begins at offset 0, and writes down when", async () => {
  await using session = await openSession();
  const back = replaceEnv({ now: () => 1795399150069 });
  try {
    await using source = await open(session, "rate", {});
    expect(await source.latestOffset(undefined, all)).toBe("0");
    const log = join(session.folder, "checkpoint", "sources", "0", "0");
    expect(await readFile(log, "utf8")).toBe("v1\n1795399150069");
  } finally {
    back();
  }
});

test("rate-micro-batch has the same rows always", async () => {
  await using session = await openSession();
  await using source = await open(session, "rate-micro-batch", {
    rowsperbatch: "2",
    starttimestamp: "1704067200000",
  });
  const first = (await source.latestOffset(undefined, all))!;
  expect(first).toBe('{"offset":2,"timestamp":1704067201000}');
  const second = (await source.latestOffset(first, all))!;
  const rows = await session.rows((await source.input(first, second)).input);
  expect(rows.map(({ timestamp, value }) => [String(timestamp), value])).toEqual([
    ["2024-01-01T00:00:01.000000Z", 2n],
    ["2024-01-01T00:00:01.000000Z", 3n],
  ]);
});

test("rate-micro-batch: a batch that was planned with other options has one time, as Spark's", async () => {
  await using session = await openSession();
  await using source = await open(session, "rate-micro-batch", {
    ...{ rowsperbatch: "2", numpartitions: "3" },
  });
  const { input } = await source.input(undefined, '{"offset":6,"timestamp":1000}');
  const times = (await session.rows(input)).map(({ timestamp }) => String(timestamp));
  expect(times).toEqual(Array(6).fill("1970-01-01T00:00:00.000000Z"));
  expect(source.description).toBe(
    "RatePerMicroBatchStream[rowsPerBatch=2, numPartitions=3, startTimestamp=0, advanceMsPerBatch=1000]",
  );
});

describe("laws of rate", () => {
  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    let now = 1_795_399_150_069;
    const back = replaceEnv({ now: () => now });
    // Seconds count from the first start of the query.
    await (await open(session, "rate", {}))[Symbol.asyncDispose]();
    return {
      engine: session.engine,
      open: () => open(session, "rate", { rowspersecond: "4" }),
      add: async () => {
        now += 1000;
      },
      async [Symbol.asyncDispose]() {
        back();
        await session[Symbol.asyncDispose]();
      },
    };
  });
});

describe("laws of rate-micro-batch", () => {
  const rows = 2;
  const numberOf = (offset: Offset | undefined): number =>
    offset === undefined ? 0 : (JSON.parse(offset) as { readonly offset: number }).offset;

  /** There is always more of it: here no more than was added. */
  const held = (source: Source, added: () => number): Source => ({
    ...source,
    async latestOffset(start, limit, until) {
      await source.latestOffset(start, limit, until);
      let at = start;
      const most = until === undefined ? added() * rows : numberOf(until);
      do {
        if (numberOf(at) >= most) return at;
        at = await source.latestOffset(at, limit, until);
      } while (limit.kind === "all");
      return at;
    },
  });

  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    let added = 0;
    const options = { rowsperbatch: `${rows}` };
    return {
      engine: session.engine,
      limit: rows,
      open: async () => held(await open(session, "rate-micro-batch", options), () => added),
      add: async () => {
        added += 1;
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

test("rate refuses what would count past exact numbers", async () => {
  await using session = await openSession();
  const rowspersecond = `${2 ** 52}`;
  const ramp = open(session, "rate", { rowspersecond, rampuptime: "2s" });
  await expect(ramp).rejects.toMatchObject({ code: "INCORRECT_RAMP_UP_RATE" });
  await using source = await open(session, "rate", { rowspersecond });
  await expect(source.input("1", "2")).rejects.toMatchObject({ code: "INCORRECT_END_OFFSET" });
});

test.each(["rate", "rate-micro-batch"])("%s: numPartitions is positive", async (format) => {
  await using session = await openSession();
  const options = { numpartitions: "0", rowsperbatch: "1" };
  await expect(open(session, format, options)).rejects.toMatchObject({
    code: "INVALID_OPTION_VALUE",
  });
});

test("options are checked", async () => {
  await using session = await openSession();
  await expect(open(session, "rate", { rowspersecond: "-1" })).rejects.toMatchObject({
    code: "INVALID_OPTION_VALUE",
  });
  await expect(open(session, "rate-micro-batch", {})).rejects.toMatchObject({
    code: "MISSING_OPTION",
  });
});
