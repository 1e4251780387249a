import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunningDatabase } from "./debian.ts";
import { cache, freePort, run, start } from "./server.ts";

/** The release of Debian that has MySQL itself; the stable ones have MariaDB for it. */
const release = "sid";

/** MySQL of Debian's unstable release, with that release's own libraries, in the cache. */
export async function startMysql(): Promise<RunningDatabase> {
  const home = await kept("mysql", unpack);
  const fresh = await kept("mysql-data", (data) => initialize(home, data));
  const folder = await mkdtemp(join(tmpdir(), "millrace-mysql-"));
  const data = join(folder, "data");
  await cp(fresh, data, { recursive: true });
  const port = await freePort();
  const command = [
    ...program(home, data),
    ...["--bind-address=127.0.0.1", `--port=${port}`, "--mysqlx=off", "--skip-log-bin"],
    ...[`--socket=${join(folder, "s")}`, `--pid-file=${join(folder, "pid")}`],
    // Nothing outlives the run: no write need be waited for.
    ...["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=OFF"],
    ...["--general-log=1", `--general-log-file=${join(folder, "server.log")}`],
    ...["--log-error-verbosity=1", "--local-infile=0", "--secure-file-priv=NULL"],
  ];
  const running = await start(command, port);
  return {
    server: { endpoint: `127.0.0.1:${port}`, log: join(folder, "server.log") },
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Its libraries are newer than the machine's, and so is what loads them. */
function program(home: string, data: string): readonly string[] {
  const libraries = join(home, "usr/lib/x86_64-linux-gnu");
  return [
    ...[join(libraries, "ld-linux-x86-64.so.2"), "--library-path", libraries],
    ...[join(home, "usr/sbin/mysqld"), "--no-defaults", `--basedir=${join(home, "usr")}`],
    ...[`--lc-messages-dir=${join(home, "usr/share/mysql")}`, `--datadir=${data}`],
    ...["--innodb-redo-log-capacity=16M", "--innodb-buffer-pool-size=64M"],
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
  ];
}

/** The databases that every server has, with a `root` who has no password. */
async function initialize(home: string, data: string): Promise<void> {
  const [command = "", ...rest] = program(home, data);
  await run(command, [...rest, "--initialize-insecure"], { cwd: "/" });
}

/** A folder of the cache that is made once, whole or not at all. */
async function kept(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const home = join(cache, name);
  if (existsSync(home)) return home;
  const making = `${home}.${process.pid}`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  await make(making);
  await rename(making, home).catch(async (thrown) => {
    await rm(making, { recursive: true });
    if (!existsSync(home)) throw thrown;
  });
  return home;
}

/** Gets the packages of a release that is not the machine's, and changes nothing of it. */
async function unpack(folder: string): Promise<void> {
  const apt = await mkdtemp(join(tmpdir(), "millrace-apt-"));
  const archives = join(apt, "cache/archives");
  for (const one of ["state/lists/partial", "cache/archives/partial"]) {
    await mkdir(join(apt, one), { recursive: true });
  }
  await writeFile(join(apt, "status"), "");
  await writeFile(join(apt, "sources.list"), `deb [${keys}] ${await origin()} ${release} main\n`);
  const settings = {
    ...{ "Dir::State": join(apt, "state"), "Dir::State::status": join(apt, "status") },
    ...{ "Dir::Cache": join(apt, "cache"), "Dir::Etc::sourceparts": "-" },
    ...{ "Dir::Etc::sourcelist": join(apt, "sources.list"), "APT::Sandbox::User": "root" },
  };
  const how = Object.entries(settings).flatMap((one) => ["-o", one.join("=")]);
  await run("apt-get", [...how, "update"]);
  const wanted = ["--download-only", "--no-install-recommends", "mysql-server-core"];
  await run("apt-get", [...how, "-y", "install", ...wanted], { maxBuffer: 1 << 24 });
  for (const file of await readdir(archives)) {
    if (file.endsWith(".deb")) await run("dpkg", ["-x", join(archives, file), folder]);
  }
  await rm(apt, { recursive: true });
}

const keys = "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg";

/** Where this machine has Debian's packages from. */
async function origin(): Promise<string> {
  const format = ["--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"];
  const { stdout } = await run("apt-get", ["indextargets", ...format]);
  const found = /^(\S+\/debian\/?) [a-z]+$/m.exec(stdout)?.[1];
  if (found === undefined) throw new Error("this machine has no packages of Debian");
  return found;
}
