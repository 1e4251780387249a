import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const run = promisify(execFile);
let folder: string;

/** A folder in which `millrace` is installed, as a user's is. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-readme-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules", "millrace"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function firstBlock(): Promise<string> {
  const text = await readFile(join(root, "README.md"), "utf8");
  return /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
}

test("the lines the README opens with run as TypeScript, and again only on what is new", async () => {
  await writeFile(join(folder, "pipeline.ts"), await firstBlock());
  const command = [join(root, "dist/bin.js"), "run", "pipeline.ts"];
  const first = await run(process.execPath, command, { cwd: folder });
  expect(first.stdout.match(/\| {2}1\|21\.5\|/g)?.length).toBe(1);
  const second = await run(process.execPath, command, { cwd: folder });
  expect(second.stdout.match(/\| {2}1\|21\.5\|/g)?.length).toBe(2);
});

test("and as plain JavaScript", async () => {
  await writeFile(join(folder, "pipeline.mjs"), await firstBlock());
  const { stdout } = await run(process.execPath, ["pipeline.mjs"], { cwd: folder });
  expect(stdout).toContain("21.5");
});
