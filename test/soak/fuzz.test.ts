import { expect, test } from "vitest";
import { fuzz } from "../table/fuzz/fuzz.ts";

const count = Number(process.env["MILLRACE_FUZZ_COUNT"] ?? 5000);
const seed = Number(process.env["MILLRACE_FUZZ_SEED"] ?? 1_000_000);

test.each(["commit", "checkpoint", "pointer", "checksum", "vector", "data"] as const)(
  "%s files changed: the table is read as it was, or refused by name",
  async (role) => {
    const { run, findings, believed } = await fuzz({ count, seed, role });
    expect(findings).toEqual([]);
    // What is left is a value that another part of the footer does not say as well.
    expect(believed.length, believed.join("\n")).toBeLessThanOrEqual(Math.ceil(run / 4_000));
    expect(run).toBeGreaterThan(0);
  },
);
