import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cache, freePort, type Running, run, start } from "./server.ts";

const jar = "org.gaul:s3proxy:4.1.0:jar:jar-with-dependencies";
const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy";

/**
 * s3proxy over a folder: it keeps its word on If-None-Match under a race, where moto and s3rver
 * do not. Signatures are
 * checked, of the key `any` with the secret `any`; a bucket is a folder.
 */
export async function startS3(): Promise<Running> {
  const home = join(cache, "s3", "jars");
  await mkdir(home, { recursive: true });
  if (!(await readdir(home)).some((name) => name.startsWith("s3proxy-"))) {
    await run("mvn", ["-q", copy, `-Dartifact=${jar}`, `-DoutputDirectory=${home}`]);
  }
  const name = (await readdir(home)).find((one) => one.startsWith("s3proxy-"))!;
  const port = await freePort();
  const work = join(cache, "s3", `run-${port}`);
  await mkdir(join(work, "data"), { recursive: true });
  const properties = join(work, "s3proxy.properties");
  const lines = [
    `s3proxy.endpoint=http://127.0.0.1:${port}`,
    "s3proxy.authorization=aws-v2-or-v4",
    "s3proxy.identity=any",
    "s3proxy.credential=any",
    "jclouds.provider=filesystem-nio2",
    `jclouds.filesystem.basedir=${join(work, "data")}`,
  ];
  await writeFile(properties, `${lines.join("\n")}\n`);
  const command = ["java", "-Xmx256m", "-jar", join(home, name), "--properties", properties];
  const { server, stop } = await start(command, port);
  return { server, stop: () => stop().then(() => rm(work, { recursive: true, force: true })) };
}
