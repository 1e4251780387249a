import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "./server/server.ts";

test("what is used of each SDK is what the SDK has, by its types", async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const compiler = `${root}node_modules/typescript/bin/tsc`;
  const compiled = await run(process.execPath, [compiler, "-p", "test/services"], {
    cwd: root,
  }).catch((failed: { stdout: string }) => failed);
  expect(compiled.stdout).toBe("");
});
