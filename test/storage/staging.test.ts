import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStaging } from "../../src/storage/staging.ts";
import { temporaryFolder } from "./subject.ts";

test("a folder of this process, removed at the end, twice if need be", async () => {
  const folder = await temporaryFolder();
  const staging = await openStaging(folder.path);
  const file = staging.file(".parquet");
  writeFileSync(file, "rows");
  expect(file.startsWith(`${staging.path}/`)).toBe(true);
  expect(staging.file(".parquet")).not.toBe(file);
  await staging[Symbol.asyncDispose]();
  await staging[Symbol.asyncDispose]();
  expect(existsSync(staging.path)).toBe(false);
  await folder.remove();
});

test("folders of dead processes are swept away, those of others are left", async () => {
  const folder = await temporaryFolder();
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  const mine = await openStaging(folder.path);
  const ofDead = mine.path.replace(`-${process.pid}-`, `-${dead}-`);
  const elsewhere = join(folder.path, `millrace-another-host-${dead}-x`);
  for (const path of [ofDead, elsewhere]) mkdirSync(path);
  writeFileSync(join(ofDead, "part"), "rows");
  const other = await openStaging(folder.path);
  expect(existsSync(ofDead)).toBe(false);
  expect(existsSync(elsewhere)).toBe(true);
  expect(existsSync(mine.path)).toBe(true);
  await other[Symbol.asyncDispose]();
  await folder.remove();
});
