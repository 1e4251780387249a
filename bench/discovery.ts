// Finding files: FILES of them in 1,000 folders, on the local disk and in S3, against the plainest
// loop over the same; and 5,000 small JSON files ingested, against Spark's file source and a bare
// read_json. Run: node --import tsx bench/discovery.ts FOLDER [FILES] [local|s3|ingest]
// FOLDER keeps the files, made if absent. S3 is a server of the tests of services.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startGofakes3 } from "../test/services/server/gofakes3.ts";
import { makeFolders, putFolders } from "./discovery/make.ts";
import { type Cost, measure, report } from "./measure.ts";

const [folder = "", files = "50000", only = "all"] = process.argv.slice(2);
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** What a listing of so many files may take of memory. */
const memoryRatio = 4;

if (only === "all" || only === "local") await local(Number(files));
if (only === "all" || only === "s3") await s3(Number(files));
if (only === "all" || only === "ingest") await ingest(5_000);

async function local(count: number): Promise<void> {
  const place = join(folder, `files-${count}`);
  makeFolders(place, count);
  const landing = join(place, "landing");
  const floor = await measure(process.execPath, [at("discovery/floor.mjs"), landing]);
  const checkpoint = emptied(place, "checkpoint");
  const ours = await measure(process.execPath, [at("discovery/ours.mjs"), landing, checkpoint]);
  print(`${count} local files`, ours, floor);
}

async function s3(count: number): Promise<void> {
  const running = await startGofakes3();
  try {
    if ("missing" in running.server) throw new Error(running.server.missing);
    const { endpoint } = running.server;
    await putFolders(`${endpoint}/bench`, count);
    const conf = JSON.stringify({
      "fs.s3a.endpoint": endpoint,
      "fs.s3a.path.style.access": "true",
      "fs.s3a.access.key": "any",
      "fs.s3a.secret.key": "any",
    });
    const peers = ["--import", at("../test/services/register.mjs")];
    const landing = "s3://bench/landing";
    const floor = await measure(process.execPath, [
      ...peers,
      at("discovery/floor.mjs"),
      landing,
      conf,
    ]);
    const checkpoint = emptied(folder, "checkpoint-s3");
    const run = [...peers, at("discovery/ours.mjs"), landing, checkpoint, conf];
    const ours = await measure(process.execPath, run);
    print(`${count} files in S3`, ours, floor);
    const requests = (cost: Cost, name: string): number => Number(cost.answer[name]);
    const pages = requests(floor, "requests");
    // A page more for each of the parts that are listed side by side.
    report("  requests of the next listing", requests(ours, "requests"), pages, 1.06);
    report("  requests of a look at the end, one new file", requests(ours, "endRequests"), 1, 1);
  } finally {
    await running.stop();
  }
}

function print(what: string, ours: Cost, floor: Cost): void {
  const of = (cost: Cost, name: string): number => Number(cost.answer[name]);
  if (of(ours, "files") !== of(floor, "files")) throw new Error(`${what}: not the same files`);
  report(`${what}: listing alone, s`, of(ours, "listing"), of(floor, "listing"), 3);
  report("  first look, all planned and durable, s", of(ours, "first"), of(floor, "listing"), 12);
  report("  next look, nothing new, s", of(ours, "second"), of(floor, "listing"), 3);
  report("  CPU s of all, against three listings", ours.cpuSeconds, 3 * floor.cpuSeconds, 6);
  report("  a look at the end, one new file, s", of(ours, "end"), of(floor, "listing"), 1);
  report("  peak MB of all", ours.peakMegabytes, floor.peakMegabytes, memoryRatio);
}

async function ingest(count: number): Promise<void> {
  const place = join(folder, `files-${count}`);
  makeFolders(place, count);
  const landing = join(place, "landing");
  const one = (how: string): Promise<Cost> =>
    measure(process.execPath, [at("discovery/ingest.mjs"), how, landing, emptied(place, how)]);
  const bare = await one("bare");
  const ours = await one("ours");
  compare("5,000 files ingested against bare read_json", ours, bare, 3);
  const venv =
    process.env["SPARK_PYTHON"] ?? join(homedir(), ".cache/millrace/spark/venv/bin/python");
  if (!existsSync(venv)) return;
  const spark = await measure(venv, [at("discovery/spark.py"), landing, emptied(place, "spark")]);
  compare("  against Spark's file source", ours, spark, 0.3);
}

function compare(what: string, ours: Cost, peer: Cost, allowed: number): void {
  if (ours.answer["rows"] !== peer.answer["rows"]) throw new Error(`${what}: not the same rows`);
  // Spark's JVM is nobody's child in the end: its CPU seconds are not known.
  if (peer.cpuSeconds > 0.5) report(`${what}, CPU s`, ours.cpuSeconds, peer.cpuSeconds, allowed);
  report(`${what}, wall s`, ours.wallSeconds, peer.wallSeconds, allowed);
  report("  peak MB", ours.peakMegabytes, peer.peakMegabytes, memoryRatio);
}

function emptied(place: string, name: string): string {
  const path = join(place, name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}
