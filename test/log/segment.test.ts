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

test("names that are no commit and no classic checkpoint are passed over", () => {
  expect(
    files(
      name(1, "crc"),
      `.${name(1, "json")}.crc`,
      "_last_checkpoint",
      "_commits",
      `${String(1).padStart(20, "0")}.${name(3, "compacted.json")}`,
    ),
  ).toEqual([]);
});

test("the newest whole checkpoint and the commits after it", () => {
  const part = (of: number): string => {
    return name(4, `checkpoint.${String(of).padStart(10, "0")}.0000000002.parquet`);
  };
  const listed = [...commits(0, 6), name(2, "checkpoint.parquet"), part(1)];
  expect(segmentOf(files(...listed), request)).toMatchObject({ version: 6, checkpointVersion: 2 });
  const whole = segmentOf(files(...listed, part(2)), request);
  expect(whole).toMatchObject({ version: 6, checkpointVersion: 4 });
  expect(whole?.commits.length).toBe(2);
  expect(segmentOf(files(...listed), { ...request, version: 1 })).toMatchObject({
    version: 1,
    checkpointVersion: -1,
  });
  expect(segmentOf(files(...listed), { ...request, version: 9 })).toBeUndefined();
});

test("a gap is an error that names it", () => {
  const listed = files(...commits(0, 2), ...commits(4, 5));
  expect(() => segmentOf(listed, request)).toThrow(/DELTA_VERSIONS_NOT_CONTIGUOUS.*2, 4/);
  expect(() => segmentOf(files(...commits(3, 5)), request)).toThrow(/DELTA_TRUNCATED/);
  expect(segmentOf([], request)).toBeUndefined();
});

test("a V2 checkpoint that would be needed is refused by the name of its feature", () => {
  const v2 = name(3, "checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet");
  expect(() => segmentOf(files(...commits(3, 5), v2), request)).toThrow(/v2Checkpoint/);
  expect(segmentOf(files(...commits(0, 5), v2), request)).toMatchObject({ version: 5 });
});
