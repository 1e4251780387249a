import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Reading } from "./child.ts";

const readMs = 20_000; // a read of such a table takes a hundredth of it

/** What came of reading a table in another process, were it that process's end. */
export type Outcome =
  | Reading
  | { readonly kind: "crash"; readonly reason: string }
  | { readonly kind: "hang" };

/** Reads tables in a process of its own, and in a new one after each that died. */
export class Reader implements AsyncDisposable {
  #child: ChildProcess | undefined;

  async read(path: string): Promise<Outcome> {
    this.#child ??= await start();
    const child = this.#child;
    const answer = await new Promise<Outcome>((resolve) => {
      const timer = setTimeout(() => resolve({ kind: "hang" }), readMs);
      const done = (outcome: Outcome): void => {
        clearTimeout(timer);
        child.removeAllListeners("message").removeAllListeners("exit");
        resolve(outcome);
      };
      child.once("message", (reading) => done(reading as Reading));
      child.once("exit", (code, signal) => done({ kind: "crash", reason: `${signal ?? code}` }));
      child.send(path);
    });
    if (answer.kind === "crash" || answer.kind === "hang") this.#end();
    return answer;
  }

  #end(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }
}

async function start(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("./child.ts", import.meta.url));
  const child = fork(script, {
    execArgv: ["--import", "tsx", "--max-old-space-size=1024"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) => reject(new Error(`the reader did not start: ${code}`)));
  });
  child.removeAllListeners("exit");
  return child;
}
