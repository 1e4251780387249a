import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { look } from "../../../../src/engine/duckdb/parquet/look.ts";
import type { InputFile } from "../../../../src/plan/input.ts";
import { field, long, string, struct } from "../../../../src/schema/type.ts";

const golden = fileURLToPath(new URL("../../../golden/parquet/lz4hadoop.parquet", import.meta.url));
const match = "name" as const;
const stored = struct([field("id", long), field("codec", string)]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-test-"));
  for (const name of ["a", "b"]) await copyFile(golden, join(folder, `${name}.parquet`));
  await writeFile(join(folder, "none.parquet"), "no Parquet at all");
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function fileOf(name: string, present?: string[][] | null): InputFile {
  const path = join(folder, name);
  return {
    ...{ path, uri: `file:${path}`, size: 0, modificationTime: 0, partition: {} },
    ...(present !== undefined && { present: () => present ?? undefined }),
  };
}

test("one look says which files are to be rewritten, of those that may be", async () => {
  const files = ["a.parquet", "b.parquet", "none.parquet", "gone.parquet"].map((n) => fileOf(n));
  const all = await look(files, { stored, match, mayBeFramed: () => true });
  expect([...all]).toEqual([join(folder, "a.parquet"), join(folder, "b.parquet")]);
  const mayBeFramed = ({ path }: InputFile): boolean => path.endsWith("b.parquet");
  const some = await look(files, { stored, match, mayBeFramed });
  expect([...some]).toEqual([join(folder, "b.parquet")]);
});

test("the same look finds what is missing, where it is known what must be there", async () => {
  const absent = struct([field("absent", long)]);
  const wanted = { stored: absent, match, mayBeFramed: () => true };
  expect((await look([fileOf("a.parquet", [["id"]])], wanted)).size).toBe(1);
  await expect(look([fileOf("a.parquet", [["absent"]])], wanted)).rejects.toThrow(
    expect.objectContaining({ code: "FAILED_READ_FILE.PARQUET_COLUMN_MISSING" }),
  );
  const sure = { ...wanted, mayBeFramed: () => false };
  await expect(look([fileOf("a.parquet", [["absent"]])], sure)).rejects.toThrow("no column absent");
  expect((await look([fileOf("a.parquet", null)], sure)).size).toBe(0);
  expect((await look([fileOf("a.parquet")], sure)).size).toBe(0);
});

test("more files than have their turn at once are all looked at", async () => {
  const many = Array.from({ length: 150 }, () => fileOf("a.parquet", [["id"]]));
  many.push(fileOf("b.parquet", [["absent"]]));
  const absent = struct([field("absent", long)]);
  await expect(look(many, { stored: absent, match, mayBeFramed: () => false })).rejects.toThrow(
    "no column absent",
  );
});
