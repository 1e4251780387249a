import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cache, freePort, type Running, run, start } from "./server.ts";

/** moto: SQS, SNS and the notifications of S3 between them, in memory. Any credentials do. */
export async function startMoto(): Promise<Running> {
  const home = join(cache, "moto");
  const program = join(home, "venv", "bin", "moto_server");
  if (!existsSync(program)) {
    await mkdir(home, { recursive: true });
    await run("python3", ["-m", "venv", join(home, "venv")]);
    const pip = join(home, "venv", "bin", "pip");
    await run(pip, ["install", "--quiet", "moto[server]==5.2.5"], { maxBuffer: 1 << 26 });
  }
  const port = await freePort();
  return start([program, "-H", "127.0.0.1", "-p", String(port)], port);
}
