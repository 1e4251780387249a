import { expect, test } from "vitest";
import { Outstanding } from "../../../src/connector/file/outstanding.ts";

const none = { files: 0, bytes: 0 };

test("what waits is in entries that no batch has taken, was found, or was found and forgotten", () => {
  const outstanding = new Outstanding();
  for (const [entry, size] of [
    [-1, 9],
    [0, 1],
    [1, 2],
    [1, 3],
    [2, undefined],
  ] as const) {
    outstanding.add(entry, size);
  }
  expect(outstanding.after(0, 2, { files: 2, bytes: 100 })).toEqual({ files: 5, bytes: 105 });
  outstanding.drop({ files: 4, bytes: 40 });
  expect(outstanding.after(1, 2, none)).toEqual({ files: 5, bytes: 40 });
  outstanding.drop(none);
  expect(outstanding.after(2, 2, none)).toEqual(none);
});

test("where entries of an earlier run are not known, nothing is said", () => {
  const outstanding = new Outstanding();
  outstanding.add(4, 1);
  expect(outstanding.after(2, 4, none)).toBeUndefined();
  expect(outstanding.after(3, 4, none)).toEqual({ files: 1, bytes: 1 });
});
