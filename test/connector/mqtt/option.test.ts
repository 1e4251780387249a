import { expect, test } from "vitest";
import {
  brokerOptions,
  mqttOptions,
  subscriptionOptions,
} from "../../../src/connector/mqtt/option.ts";

function read(options: Readonly<Record<string, string>>) {
  const lower = Object.entries(options).map(([key, value]) => [key.toLowerCase(), value]);
  return mqttOptions(Object.fromEntries(lower));
}
const broker = (options: Readonly<Record<string, string>>) => brokerOptions(read(options));
const topics = (topic: string) => subscriptionOptions(read({ topic })).topics;

test("what is not said is as Bahir has it", () => {
  expect(broker({ brokerUrl: "tcp://h" })).toEqual({
    ...{ url: "tcp://h", host: "h", port: 1883, tls: undefined, version: 4, qos: 1 },
    ...{ clientId: undefined, username: undefined, password: undefined },
    ...{ keepAlive: 60, connectionTimeoutMs: 30_000 },
  });
  expect(subscriptionOptions(read({ topic: "a" }))).toMatchObject({ cleanSession: false });
});

test("the URL says where, and whether by TLS", () => {
  expect(broker({ path: "ssl://h:9" })).toMatchObject({ port: 9, tls: { servername: "h" } });
  expect(broker({ brokerUrl: "mqtts://h" })).toMatchObject({ port: 8883 });
  expect(broker({ brokerUrl: "tcp://[::1]:5" })).toMatchObject({ host: "::1", port: 5 });
  expect(broker({ brokerUrl: "ssl://10.0.0.1" }).tls).toEqual({
    ...{ servername: "", rejectUnauthorized: true },
  });
  for (const brokerUrl of ["h", "http://h", "wss://h", "tcp://u:p@h", "tcp://"]) {
    expect(() => broker({ brokerUrl }), brokerUrl).toThrow("INVALID_OPTION_VALUE");
  }
  expect(() => broker({})).toThrow("MISSING_OPTION");
});

test("certificates are PEM text or files of it", () => {
  const ca = "-----BEGIN CERTIFICATE-----";
  expect(broker({ brokerUrl: "ssl://h", ca }).tls?.ca).toBe(ca);
  expect(() => broker({ brokerUrl: "ssl://h", ca: "/nowhere.pem" })).toThrow("/nowhere.pem");
});

test("topics are a list, each once", () => {
  expect(topics("a/#, b/+,a/#")).toEqual(["a/#", "b/+"]);
  expect(topics('["a,b", "$share/g/c"]')).toEqual(["a,b", "$share/g/c"]);
  for (const wrong of ["", "a,,b", "[1]", "[]", "[a"]) {
    expect(() => topics(wrong), wrong).toThrow("INVALID_OPTION_VALUE");
  }
});

test("what cannot be is refused by the option's name", () => {
  const wrong = [
    ...[{ QoS: "3" }, { mqttVersion: "6" }, { keepAlive: "-1" }, { connectionTimeout: "0" }],
  ];
  for (const options of wrong) {
    expect(() => broker({ brokerUrl: "tcp://h", ...options })).toThrow("INVALID_OPTION_VALUE");
  }
  expect(() => subscriptionOptions(read({ topic: "a", receiveMaximum: "65536" }))).toThrow("65535");
  expect(() => subscriptionOptions(read({ topic: "a", persistence: "memory" }))).toThrow(
    "UNSUPPORTED_DATA_SOURCE_OPTION",
  );
});
