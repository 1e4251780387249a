import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Rows of a file that are compared at most, from the first on. */
export const comparedMax = 50_000;

/** Text of a file's rows that is held at most. */
const textMax = 2 ** 30;

const python =
  process.env["PYTHON"] ??
  join(process.env["MILLRACE_CACHE"] ?? join(homedir(), ".cache", "millrace"), "py/bin/python");

/** The rows that a file must give. */
export interface Known {
  readonly count: number;
  /** The first of them, as JSON. */
  readonly lines: readonly string[];
}

/** What pyarrow reads of a file; or why it reads nothing. */
export async function theReader(path: string): Promise<Known | { readonly missing: string }> {
  // Spark takes an empty file for one without rows.
  if (statSync(path).size === 0) return { count: 0, lines: [] };
  try {
    const script = join(import.meta.dirname, "rows.py");
    const { stdout } = await run(python, [script, path, String(comparedMax)], {
      maxBuffer: textMax,
    });
    const [count = "", ...lines] = stdout.split("\n").filter((line) => line !== "");
    return { count: Number(count), lines };
  } catch (thrown) {
    const { code, stderr = "" } = thrown as { readonly code?: unknown; readonly stderr?: string };
    if (code === "ENOENT") return { missing: "no rows are expected, and pyarrow is not there" };
    const last = stderr.trim().split("\n").at(-1) ?? "";
    return { missing: `no rows are expected, and pyarrow refuses the file: ${last}` };
  }
}
