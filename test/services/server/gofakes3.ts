import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cache, freePort, type Running, run, start } from "./server.ts";

const program = "github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0";

/** gofakes3 in memory: it lists in S3's own order, and keys are keys, where s3proxy has files. */
export async function startGofakes3(): Promise<Running> {
  const home = join(cache, "s3", "bin");
  await mkdir(home, { recursive: true });
  if (!existsSync(join(home, "gofakes3"))) {
    await run("go", ["install", program], { env: { ...process.env, GOBIN: home } });
  }
  const port = await freePort();
  return start([join(home, "gofakes3"), "-backend", "memory", "-host", `127.0.0.1:${port}`], port);
}
