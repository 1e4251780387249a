import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installGcs } from "./gcs.ts";
import { cache, type Running, run, sharedPort, start } from "./server.ts";

/** As that of fake-gcs-server, whose build has most of its packages. */
const BUILD_MS = 45 * 60_000;

/**
 * Pub/Sub's own protocol over gRPC, by the server that Google tests its Go client with: it comes as
 * a package, so that a small program is built around it.
 */
export async function startPubsub(): Promise<Running> {
  const source = await readFile(new URL("pubsub/main.go", import.meta.url));
  const home = join(cache, "pubsub", createHash("sha256").update(source).digest("hex").slice(0, 8));
  const program = join(home, "pubsub-server");
  if (!existsSync(program)) {
    await installGcs();
    await mkdir(home, { recursive: true });
    for (const name of ["main.go", "go.mod", "go.sum"]) {
      const from = fileURLToPath(new URL(`pubsub/${name}`, import.meta.url));
      await copyFile(from, join(home, name));
    }
    const env = { ...process.env, CGO_ENABLED: "0" };
    const options = { cwd: home, env, timeout: BUILD_MS, maxBuffer: 1 << 26 };
    await run("go", ["build", "-o", "pubsub-server", "."], options);
  }
  const own = await sharedPort("pubsub");
  return start([program, String(own)], own);
}
