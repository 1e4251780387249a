// Kafka to Delta: 1,000,000 messages of 200 bytes against the client alone reading the same topic,
// and against Spark on the same broker; then the lag at a steady 20,000 messages a second. The
// broker is the one of the tests of services; Spark is the one of the interop tests, where they
// have installed it.
// Run: node --import tsx bench/kafka.ts [messages] [seconds]
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kafkaOnDemand } from "../test/services/server/kafka/broker.ts";
import { cache } from "../test/services/server/server.ts";
import { type Cost, measure, quantile, report } from "./measure.ts";

const messages = Number(process.argv[2] ?? 1_000_000);
const seconds = Number(process.argv[3] ?? 20);
const aSecond = 20_000;
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const peers = ["--import", at("../test/services/register.mjs")];
const python = join(cache, "spark", "venv", "bin", "python");
const jars = join(cache, "spark", "jars");

const kafka = kafkaOnDemand();
const folder = await mkdtemp(join(tmpdir(), "millrace-bench-kafka-"));
const node = (name: string, ...args: readonly string[]): Promise<Cost> =>
  measure(process.execPath, [...peers, at(`kafka/${name}.mjs`), ...args]);

interface Batch {
  readonly timestamp: string;
  readonly rows: number;
  readonly ms: number;
}

/** Batches that are not counted: whatever runs is being compiled. */
const warmup = 1;

/** Of the oldest record of each batch: how long until it was committed. */
function lags(answer: Record<string, unknown>): number[] {
  const batches = (answer["times"] as Batch[]).filter(({ rows }) => rows > 0);
  return batches.slice(warmup).map(({ timestamp, ms }, index) => {
    return Date.parse(timestamp) + ms - Date.parse(batches[index + warmup - 1]!.timestamp);
  });
}

try {
  const { plaintext, topic } = { ...(await kafka.start()), topic: "bench" };
  await node("topic", plaintext, topic);
  await node("fill", plaintext, topic, String(messages));
  const bare = await node("bare", plaintext, topic, String(messages));
  const ours = await node("ours", plaintext, topic, join(folder, "ours"));
  if (ours.answer["rows"] !== messages) throw new Error(`${String(ours.answer["rows"])} rows`);
  report("Kafka to Delta, CPU seconds; bare client", ours.cpuSeconds, bare.cpuSeconds, 1.5);
  report("wall seconds; bare client", ours.wallSeconds, bare.wallSeconds, 1.5);
  report("peak MB; bare client", ours.peakMegabytes, bare.peakMegabytes, 4);
  const spark = existsSync(join(jars, "spark-sql-kafka-0-10_2.13-4.2.0.jar"));
  const inSpark = (...args: readonly string[]): Promise<Cost> =>
    measure(python, [at("kafka/spark.py"), jars, plaintext, topic, ...args]);
  if (spark) {
    const { answer, peakMegabytes } = await inSpark(join(folder, "spark"));
    if (answer["rows"] !== messages) throw new Error(`Spark: ${String(answer["rows"])} rows`);
    const [cpu, cpuOfQuery, wall] = [answer["cpu"], answer["cpuOfQuery"], answer["seconds"]];
    report("CPU seconds; Spark", ours.cpuSeconds, Number(cpu), 1);
    report("CPU seconds; Spark without its start", ours.cpuSeconds, Number(cpuOfQuery), 1);
    report("wall seconds; Spark without its start", ours.wallSeconds, Number(wall), 1);
    report("peak MB of all processes; Spark", ours.peakMegabytes, peakMegabytes, 0.5);
  }
  const end = join(folder, "end");
  const filling = node("fill", plaintext, topic, String(aSecond), end);
  const lag = await node("ours", plaintext, topic, join(folder, "steady"), String(seconds));
  const own = lags(lag.answer);
  const theirs = spark ? await inSpark(join(folder, "lag"), String(seconds)) : undefined;
  const peer = theirs ? lags(theirs.answer) : [];
  for (const part of [0.5, 0.95, 1]) {
    const what = `lag at ${aSecond}/s, ${part === 1 ? "most" : `p${part * 100}`}, ms`;
    if (peer.length > 0) report(`${what}; Spark`, quantile(own, part), quantile(peer, part), 1);
    else console.log(`${what}: ${quantile(own, part)}`);
  }
  if (theirs) report("peak MB meanwhile; Spark", lag.peakMegabytes, theirs.peakMegabytes, 0.5);
  const cpu = (cost: Cost): string => `${cost.cpuSeconds.toFixed(1)} CPU seconds`;
  console.log(`${own.length} batches, ${cpu(lag)}; Spark ${peer.length} batches`);
  await writeFile(end, "");
  await filling;
} finally {
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
}
