import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cache, freePort, type Running, run, sharedPort, start } from "./server.ts";

const module = "github.com/fsouza/fake-gcs-server@v1.56.1";
/** Its build takes a quarter of an hour on a loaded machine of two cores. */
const BUILD_MS = 45 * 60_000;

const home = join(cache, "gcs", "bin");
const program = join(home, "fake-gcs-server");
let installing: Promise<void> | undefined;

/** Builds the server where it is not there yet; once, whoever asks. */
export function installGcs(): Promise<void> {
  installing ??= (async () => {
    if (existsSync(program)) return;
    await mkdir(home, { recursive: true });
    const env = { ...process.env, GOBIN: home, CGO_ENABLED: "0" };
    await run("go", ["install", module], { env, timeout: BUILD_MS, maxBuffer: 1 << 26 });
  })();
  return installing;
}

/**
 * fake-gcs-server, in memory: preconditions, ranges, generations and resumable uploads; what a
 * bucket is to tell it publishes to the run's Pub/Sub.
 */
export async function startGcs(): Promise<Running> {
  await installGcs();
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const where = ["-scheme", "http", "-host", "127.0.0.1", "-port", String(port)];
  const named = ["-public-host", host, "-external-url", `http://${host}`];
  return start([program, "-backend", "memory", ...where, ...named, "-log-level", "warn"], port, {
    PUBSUB_EMULATOR_HOST: `127.0.0.1:${await sharedPort("pubsub")}`,
  });
}
