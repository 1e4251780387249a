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

/** The code of the guide, in a folder where `millrace` is installed. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-guide-"));
  await mkdir(join(folder, "node_modules"));
  for (const name of ["@types", "tsx"]) {
    await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  await symlink(root, join(folder, "node_modules", "millrace"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  const text = await readFile(join(root, "docs/connector/guide.md"), "utf8");
  for (const [, name, code] of text.matchAll(
    /`(connector[.a-z]*\.ts)`[^\n]*\n\n```ts\n([\s\S]*?)```/g,
  )) {
    await writeFile(join(folder, name!), code!);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the connector of the guide has the types that it says", async () => {
  const options = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, target: "es2023", module: "nodenext" },
    ...{ lib: ["es2024", "esnext.disposable"], allowImportingTsExtensions: true, types: ["node"] },
  };
  const config = { compilerOptions: options, files: ["connector.ts", "connector.test.ts"] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiling = run(join(root, "node_modules/.bin/tsc"), ["-p", folder]);
  expect(
    await compiling.then(
      () => "",
      ({ stdout }) => stdout,
    ),
  ).toBe("");
});

test("it passes the suites, and a query runs over it", async () => {
  const command = ["--import", "tsx", "--test", "--test-reporter=tap", "connector.test.ts"];
  const running = run(process.execPath, command, { cwd: folder });
  const { stdout } = await running.catch((thrown: { stdout: string }) => thrown);
  expect(stdout.split("\n").filter((line) => /^\s*not ok/.test(line))).toEqual([]);
  expect(Number(/^# pass (\d+)/m.exec(stdout)?.[1])).toBeGreaterThan(20);
});
