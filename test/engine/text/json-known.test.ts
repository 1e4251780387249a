import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inferTextSchema } from "../../../src/engine/duckdb/text/infer.ts";
import type { Options } from "../../../src/plan/relation.ts";
import type { StructType } from "../../../src/schema/type.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-known-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function infer(
  lines: readonly string[],
  how: { readonly options?: Options; readonly inferTypes: boolean },
): Promise<StructType> {
  const path = join(folder, "lines.json");
  await writeFile(path, lines.join("\n"));
  const { size } = await stat(path);
  const file = { path, uri: `file://${path}`, size, modificationTime: 0, partition: {} };
  const { options = {}, inferTypes } = how;
  return inferTextSchema({ format: "json", files: [file], options, inferTypes });
}

const value = fc.oneof(
  fc.constantFrom("1", "-0", "1e3", "0.5", "123456789012345678", "12345678901234567890", "01"),
  fc.constantFrom('""', '"n/a"', '"a\\"b"', '"\\u00e9"', '"é"', '"a\tb"', "null", "true", "NaN"),
  fc.constantFrom("[]", "[1]", '["a"]', "{}", '{"x":1}', "nul", "+1", "1.", "'q'"),
);
const member = fc
  .tuple(fc.constantFrom("a", "b", "é", "long name", ""), value, fc.constantFrom("", " "))
  .map(([key, text, blank]) => `${JSON.stringify(key)}${blank}:${blank}${text}`);
const line = fc.oneof(
  { arbitrary: fc.array(member, { maxLength: 4 }).map((all) => `{${all.join(",")}}`), weight: 9 },
  { arbitrary: fc.constantFrom("", "null", "[1]", '{"a":1} ', '{"a":1}x', "x"), weight: 1 },
);

test("stepping over known lines infers what looking at each does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.boolean(), async (lines, inferTypes) => {
      // With a separator of its own every line is looked at.
      const options = { linesep: "\n" };
      expect(await infer(lines, { inferTypes })).toEqual(
        await infer(lines, { inferTypes, options }),
      );
    }),
    { numRuns: 300 },
  );
});
