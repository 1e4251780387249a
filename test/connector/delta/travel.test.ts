import { expect, test } from "vitest";
import { optionTravel, pathTravel } from "../../../src/connector/delta/travel.ts";

test("options and paths that say a version or a time", () => {
  expect(optionTravel({}, "UTC")).toBeUndefined();
  expect(optionTravel({ versionasof: "3" }, "UTC")).toEqual({ kind: "version", version: 3 });
  const time = { kind: "timestamp", timestampMs: Date.UTC(2024, 0, 31, 22) };
  expect(optionTravel({ timestampasof: "2024-01-31 23:00:00" }, "Europe/Amsterdam")).toEqual(time);
  expect(pathTravel("/t@20240131230000000", "Europe/Amsterdam")).toEqual({
    path: "/t",
    travel: time,
  });
  expect(pathTravel("/t@v12", "UTC")).toEqual({
    path: "/t",
    travel: { kind: "version", version: 12 },
  });
  expect(pathTravel("/a@b", "UTC")).toBeUndefined();
});

test("what cannot be understood is refused", () => {
  const both = { versionasof: "1", timestampasof: "2024-01-01" };
  expect(() => optionTravel({ versionasof: "x" }, "UTC")).toThrow(/versionAsOf/);
  expect(() => optionTravel(both, "UTC")).toThrow(/DELTA_TIME_TRAVEL_INVALID_OPTIONS/);
  expect(() => optionTravel({ timestampasof: "soon" }, "UTC")).toThrow(/timestampAsOf/);
});
