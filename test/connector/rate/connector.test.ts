import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connector } from "../../../src/connector/rate/connector.ts";
import { valueAtSecond } from "../../../src/connector/rate/offset.ts";
import { replaceEnv } from "../../../src/env.ts";
import type { Options } from "../../../src/plan/relation.ts";
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

test("options are checked", async () => {
  await using session = await openSession();
  await expect(open(session, "rate", { rowspersecond: "-1" })).rejects.toMatchObject({
    code: "INVALID_OPTION_VALUE",
  });
  await expect(open(session, "rate-micro-batch", {})).rejects.toMatchObject({
    code: "MISSING_OPTION",
  });
});
