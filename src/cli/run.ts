import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { exit, type Io, UsageError } from "./io.ts";

/**
 * libuv's threads in the child: two queries hold some while they work, and log I/O must not wait
 * behind them. It can be set only before Node starts.
 */
const threadPool = "16";

/** `millrace run <file>`: runs a TypeScript or JavaScript program in a Node of its own. */
export async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  const [file, ...rest] = argv;
  if (file === undefined) throw new UsageError("Give a .ts or .js file to run");
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}`);
  const loaders = [import.meta.resolve("tsx"), moduleHook()];
  const imports = loaders.flatMap((loader) => ["--import", loader]);
  const child = spawn(process.execPath, [...imports, file, ...rest], {
    stdio: "inherit",
    env: { UV_THREADPOOL_SIZE: threadPool, ...io.env },
  });
  const pass = () => child.kill("SIGINT");
  io.interrupted.addEventListener("abort", pass, { once: true });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ? exit.failed : (code ?? exit.failed)));
  });
}

/** The built file beside this one, or its source when the source itself is run. */
function moduleHook(): string {
  return new URL(import.meta.url.endsWith(".ts") ? "./module.ts" : "./module.js", import.meta.url)
    .href;
}
