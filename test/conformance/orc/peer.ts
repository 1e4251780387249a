import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const python =
  process.env["PYTHON"] ??
  join(process.env["MILLRACE_CACHE"] ?? join(homedir(), ".cache", "millrace"), "py/bin/python");

/** Nobody knows the rows of a file: why. */
export class Unknown extends Error {}

/** What pyarrow reads of a file, a row a line. Throws Unknown, also behind the first rows. */
export async function* theReader(path: string): AsyncGenerator<string> {
  // Spark takes an empty file for one without rows.
  if (statSync(path).size === 0) return;
  const script = join(import.meta.dirname, "rows.py");
  const child = spawn(python, [script, path], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close").catch((cause: unknown) => {
    throw new Unknown("no rows are expected, and pyarrow is not there", { cause });
  });
  let problem = "";
  child.stderr.on("data", (bytes: Buffer) => {
    problem = (problem + bytes).slice(-2000);
  });
  try {
    yield* linesOf(child.stdout);
    const [code] = await ended;
    if (code === 0) return;
    const last = problem.trim().split("\n").at(-1) ?? "";
    throw new Unknown(`no rows are expected, and pyarrow refuses the file: ${last}`);
  } finally {
    child.kill();
    await ended.catch(() => undefined);
  }
}

/** The lines of a text that comes in pieces. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield line;
  }
  if (rest !== "") yield rest;
}
