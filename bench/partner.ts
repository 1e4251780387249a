import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program that works when it is told to: one line in, one line out. */
export interface Partner {
  turn(): Promise<string>;
  end(): Promise<void>;
}

/** Starts a program and waits for its first line. */
export async function partner(args: readonly string[]): Promise<Partner> {
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const next = await lines.next();
    if (next.done) throw new Error(`${args[0]} ended too early`);
    return next.value;
  };
  await line();
  return {
    turn() {
      child.stdin.write("\n");
      return line();
    },
    async end() {
      const closed = once(child, "close");
      child.stdin.end();
      const [code] = await closed;
      if (code !== 0) throw new Error(`${args[0]} ended with ${code}`);
    },
  };
}
