import { expect, test } from "vitest";
import { BatchQueue } from "../../../src/connector/kafka/queue.ts";
import { batchHeader, type KafkaMessage, sizeOf } from "../../../src/connector/kafka/record.ts";

const message = (partition: number, text: string): KafkaMessage => ({
  ...{ topic: "t", partition },
  value: Buffer.from(text),
});
const size = sizeOf(message(0, "a"));
const told = (queue: BatchQueue) =>
  queue.heads().map(({ partition, sequence, messages }) => {
    return `${partition}@${sequence}:${messages.map(({ value }) => value).join("")}`;
  });

test("batches are full and not more, and their sequences go on where the last ended", async () => {
  const queue = new BatchQueue(batchHeader + 2 * size);
  const list = (partition: number, text: string) => [...text].map((one) => message(partition, one));
  const all = queue.add([list(0, "abcde"), list(1, "x")], 0);
  void queue.add([list(0, "f")], 0);
  const seen: string[] = [];
  for (let heads = queue.heads(); heads.length > 0; heads = queue.heads()) {
    seen.push(...told(queue));
    for (const head of heads) queue.done(head);
  }
  expect(seen).toEqual(["0@0:ab", "1@0:x", "0@2:cd", "0@4:e", "0@5:f"]);
  await all;
});

test("a record that is larger than a batch has one of its own", () => {
  const queue = new BatchQueue(batchHeader + size);
  void queue.add([[message(0, "a"), message(0, "large".repeat(9)), message(0, "b")]], 0);
  expect(told(queue)).toEqual(["0@0:a"]);
  queue.done(queue.heads()[0]!);
  expect(told(queue)).toEqual([`0@1:${"large".repeat(9)}`]);
});

test("what a broker finds too large is halved, and is done when both halves are", async () => {
  const queue = new BatchQueue(1 << 20);
  let done = false;
  const all = queue.add([[..."abc"].map((one) => message(0, one))], 0).then(() => {
    done = true;
  });
  expect(queue.split(queue.heads()[0]!)).toBe(true);
  expect(told(queue)).toEqual(["0@0:a"]);
  expect(queue.split(queue.heads()[0]!)).toBe(false);
  queue.done(queue.heads()[0]!);
  await Promise.resolve();
  expect(done).toBe(false);
  expect(told(queue)).toEqual(["0@1:bc"]);
  queue.done(queue.heads()[0]!);
  await all;
});

test("partitions take turns, and a failure reaches all who wait", async () => {
  const queue = new BatchQueue(batchHeader + size);
  const failed = queue.add([[..."ab"].map((one) => message(0, one)), [message(1, "x")]], 0);
  queue.done(queue.heads()[0]!);
  expect(told(queue)).toEqual(["1@0:x", "0@1:b"]);
  queue.reject(new Error("over"));
  await expect(failed).rejects.toThrow("over");
  expect(queue.heads()).toEqual([]);
});
