import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningDatabase, unpacked } from "./debian.ts";
import { freePort, start } from "./server.ts";

const packages = [
  "mariadb-server-core|mariadb-server-core-10.6",
  ...["libaio1|libaio1t64", "liburing2", "libnuma1"],
];

/** MariaDB of Debian, from its packages in the cache. It asks nobody for a name or a password. */
export async function startMariadb(): Promise<RunningDatabase> {
  const home = await unpacked("mariadb", packages);
  const data = await mkdtemp(join(tmpdir(), "millrace-mariadb-"));
  const port = await freePort();
  const command = [
    ...[join(home, "usr/sbin/mariadbd"), "--no-defaults", `--basedir=${join(home, "usr")}`],
    ...[`--lc-messages-dir=${join(home, "usr/share/mysql")}`, `--datadir=${data}`],
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
    ...["--bind-address=127.0.0.1", `--port=${port}`, `--socket=${join(data, "socket")}`],
    // Nothing outlives the run: no write need be waited for, and no user be known.
    ...["--skip-grant-tables", "--innodb-flush-log-at-trx-commit=0"],
    ...["--innodb-buffer-pool-size=64M", "--general-log", "--general-log-file=server.log"],
  ];
  const env = { LD_LIBRARY_PATH: join(home, "usr/lib/x86_64-linux-gnu") };
  const running = await start([...command, "--skip-networking=0"], port, env);
  return {
    server: { endpoint: `127.0.0.1:${port}`, log: join(data, "server.log") },
    stop: async () => {
      await running.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}
