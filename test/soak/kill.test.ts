import { expect, test } from "vitest";
import { calmRun } from "../sim/crash.ts";
import { type Kill, killAndCompare } from "../sim/kill.ts";
import { brief } from "../sim/pipeline.ts";

const kills: readonly Kill[] = [
  ["after the data file", "bronze", 1],
  ["after the data file", "silver", 2],
  ["after the data file", "totals", 3],
  ["after offsets", "bronze", 1],
  ["after offsets", "silver", 1],
  ["after offsets", "windows", 3],
  ["after state", "silver", 2],
  ["after state", "totals", 2],
  ["after state", "windows", 3],
  ["after the commit of the sink", "bronze", 1],
  ["after the commit of the sink", "silver", 3],
  ["after the commit of the sink", "totals", 4],
  ["before commits", "bronze", 3],
  ["before commits", "silver", 2],
  ["before commits", "windows", 4],
  ["within the checkpoint of the log", "bronze", 1],
  ["within the checkpoint of the log", "silver", 2],
  ["within the checkpoint of the log", "windows", 3],
  ["within a file of the schema", "bronze", 1],
  ["within a file of the schema", "bronze", 2],
];

test(`${kills.length} kills, in every phase, change nothing`, async () => {
  const { outcome } = await calmRun(brief);
  const failures: string[] = [];
  for (const kill of kills) {
    await killAndCompare(kill, outcome).catch((thrown: unknown) => {
      failures.push(String(thrown));
    });
  }
  expect(failures).toEqual([]);
});
