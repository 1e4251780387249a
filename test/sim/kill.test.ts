import { test } from "vitest";
import { calmRun } from "./crash.ts";
import { type Kill, killAndCompare } from "./kill.ts";
import { brief } from "./pipeline.ts";

const kills: readonly Kill[] = [
  ["after the commit of the sink", "bronze", 2],
  ["after state", "silver", 2],
  ["within a file of the schema", "bronze", 1],
];

test("a process that is killed loses nothing and doubles nothing", {
  timeout: 90_000,
}, async () => {
  const { outcome } = await calmRun(brief);
  await Promise.all(kills.map((kill) => killAndCompare(kill, outcome)));
});
