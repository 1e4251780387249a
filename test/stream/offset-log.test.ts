import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newConf } from "../../src/stream/conf.ts";
import {
  decodeCommit,
  decodeOffsets,
  encodeCommit,
  encodeOffsets,
} from "../../src/stream/offset-log.ts";
import { sharedPath, sharedReason } from "../shared.ts";

const streams = sharedPath("ref/streams");

test.skipIf(streams === undefined)(
  `every offset and commit file of Spark reads and writes back byte for byte${
    streams ? "" : `: ${sharedReason("ref/streams")}`
  }`,
  () => {
    let files = 0;
    for (const name of readdirSync(streams!)) {
      for (const log of ["offsets", "commits"]) {
        const folder = join(streams!, name, "checkpoint", log);
        for (const file of readdirSync(folder)) {
          const text = readFileSync(join(folder, file), "utf8");
          files += 1;
          if (log === "commits") expect(encodeCommit(decodeCommit(text, file))).toBe(text);
          else expect(encodeOffsets(decodeOffsets(text, file))).toBe(text);
        }
      }
    }
    expect(files).toBeGreaterThan(100);
  },
);

test.skipIf(streams === undefined)(
  "a new checkpoint has the confs of Spark 4.2.0 in its order",
  () => {
    const text = readFileSync(join(streams!, "kafka_to_delta/checkpoint/offsets/0"), "utf8");
    const { conf } = decodeOffsets(text, "0");
    const made = newConf({ "spark.sql.shuffle.partitions": "2" }, false);
    expect(JSON.stringify(made)).toBe(JSON.stringify(conf));
  },
);

test("a source without data is a dash", () => {
  const entry = { batchWatermarkMs: 0, batchTimestampMs: 1, conf: {}, offsets: [undefined, "3"] };
  const text = encodeOffsets(entry);
  expect(text.split("\n").slice(2)).toEqual(["-", "3"]);
  expect(decodeOffsets(text, "0")).toEqual(entry);
});

test("unknown keys are tolerated, unknown versions and junk are refused by name", () => {
  const text = 'v1\n{"later":1,"batchTimestampMs":7,"conf":{"a":"b"}}\n1';
  expect(decodeOffsets(text, "0")).toMatchObject({ batchTimestampMs: 7, batchWatermarkMs: 0 });
  expect(() => decodeOffsets("v2\n{}\na:1", "f")).toThrow("STREAMING_CHECKPOINT_VERSION_NOT_SUPP");
  expect(() => decodeOffsets("junk", "f")).toThrow("STREAMING_CHECKPOINT_MALFORMED");
  expect(() => decodeOffsets("v1\n[", "f")).toThrow("STREAMING_CHECKPOINT_MALFORMED");
  expect(decodeCommit('v2\n{"nextBatchWatermarkMs":5,"stateUniqueIds":{}}', "f")).toBe(5);
  expect(() => decodeCommit("v9\n{}", "f")).toThrow("STREAMING_CHECKPOINT_VERSION_NOT_SUPPORTED");
});
