import { expect, test } from "vitest";
import { parsePosition, parsePositions } from "../../../src/connector/eventhubs/position.ts";

const rest = { offset: null, seqNo: -1, enqueuedTime: null, isInclusive: true };
const position = (own: object): string => JSON.stringify({ ...rest, ...own });

test.each([
  [{ offset: "-1" }, { kind: "start" }],
  [{ offset: "@latest", isInclusive: false }, { kind: "end" }],
  [{ offset: "246812" }, { kind: "offset", offset: "246812", inclusive: true }],
  [
    { offset: "246812", isInclusive: false },
    { kind: "offset", offset: "246812", inclusive: false },
  ],
  [{ seqNo: 0 }, { kind: "sequence", sequenceNumber: 0n }],
  [
    { offset: "-1", seqNo: 100 },
    { kind: "sequence", sequenceNumber: 100n },
  ],
  [
    { enqueuedTime: "2026-01-31T12:00:00.250000Z" },
    { kind: "time", at: Date.UTC(2026, 0, 31, 12, 0, 0, 250) },
  ],
])("%o is %o", (own, found) => {
  expect(parsePosition(position(own), "eventhubs.startingPosition")).toEqual(found);
});

test.each(["", "{}", "[]", "null", '"-1"', position({}), position({ enqueuedTime: "today" })])(
  "'%s' is refused by the name of the option",
  (text) => {
    expect(() => parsePosition(text, "eventhubs.endingPosition")).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION_VALUE",
        message: expect.stringContaining("eventhubs.endingPosition"),
      }),
    );
  },
);

test("positions of partitions are those of this event hub", () => {
  const key = (ehName: string, partitionId: number) => JSON.stringify({ ehName, partitionId });
  const text = JSON.stringify({
    [key("iot", 0)]: { ...rest, seqNo: 5 },
    [key("iot", 12)]: { ...rest, offset: "-1" },
    [key("other", 1)]: { ...rest, offset: "-1" },
  });
  expect(parsePositions(text, "eventhubs.startingPositions", "iot")).toEqual(
    new Map([
      [0, { kind: "sequence", sequenceNumber: 5n }],
      [12, { kind: "start" }],
    ]),
  );
  for (const bad of ['{"0":{}}', '{"{}":{"seqNo":1}}', "[]"]) {
    expect(() => parsePositions(bad, "eventhubs.startingPositions", "iot")).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION_VALUE" }),
    );
  }
});
