import { expect, test } from "vitest";
import { headerLine, parseRecord, rangeLines } from "../../../src/storage/cache/record.ts";

const content = { uri: "s3://b/a%20b.parquet", etag: '"x y"', size: 1_000 };
const ranges = [
  { start: 0, end: 10 },
  { start: 500, end: 1_000 },
];
const text = headerLine(content) + rangeLines(ranges);

test("a record says what was written", () => {
  expect(parseRecord(text)).toEqual({ content, ranges });
});

test("a record that is cut anywhere says less, never something else", () => {
  for (let length = 0; length < text.length; length += 1) {
    const said = parseRecord(text.slice(0, length));
    if (said === undefined) continue;
    expect(said.content).toEqual(content);
    for (const range of said.ranges) expect(ranges).toContainEqual(range);
  }
});

test("a record with any byte changed says less, or nothing", () => {
  const header = headerLine(content).length;
  for (let at = header; at < text.length; at += 1) {
    for (const byte of ["\0", "0", "9", "f", " ", "\n"]) {
      const said = parseRecord(text.slice(0, at) + byte + text.slice(at + 1));
      for (const range of said?.ranges ?? []) expect(ranges).toContainEqual(range);
    }
  }
});
