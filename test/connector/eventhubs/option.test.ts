import { createCipheriv, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import {
  hubBatchOptions,
  hubOptions,
  hubStreamOptions,
} from "../../../src/connector/eventhubs/option.ts";
import type { Options } from "../../../src/plan/relation.ts";

const connectionString =
  "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=a=b=;EntityPath=iot";

/** Options by lower-case names, with a connection string where there is none. */
function given(options: Options): Options {
  const all = { "eventhubs.connectionString": connectionString, ...options };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

test("what is not said is as in Spark's connector", () => {
  expect(hubStreamOptions(given({}))).toEqual({
    connectionString,
    name: "iot",
    endpoint: "sb://ns.servicebus.windows.net/",
    consumerGroup: "$Default",
    operationMs: 300_000,
    receiverMs: 60_000,
    prefetchCount: 500,
    exclusive: true,
    starting: { all: { kind: "end" }, own: new Map() },
    failOnDataLoss: true,
    maxEvents: undefined,
    discovers: false,
  });
});

test("options are read, durations as Java and as we write them", () => {
  const options = hubStreamOptions(
    given({
      "eventhubs.consumerGroup": "etl",
      "eventhubs.receiverTimeout": "PT3M20S",
      "eventhubs.operationTimeout": "10m",
      "eventhubs.prefetchCount": "4000",
      "eventhubs.useExclusiveReceiver": "false",
      "eventhubs.DynamicPartitionDiscovery": "true",
      maxEventsPerTrigger: "7",
      "eventhubs.slowPartitionAdjustment": "false",
      "eventhubs.threadPoolSize": "32",
      failOnDataLoss: "false",
    }),
  );
  expect(options).toMatchObject({
    ...{ consumerGroup: "etl", receiverMs: 200_000, operationMs: 600_000, prefetchCount: 4_000 },
    ...{ exclusive: false, discovers: true, maxEvents: 7, failOnDataLoss: false },
  });
  expect(hubStreamOptions(given({ "eventhubs.maxEventsPerTrigger": "9" })).maxEvents).toBe(9);
  const fraction = given({ "eventhubs.receiverTimeout": "PT0.5S" });
  expect(hubStreamOptions(fraction).receiverMs).toBe(500);
});

test("a connection string is taken as Spark's connector encrypts it, too", () => {
  const key = pbkdf2Sync("2.3.18", "2.3.18", 1000, 32, "sha256");
  const cipher = createCipheriv("aes-256-ecb", key, null);
  const text = Buffer.concat([cipher.update(connectionString), cipher.final()]).toString("base64");
  const options = hubOptions(given({ "eventhubs.connectionString": text }));
  expect(options).toMatchObject({ connectionString, name: "iot" });
});

test.each<[string, Options, string]>([
  [
    "no EntityPath",
    { "eventhubs.connectionString": "Endpoint=sb://ns/;SharedAccessKey=secret" },
    "INVALID_OPTION_VALUE",
  ],
  ["no Endpoint", { "eventhubs.connectionString": "c2VjcmV0" }, "INVALID_OPTION_VALUE"],
  ["prefetchCount", { "eventhubs.prefetchCount": "4001" }, "INVALID_OPTION_VALUE"],
  ["receiverTimeout", { "eventhubs.receiverTimeout": "PT10M" }, "INVALID_OPTION_VALUE"],
  ["maxSilentTime", { "eventhubs.maxSilentTime": "PT29S" }, "INVALID_OPTION_VALUE"],
  ["startingPosition", { "eventhubs.startingPosition": "earliest" }, "INVALID_OPTION_VALUE"],
  ["useAadAuth", { "eventhubs.useAadAuth": "true" }, "UNSUPPORTED_DATA_SOURCE_OPTION"],
  ["metricPlugin", { "eventhubs.metricPlugin": "a.B" }, "UNSUPPORTED_DATA_SOURCE_OPTION"],
])("%s is refused, and no key is shown", (_, options, code) => {
  const read = (): unknown => hubBatchOptions(given(options));
  expect(read).toThrow(expect.objectContaining({ code }));
  expect(read).not.toThrow(/secret|c2VjcmV0/);
});

test("the connection string must be there", () => {
  expect(() => hubOptions({})).toThrow(expect.objectContaining({ code: "MISSING_OPTION" }));
});
