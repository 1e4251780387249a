import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { makeAuthority, signPem } from "./pem.ts";
import { cache, freePort, run } from "./server.ts";

/** What Debian's mosquitto 2.0 is made of. */
const packages = [
  ...["mosquitto", "libwrap0", "libdlt2", "libwebsockets17", "libcjson1", "libmosquitto1"],
  "libev4",
];

export const mqttUser = { username: "sensor", password: "sensor-secret" } as const;

/** A broker of our own, whose sessions outlive it. */
export interface Mosquitto extends AsyncDisposable {
  readonly url: string;
  /** The user of `mqttUser`, who may read and write `open/#` alone. */
  readonly passwordUrl: string;
  readonly tlsUrl: string;
  /** Clients need a certificate. */
  readonly mutualUrl: string;
  /** PEM. */
  readonly authority: string;
  readonly stranger: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
  start(): Promise<void>;
  /** Ends it in good order: it writes its sessions down. */
  stop(): Promise<void>;
}

/** Installed in the cache at first use; `{missing}` where it cannot be had. */
export async function startMosquitto(): Promise<Mosquitto | { readonly missing: string }> {
  try {
    const root = await install();
    const folder = await mkdtemp(join(tmpdir(), "millrace-mosquitto-"));
    return await started(root, folder);
  } catch (thrown) {
    const missing = `no mosquitto: ${thrown instanceof Error ? thrown.message : thrown}`;
    console.log(`skipped: ${missing}`);
    return { missing };
  }
}

async function install(): Promise<string> {
  const root = join(cache, "mosquitto");
  if (existsSync(join(root, "usr/sbin/mosquitto"))) return root;
  const folder = await mkdtemp(join(tmpdir(), "millrace-debian-"));
  await run("apt-get", ["download", ...packages], { cwd: folder });
  await mkdir(root, { recursive: true });
  for (const name of await readdir(folder)) await run("dpkg", ["-x", join(folder, name), root]);
  await rm(folder, { recursive: true });
  return root;
}

/** Where the libraries are, whatever the machine. */
async function libraries(root: string): Promise<NodeJS.ProcessEnv> {
  const folders: string[] = [];
  for (const lib of ["usr/lib", "lib"]) {
    const names = await readdir(join(root, lib)).catch(() => []);
    folders.push(...names.map((name) => join(root, lib, name)));
  }
  return { ...process.env, LD_LIBRARY_PATH: folders.join(":") };
}

async function started(root: string, folder: string): Promise<Mosquitto> {
  const env = await libraries(root);
  for (const name of ["authority", "stranger"]) await makeAuthority(folder, name);
  await signPem(folder, "broker", "subjectAltName=DNS:localhost,IP:127.0.0.1");
  await signPem(folder, "client", "extendedKeyUsage=clientAuth");
  const ports: number[] = [];
  for (let i = 0; i < 4; i++) ports.push(await freePort());
  const [plain = 0, password = 0, tls = 0, mutual = 0] = ports;
  const { username, password: secret } = mqttUser;
  const passwords = join(folder, "passwords");
  await run(join(root, "usr/bin/mosquitto_passwd"), ["-c", "-b", passwords, username, secret], {
    env,
  });
  await writeFile(join(folder, "acl"), `user ${username}\ntopic readwrite open/#\n`);
  await writeFile(join(folder, "conf"), configuration(folder, { plain, password, tls, mutual }));
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const command = [join(root, "usr/sbin/mosquitto"), "-c", join(folder, "conf")] as const;
    child = spawn(command[0], command.slice(1), { env, stdio: "ignore" });
    await answers(child, plain);
  };
  const stop = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  };
  await start();
  const text = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
  return {
    url: `tcp://127.0.0.1:${plain}`,
    passwordUrl: `tcp://127.0.0.1:${password}`,
    tlsUrl: `ssl://localhost:${tls}`,
    mutualUrl: `ssl://localhost:${mutual}`,
    authority: await text("authority.pem"),
    stranger: await text("stranger.pem"),
    clientCertificate: await text("client.crt"),
    clientKey: await text("client.key"),
    ...{ start, stop },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Ports = Readonly<Record<"plain" | "password" | "tls" | "mutual", number>>;

function configuration(folder: string, ports: Ports): string {
  const at = (name: string): string => join(folder, name);
  const certificates = [
    ...[`cafile ${at("authority.pem")}`, `certfile ${at("broker.crt")}`],
    ...[`keyfile ${at("broker.key")}`, "allow_anonymous true"],
  ];
  const lines = [
    ...["per_listener_settings true", "persistence true", `persistence_location ${folder}/`],
    ...["max_queued_messages 0", "max_inflight_messages 100", "user root"],
    ...[`listener ${ports.plain} 127.0.0.1`, "allow_anonymous true"],
    ...[`listener ${ports.password} 127.0.0.1`, "allow_anonymous false"],
    ...[`password_file ${at("passwords")}`, `acl_file ${at("acl")}`],
    ...[`listener ${ports.tls} 127.0.0.1`, ...certificates],
    ...[`listener ${ports.mutual} 127.0.0.1`, ...certificates, "require_certificate true"],
  ];
  return `${lines.join("\n")}\n`;
}

async function answers(child: ChildProcess, port: number): Promise<void> {
  for (const until = Date.now() + 20_000; Date.now() < until; await setTimeout(20)) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
  }
  throw new Error(`no answer on port ${port}`);
}
