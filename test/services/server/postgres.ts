import { existsSync, readdirSync } from "node:fs";
import { chown, cp, mkdtemp, rm } from "node:fs/promises";
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
  const logged = [
    "jit=off",
    "log_statement=all",
    "logging_collector=on",
    "log_filename=server.log",
  ];
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

const packages = [
  ...["postgresql-15|postgresql-16|postgresql-14", "libpq5", "libxml2", "libxslt1.1"],
  ...["libicu72|libicu74|libicu70", "libldap-2.5-0|libldap2", "libsasl2-2"],
];

async function installed(): Promise<{ binaries: string; libraries?: string }> {
  const places = "/usr/lib/postgresql";
  const found = binariesIn(places);
  if (found !== undefined) return { binaries: found };
  const kept = await unpacked("postgres", packages);
  // Nobody reads the cache of root.
  const home = asNobody.length === 0 ? kept : await copied(kept);
  return {
    binaries: binariesIn(join(home, places)) ?? "",
    libraries: join(home, "usr/lib/x86_64-linux-gnu"),
  };
}

function binariesIn(places: string): string | undefined {
  const versions = existsSync(places) ? readdirSync(places) : [];
  const found = versions.find((one) => existsSync(join(places, one, "bin", "initdb")));
  return found === undefined ? undefined : join(places, found, "bin");
}

async function copied(home: string): Promise<string> {
  const copy = join(tmpdir(), "millrace-postgres");
  await cp(home, copy, { recursive: true, force: false });
  return copy;
}
