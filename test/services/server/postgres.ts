import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asNobody, type RunningDatabase, unpacked } from "./debian.ts";
import { freePort, run, start } from "./server.ts";

/** The user of the servers, who may do everything. */
const postgresUser = "millrace";

/** PostgreSQL 15, of Debian: what is installed, or else its packages in the cache. */
export async function startPostgres(): Promise<RunningDatabase> {
  const { binaries, libraries } = await installed();
  const data = await mkdtemp(join(tmpdir(), "millrace-postgres-"));
  if (asNobody.length > 0) await chown(data, 65_534, 65_534);
  const env = libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries };
  const [program = "", ...rest] = [...asNobody, join(binaries, "initdb")];
  const how = ["-D", data, "-U", postgresUser, "--auth=trust", "-E", "UTF8", "--locale=C", "-N"];
  await run(program, [...rest, ...how], { cwd: "/", env: { ...process.env, ...env } });
  const port = await freePort();
  const command = [...asNobody, join(binaries, "postgres"), "-D", data, "-p", String(port)];
  // Nothing outlives the run: no write need be waited for.
  const options = ["fsync=off", "listen_addresses=127.0.0.1", `unix_socket_directories=${data}`];
  const logged = ["log_statement=all", "logging_collector=on", "log_filename=server.log"];
  const set = [...options, ...logged, "max_connections=50"].flatMap((one) => ["-c", one]);
  const running = await start([...command, ...set], port, env);
  return {
    server: { endpoint: `127.0.0.1:${port}`, log: join(data, "log", "server.log") },
    stop: async () => {
      await running.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function installed(): Promise<{ binaries: string; libraries?: string }> {
  const places = "/usr/lib/postgresql";
  const versions = existsSync(places) ? readdirSync(places) : [];
  const found = versions.find((one) => existsSync(join(places, one, "bin", "initdb")));
  if (found !== undefined) return { binaries: join(places, found, "bin") };
  const home = await unpacked("postgres", ["postgresql-15", "libpq5", "libllvm14", "libz3-4"]);
  return {
    binaries: join(home, places, "15", "bin"),
    libraries: join(home, "usr/lib/x86_64-linux-gnu"),
  };
}
