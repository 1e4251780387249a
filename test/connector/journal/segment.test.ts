import { expect, test } from "vitest";
import {
  decodeSegment,
  encodeSegment,
  isTorn,
  recordsBetween,
  type Segment,
  span,
} from "../../../src/connector/journal/segment.ts";
import { createRandom } from "../../random.ts";

const segment: Segment = {
  first: 2 ** 40,
  last: 2 ** 40 + 2,
  fences: [0, 17],
  state: Buffer.from("state"),
  lengths: [2, 0, 3],
  payload: Buffer.from("aabbb"),
};

test("a segment comes back as it was", () => {
  const back = decodeSegment("s", encodeSegment(segment));
  expect({ ...back, state: String(back.state), payload: String(back.payload) }).toEqual({
    ...segment,
    state: "state",
    payload: "aabbb",
  });
});

test("a segment without records takes one number, and -1 is no record at all", () => {
  const mark = { ...segment, last: -1, lengths: [], payload: new Uint8Array() };
  const back = decodeSegment("s", encodeSegment(mark));
  expect([back.last, span(back), recordsBetween(back, 0, 2 ** 50).count]).toEqual([-1, 1, 0]);
});

test("records are cut out by their numbers", () => {
  const cut = (from: number, to: number) => {
    const { count, bytes } = recordsBetween(segment, 2 ** 40 + from, 2 ** 40 + to);
    return [count, String(bytes)];
  };
  expect(cut(0, 2)).toEqual([3, "aabbb"]);
  expect(cut(-5, 0)).toEqual([1, "aa"]);
  expect(cut(1, 1)).toEqual([1, ""]);
  expect(cut(2, 9)).toEqual([1, "bbb"]);
  expect(cut(3, 9)).toEqual([0, ""]);
});

test("any byte that is another is told", () => {
  const random = createRandom(7);
  const whole = encodeSegment(segment);
  for (let at = 0; at < whole.length; at++) {
    const bytes = Uint8Array.from(whole);
    bytes[at]! ^= 1 + random.below(255);
    expect(() => decodeSegment("s", bytes), `byte ${at}`).toThrow("JOURNAL_CORRUPT");
  }
});

test("a beginning of a segment is torn, at each length; a whole one that is wrong is not", () => {
  const whole = encodeSegment(segment);
  for (let length = 0; length < whole.length; length++) {
    expect(isTorn(whole.subarray(0, length))).toBe(true);
  }
  expect(isTorn(whole)).toBe(false);
  expect(isTorn(Uint8Array.from(whole, (byte, at) => (at === 50 ? byte + 1 : byte)))).toBe(false);
  expect(isTorn(new Uint8Array(whole.length))).toBe(true);
});
