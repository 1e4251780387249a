import { expect, test } from "vitest";
import { bytesHash, longHash, shortDecimal } from "../../../../src/engine/orc/group/hash.ts";

// By another program of the same definitions.
test.each([
  ["", 8404154273843829576n],
  ["a", 15986002618429608327n],
  ["abcdefgh", 729624805048849005n],
  ["abcdefghij", 13283851220931402252n],
  ["nämé 12345 and more", 11302750147533905264n],
])("the hash of the text %j", (text, hash) => {
  expect(bytesHash(Buffer.from(text))).toBe(hash);
});

test.each([
  [0n, 0n],
  [1n, 6614235796240398542n],
  [-1n, 6614246905173314819n],
  [12345n, 7658450573117590115n],
  [2n ** 63n - 1n, 9344215449356265527n],
])("the hash of the integer %s", (value, hash) => {
  expect(longHash(value)).toBe(hash);
});

test("decimals are hashed without zeros at their end", () => {
  expect(["1.50", "100.00", "100", "-0.10"].map(shortDecimal)).toEqual([
    "1.5",
    "100",
    "100",
    "-0.1",
  ]);
});
