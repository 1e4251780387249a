import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cache, run } from "../server.ts";

/** What a broker of Kafka 4.3.1 needs of Maven's repository: group, artifact, version. */
const jars = [
  "org.apache.kafka kafka_2.13 4.3.1",
  "org.apache.kafka kafka-clients 4.3.1",
  "org.apache.kafka kafka-group-coordinator 4.3.1",
  "org.apache.kafka kafka-group-coordinator-api 4.3.1",
  "org.apache.kafka kafka-coordinator-common 4.3.1",
  "org.apache.kafka kafka-share-coordinator 4.3.1",
  "org.apache.kafka kafka-transaction-coordinator 4.3.1",
  "org.apache.kafka kafka-metadata 4.3.1",
  "org.apache.kafka kafka-raft 4.3.1",
  "org.apache.kafka kafka-server 4.3.1",
  "org.apache.kafka kafka-server-common 4.3.1",
  "org.apache.kafka kafka-storage 4.3.1",
  "org.apache.kafka kafka-storage-api 4.3.1",
  "org.scala-lang scala-library 2.13.18",
  "com.typesafe.scala-logging scala-logging_2.13 3.9.6",
  "com.fasterxml.jackson.core jackson-databind 2.21.2",
  "com.fasterxml.jackson.core jackson-core 2.21.2",
  "com.fasterxml.jackson.core jackson-annotations 2.21",
  "com.fasterxml.jackson.datatype jackson-datatype-jdk8 2.21.2",
  "com.github.ben-manes.caffeine caffeine 3.2.0",
  "com.yammer.metrics metrics-core 2.2.0",
  "net.sf.jopt-simple jopt-simple 5.0.4",
  "org.pcollections pcollections 4.0.2",
  "org.slf4j slf4j-api 1.7.36",
  "org.slf4j slf4j-simple 1.7.36",
  "commons-validator commons-validator 1.10.1",
  "commons-logging commons-logging 1.3.5",
  "org.apache.logging.log4j log4j-api 2.25.4",
  "org.apache.logging.log4j log4j-core 2.25.4",
  "com.google.re2j re2j 1.8",
  "org.hdrhistogram HdrHistogram 2.2.2",
  "com.dynatrace.hash4j hash4j 0.22.0",
  "net.sourceforge.argparse4j argparse4j 0.7.0",
  "org.bitbucket.b_c jose4j 0.9.6",
  "com.github.luben zstd-jni 1.5.6-10",
  "at.yawk.lz4 lz4-java 1.10.2",
  "org.xerial.snappy snappy-java 1.1.10.7",
];

/** The class path of a broker; copies what is absent into the cache, by the machine's Maven. */
export async function kafkaJars(): Promise<string> {
  const home = join(cache, "kafka");
  const folder = join(home, "jars");
  await mkdir(folder, { recursive: true });
  const present = new Set(await readdir(folder));
  const absent = jars
    .map((line) => line.split(" "))
    .filter(([, artifact, version]) => !present.has(`${artifact}-${version}.jar`));
  if (absent.length > 0) {
    const pom = join(home, "pom.xml");
    await writeFile(pom, project(folder, absent));
    await run("mvn", ["-q", "-f", pom, "dependency:copy"], { maxBuffer: 1 << 26 });
  }
  return join(folder, "*");
}

function project(folder: string, wanted: readonly (readonly string[])[]): string {
  const items = wanted.map(
    ([group, artifact, version]) =>
      `<artifactItem><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${version}</version></artifactItem>`,
  );
  return (
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>' +
    "<groupId>x</groupId><artifactId>x</artifactId><version>1</version><build><plugins><plugin>" +
    "<groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>" +
    `<version>3.6.1</version><configuration><outputDirectory>${folder}</outputDirectory>` +
    `<artifactItems>${items.join("")}</artifactItems></configuration></plugin></plugins></build>` +
    "</project>"
  );
}
