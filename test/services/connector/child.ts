import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A process that runs a stream and says a line for each batch. */
export interface StreamingChild {
  /** Waits until so many batches are done. */
  batches(count: number): Promise<void>;
  kill(): Promise<void>;
  /** Waits until it ends, which must be well. */
  end(): Promise<void>;
}

/** Starts a program of the tests; its argument is the task, as JSON. */
export function startChild(program: URL, task: object): StreamingChild {
  const register = fileURLToPath(new URL("../register.mjs", import.meta.url));
  const imports = ["--import", "tsx", "--import", register];
  const parameters = [...imports, fileURLToPath(program), JSON.stringify(task)];
  const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  let [said, complained] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complained += chunk.toString();
  });
  const ended = once(child, "exit");
  return {
    async batches(count) {
      while (said.split("\n").length <= count) {
        if (child.exitCode !== null) throw new Error(`the stream ended: ${complained}`);
        await setTimeout(5);
      }
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async end() {
      const [code] = await ended;
      if (code !== 0) throw new Error(`the stream failed: ${complained}`);
    },
  };
}
