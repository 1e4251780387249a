import { expect, test } from "vitest";
import { findMessage } from "../../../src/schema/protobuf/find.ts";
import { readTree } from "../../../src/schema/protobuf/tree.ts";
import { sampleSchema } from "./sample.ts";

const read = (hex: string, name: string) => {
  const message = findMessage(sampleSchema, name);
  return readTree(message, Buffer.from(hex, "hex"), sampleSchema).values;
};

test("values come by their fields' numbers, the last of one, messages merged", () => {
  expect([...read("180518062801", "Scalars")]).toEqual([
    [3, [6]],
    [5, [1]],
  ]);
  const [point] = read(`1A0410021003${"1A0408011004"}`, "Choice").get(3)!;
  expect(point).toMatchObject({
    values: new Map([
      [1, [1]],
      [2, [2, 3, 4]],
    ] as never),
  });
  expect(read("1800", "Scalars").size).toBe(0);
  expect(() => read("1A040A02C328", "Point")).toThrow();
});
