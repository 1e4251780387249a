import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

const run = promisify(execFile);

/** Where the real systems are kept between runs: about 600 MB. */
export const cache = process.env["MILLRACE_CACHE"] ?? join(homedir(), ".cache", "millrace");

const sparkPackages = ["pyspark==4.2.0", "delta-spark==4.4.1"];
const sparkJars = [
  "io.delta:delta-spark_4.2_2.13:4.4.0",
  "io.delta:delta-storage:4.4.0",
  "io.delta:delta-kernel-api:4.4.0",
  "io.delta:delta-kernel-defaults:4.4.0",
  "io.delta:delta-kernel-unitycatalog:4.4.0",
  "org.apache.spark:spark-avro_2.13:4.2.0",
  "org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0",
  "org.apache.spark:spark-token-provider-kafka-0-10_2.13:4.2.0",
  "org.apache.kafka:kafka-clients:3.9.2",
  "org.apache.commons:commons-pool2:2.13.1",
];
const readerPackages = [
  "deltalake==1.6.6",
  "pyarrow==26.0.1",
  "duckdb==1.5.5",
  "duckdb_extension_delta==1.5.5",
];
const copyJar = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy";

/** A system that is there, or why it is not. */
export type Installed = { readonly python: string; readonly jars: string } | { missing: string };

declare module "vitest" {
  interface ProvidedContext {
    spark: Installed;
    readers: Installed;
  }
}

/** Installs what is absent, before any test of the run. */
export default async function setup(project: TestProject): Promise<void> {
  const absent = await missingPrograms(["python3", "java", "mvn"]);
  if (absent) {
    console.log(`interop is skipped: ${absent}`);
    project.provide("spark", { missing: absent });
    project.provide("readers", { missing: absent });
    return;
  }
  project.provide("spark", await installSpark(join(cache, "spark")));
  project.provide("readers", await installReaders(join(cache, "py")));
}

async function missingPrograms(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const flag = name === "java" ? "-version" : "--version";
    const found = await run(name, [flag]).then(
      () => true,
      () => false,
    );
    if (!found) return `no ${name} on this machine`;
  }
  return undefined;
}

async function installSpark(home: string): Promise<Installed> {
  const jars = join(home, "jars");
  await mkdir(jars, { recursive: true });
  const python = await installPython(join(home, "venv"), {
    packages: sparkPackages,
    as: "pyspark",
  });
  const present = new Set(await readdir(jars));
  for (const jar of sparkJars) {
    const [, artifact, version] = jar.split(":");
    if (present.has(`${artifact}-${version}.jar`)) continue;
    await run("mvn", ["-q", copyJar, `-Dartifact=${jar}`, `-DoutputDirectory=${jars}`]);
  }
  return { python, jars };
}

/** delta-rs and its kin. */
export async function installReaders(home: string): Promise<Installed> {
  const python = await installPython(home, { packages: readerPackages, as: "deltalake" });
  return { python, jars: "" };
}

async function installPython(
  home: string,
  wanted: { packages: readonly string[]; as: string },
): Promise<string> {
  const python = join(home, "bin", "python");
  if (!existsSync(python)) await run("python3", ["-m", "venv", home]);
  const there = await run(python, ["-c", `import ${wanted.as}`]).then(
    () => true,
    () => false,
  );
  if (!there) await run(python, ["-m", "pip", "install", "-q", ...wanted.packages]);
  return python;
}
