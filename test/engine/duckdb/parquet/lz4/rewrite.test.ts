import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rewriteLz4 } from "../../../../../src/engine/duckdb/parquet/lz4/rewrite.ts";
import { isError } from "../../../../../src/error/error.ts";

const golden = new URL("../../../../golden/parquet/lz4hadoop.parquet", import.meta.url);

test("a damaged file is rewritten or refused by name, whatever the byte; a cut one is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-test-"));
  const [source, target] = [join(folder, "source"), join(folder, "target")];
  const outcome = async (bytes: Uint8Array): Promise<string> => {
    await writeFile(source, bytes);
    await rm(target, { force: true });
    try {
      await rewriteLz4(source, target);
      return "rewritten";
    } catch (thrown) {
      return isError(thrown) ? thrown.code : String(thrown);
    }
  };
  try {
    const whole = await readFile(golden);
    expect(await outcome(whole)).toBe("rewritten");
    expect((await stat(target)).size).toBeGreaterThan(whole.length / 2);
    const seen = new Set<string>();
    for (let at = 0; at < whole.length; at += 5) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      seen.add(await outcome(damaged));
    }
    expect([...seen].sort()).toEqual(["FAILED_READ_FILE.NO_HINT", "rewritten"]);
    for (const length of [0, 3, 8, 100, whole.length - 1]) {
      expect(await outcome(whole.subarray(0, length))).toBe("FAILED_READ_FILE.NO_HINT");
    }
    await expect(rewriteLz4(join(folder, "gone"), target)).rejects.toMatchObject({
      code: "ENOENT",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
