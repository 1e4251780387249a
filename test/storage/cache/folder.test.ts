import { spawnSync } from "node:child_process";
import { chmod, chown, lstat, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder, userFolder } from "../../../src/storage/cache/folder.ts";

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "millrace-folder-"));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const isRoot = process.getuid?.() === 0;
const name = `millrace-${process.getuid?.()}`;

test("a folder in the temporary folder is for its user alone, and found again", async () => {
  const folder = await temporaryFolder(parent);
  expect(folder).toBe(join(parent, name));
  expect((await lstat(folder!)).mode & 0o777).toBe(0o700);
  expect(await temporaryFolder(parent)).toBe(folder);
});

test("a folder that others can write to, a link or a file is not taken", async () => {
  await mkdir(join(parent, name));
  await chmod(join(parent, name), 0o777);
  expect(await temporaryFolder(parent)).toBeUndefined();
  await rm(join(parent, name), { recursive: true });
  await mkdir(join(parent, "elsewhere"), { mode: 0o700 });
  await symlink(join(parent, "elsewhere"), join(parent, name));
  expect(await temporaryFolder(parent)).toBeUndefined();
});

test.runIf(isRoot)("a folder that another user made is not taken", async () => {
  await mkdir(join(parent, name), { mode: 0o700 });
  await chown(join(parent, name), 54_321, 54_321);
  expect(await temporaryFolder(parent)).toBeUndefined();
});

test("the folder of a user is by the custom of the system, and never relative", () => {
  expect(userFolder({ XDG_CACHE_HOME: "/caches" }, "linux")).toBe("/caches/millrace/files");
  expect(userFolder({ XDG_CACHE_HOME: "caches" }, "linux")).toMatch(/\/\.cache\/millrace\/files$/);
  expect(userFolder({ XDG_CACHE_HOME: "/caches" }, "darwin")).toMatch(/\/Library\/Caches\//);
});

test.runIf(isRoot)("a user without a name and a home has no such folder, and no error", () => {
  const module = new URL("../../../src/storage/cache/folder.ts", import.meta.url).href;
  const script = `const { temporaryFolder, userFolder } = await import(${JSON.stringify(module)});
    process.setgid(54321);
    process.setuid(54321);
    console.log(userFolder(), await temporaryFolder(process.argv[1]).catch(({ code }) => code));`;
  const { HOME: _, XDG_CACHE_HOME: __, ...rest } = process.env;
  const args = ["--import", "tsx", "--input-type=module", "-e", script, parent];
  const { stdout, stderr } = spawnSync(process.execPath, args, { env: rest, encoding: "utf8" });
  expect(stdout.trim() || stderr).toBe("undefined EACCES");
});
