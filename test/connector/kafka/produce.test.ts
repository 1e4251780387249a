import { expect, test } from "vitest";
import { parseProduce, produceRequest } from "../../../src/connector/kafka/produce.ts";

const records = Buffer.from(
  "00000000000000000000003affffffff0223f463e100000000000000000000000000050000000000000005" +
    "ffffffffffffffffffffffffffff0000000110000000026b027600",
  "hex",
);

test("a request is Kafka's to the byte, its partitions by topic", () => {
  const request = produceRequest({
    ...{ transactionalId: "tx", acks: -1, timeoutMs: 30_000 },
    batches: [
      { topic: "words", partition: 0, records },
      { topic: "b", partition: 1, records },
      { topic: "words", partition: 3, records },
    ],
  });
  const batch = `47${records.toString("hex")}00`;
  expect(request.toString("hex")).toBe(
    `037478ffff000075300306776f72647303` +
      `00000000${batch}00000003${batch}00` +
      `026202${"00000001"}${batch}0000`,
  );
  const plain = { transactionalId: undefined, acks: 1, timeoutMs: 1, batches: [] };
  expect(produceRequest(plain).toString("hex")).toBe("000001000000010100");
});

test("an answer tells of each partition what became of it, and why", () => {
  const answer = Buffer.from(
    "0206776f72647303000000000000000000000000000cffffffffffffffff000000000000000001000000" +
      "0000030057ffffffffffffffffffffffffffffffffffffffffffffffff0200000004076e6f206b657900" +
      "0462616400000000000000",
    "hex",
  );
  expect(parseProduce(answer)).toEqual([
    { topic: "words", partition: 0, error: 0, message: "" },
    { topic: "words", partition: 3, error: 87, message: "no key; bad" },
  ]);
});
