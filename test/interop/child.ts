import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What a child may say on standard error and have repeated when it dies. */
const keptTalk = 8000;

/** Another system in a process of its own: a JSON line asks, a JSON line answers, in turn. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting: { resolve: (line: string) => void; reject: (reason: Error) => void }[] = [];
  #talk = "";

  constructor(command: string, parameters: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#process = spawn(command, parameters, { env: { ...process.env, TZ: "UTC", ...env } });
    const lines = createInterface({ input: this.#process.stdout! });
    lines.on("line", (line) => this.#waiting.shift()?.resolve(line));
    this.#process.stderr!.on("data", (data) => {
      this.#talk = (this.#talk + String(data)).slice(-keptTalk);
    });
    this.#process.on("exit", (code) => {
      const reason = new Error(`the other system ended (${code}):\n${this.#talk}`);
      for (const one of this.#waiting.splice(0)) one.reject(reason);
    });
    // It ends with its standard input, which this process closes by ending.
    this.#process.unref();
  }

  /** The answer; a failure there is thrown here with its text. */
  async ask<T>(question: object): Promise<T> {
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#process.stdin!.write(`${JSON.stringify(question)}\n`);
    });
    const answer = JSON.parse(line) as { result: T } | { error: string };
    if ("error" in answer) throw new Error(answer.error);
    return answer.result;
  }
}
