import { expect, test } from "vitest";
import { parseJaas } from "../../../src/connector/kafka/jaas.ts";

test("a login module and its options", () => {
  const text =
    'kafkashaded.org.apache.kafka.common.security.plain.PlainLoginModule required\n  username="al\\"ice" password=\'a b;\' ' +
    "serviceName=kafka ;";
  expect(parseJaas(text)).toEqual({
    name: "PlainLoginModule",
    options: { username: 'al"ice', password: "a b;", serviceName: "kafka" },
  });
});

test.each(["", "PlainLoginModule", 'PlainLoginModule required password="secret"', "x required a;"])(
  "%s is none, and no message shows it",
  (text) => {
    expect(() => parseJaas(text)).toThrow(
      /^\[KAFKA_ILLEGAL_OPTION\] (?!.*secret).*sasl\.jaas\.config/,
    );
  },
);
