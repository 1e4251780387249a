import { expect, test } from "vitest";
import { soundStart, utf8Of } from "../../../../src/engine/duckdb/text/json-encoding.ts";

const text = '{"a":"é"}';

function wide(little: boolean): Buffer {
  const points = Array.from(text, (char) => char.codePointAt(0)!);
  const bytes = Buffer.alloc(points.length * 4);
  points.forEach((point, at) => {
    if (little) bytes.writeUInt32LE(point, at * 4);
    else bytes.writeUInt32BE(point, at * 4);
  });
  return bytes;
}

test.each([
  ["UTF-8", Buffer.from(text)],
  ["UTF-16LE", Buffer.from(text, "utf16le")],
  ["UTF-16BE with a mark", Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
  ["UTF-32LE with a mark", Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), wide(true)])],
  ["UTF-32BE", wide(false)],
])("JSON in %s is known for what it is", (_, bytes) => {
  expect(Buffer.from(utf8Of(bytes)).toString()).toBe(text);
});

test("the sound start of bytes ends with a whole character", () => {
  const start = (bytes: Buffer) => Buffer.from(soundStart(bytes)).toString();
  expect(start(Buffer.from("aé\ud83d\ude00"))).toBe("aé\ud83d\ude00");
  expect(start(Buffer.concat([Buffer.from("aé"), Buffer.from([0xff, 0x61])]))).toBe("aé");
  expect(start(Buffer.from("aé").subarray(0, 2))).toBe("a");
  expect(start(Buffer.from([0xff]))).toBe("");
});
