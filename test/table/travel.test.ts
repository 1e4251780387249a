import { expect, test } from "vitest";
import { travelOf, travelPath } from "../../src/table/travel.ts";

test("options and paths that say a version or a time", () => {
  expect(travelOf({}, "UTC")).toBeUndefined();
  expect(travelOf({ versionasof: "3" }, "UTC")).toEqual({ kind: "version", version: 3 });
  const time = { kind: "timestamp", timestampMs: Date.UTC(2024, 0, 31, 22) };
  expect(travelOf({ timestampasof: "2024-01-31 23:00:00" }, "Europe/Amsterdam")).toEqual(time);
  expect(travelPath("/t@20240131230000000", "Europe/Amsterdam")).toEqual({
    path: "/t",
    travel: time,
  });
  expect(travelPath("/t@v12", "UTC")).toEqual({
    path: "/t",
    travel: { kind: "version", version: 12 },
  });
  expect(travelPath("/a@b", "UTC")).toEqual({ path: "/a@b", travel: undefined });
});

test("what cannot be understood is refused", () => {
  expect(() => travelOf({ versionasof: "x" }, "UTC")).toThrow(/versionAsOf/);
  expect(() => travelOf({ versionasof: "1", timestampasof: "2024-01-01" }, "UTC")).toThrow(
    /not both/,
  );
  expect(() => travelOf({ timestampasof: "soon" }, "UTC")).toThrow(/DELTA_TIMESTAMP_INVALID/);
});
