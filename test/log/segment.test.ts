import { expect, test } from "vitest";
import { type LogFile, logFile, segmentOf } from "../../src/log/segment.ts";

function files(...names: string[]): LogFile[] {
  return names.flatMap((name) => {
    return logFile({ path: `/t/_delta_log/${name}`, size: 1, modificationTime: 0 }) ?? [];
  });
}
const name = (version: number, suffix: string): string => {
  return `${String(version).padStart(20, "0")}.${suffix}`;
};
const commits = (from: number, to: number): string[] => {
  return Array.from({ length: to - from + 1 }, (_, index) => name(from + index, "json"));
};
const request = { path: "/t/_delta_log" };

const v2 = name(3, "checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json");
const compacted = (from: number, to: number): string => {
  return `${String(from).padStart(20, "0")}.${name(to, "compacted.json")}`;
};

test("names the protocol does not know are passed over", () => {
  const others = [`.${name(1, "json")}.crc`, "_last_checkpoint", "_commits", "1.json"];
  expect(files(...others, name(1, "checkpoint.x.parquet"))).toEqual([]);
  expect(files(name(1, "crc"), compacted(1, 3), v2).map(({ kind }) => kind)).toEqual([
    "checksum",
    "compaction",
    "checkpoint",
  ]);
});

test("the newest whole checkpoint and the commits after it", () => {
  const part = (of: number): string => {
    return name(4, `checkpoint.${String(of).padStart(10, "0")}.0000000002.parquet`);
  };
  const listed = [...commits(0, 6), name(2, "checkpoint.parquet"), part(1)];
  expect(segmentOf(files(...listed), request)).toMatchObject({
    version: 6,
    checkpoint: { version: 2 },
  });
  const whole = segmentOf(files(...listed, part(2)), request);
  expect(whole).toMatchObject({ version: 6, checkpoint: { version: 4 } });
  expect(whole?.deltas.length).toBe(2);
  expect(segmentOf(files(...listed), { ...request, version: 1 })).toMatchObject({
    version: 1,
    checkpoint: undefined,
  });
  expect(segmentOf(files(...listed), { ...request, version: 9 })).toBeUndefined();
});

test("a gap is an error that names it", () => {
  const listed = files(...commits(0, 2), ...commits(4, 5));
  expect(() => segmentOf(listed, request)).toThrow(/DELTA_VERSIONS_NOT_CONTIGUOUS.*2, 4/);
  expect(() => segmentOf(files(...commits(3, 5)), request)).toThrow(/DELTA_TRUNCATED/);
  expect(segmentOf([], request)).toBeUndefined();
});

test("of one version a V2 checkpoint goes first, and one known to be bad is left out", () => {
  const listed = files(...commits(3, 5), v2, name(3, "checkpoint.parquet"));
  const first = segmentOf(listed, request)?.checkpoint;
  expect(first?.files[0]?.path).toMatch(/json$/);
  const second = segmentOf(listed, { ...request, without: new Set([first?.key ?? ""]) });
  expect(second?.checkpoint?.files[0]?.path).toMatch(/3\.checkpoint\.parquet$/);
});

test("the longest compaction stands for its commits", () => {
  const listed = files(...commits(0, 6), compacted(1, 3), compacted(1, 4), compacted(5, 6));
  const spans = (version?: number) =>
    segmentOf(listed, { ...request, ...(version === undefined ? {} : { version }) })?.deltas.map(
      (delta) => [delta.from, delta.version],
    );
  expect(spans()).toEqual([
    [0, 0],
    [1, 4],
    [5, 6],
  ]);
  expect(spans(3)).toEqual([
    [0, 0],
    [1, 3],
  ]);
});
