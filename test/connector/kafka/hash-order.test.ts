import { expect, test } from "vitest";
import { HashOrder } from "../../../src/connector/kafka/hash-order.ts";

function order<K extends string | number>(...keys: K[]): string {
  const table = new HashOrder<K>();
  for (const key of keys) table.put(key);
  return table.keys().join(",");
}

test("keys come as those of scala.collection.mutable.HashMap 2.13 do", () => {
  expect(order(0, 16, 1, 17, 33, 5)).toBe("0,16,1,17,33,5");
  const many = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 100];
  expect(order(...many)).toBe("0,1,2,3,4,100,5,6,7,8,9,10,11,12,13,14");
  const topics = ["refstream", "words", "events", "topic-1", "a", "b", "topicA", "topicB", "Zebra"];
  expect(order(...topics, "iot_data")).toBe(
    "topicA,topicB,a,iot_data,refstream,b,Zebra,words,topic-1,events",
  );
});

test("a key that is put again may make the table grow", () => {
  const eleven = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11"];
  expect(order(...eleven, "t11")).toBe("t4,t5,t6,t7,t8,t9,t10,t11,t1,t2,t3");
});
