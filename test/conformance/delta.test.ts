import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { array, double, field, float, long, map, string, struct } from "../../src/schema/type.ts";
import { byBytes, typedTexts } from "../interop/canonical.ts";
import { meaningOf } from "../interop/variant.ts";
import type { Report } from "./report.ts";
import { main } from "./run.ts";

const golden = fileURLToPath(new URL("../golden/table", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-conformance-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(cases: string): Promise<{ code: number; report: Report }> {
  const path = join(folder, "report.json");
  const code = await main(["delta", cases, "--report", path], () => undefined);
  return { code, report: JSON.parse(await readFile(path, "utf8")) as Report };
}

function classes(report: Report): string[] {
  return report.failures.map(({ file, class: kind, text }) => `${file} ${kind}: ${text}`);
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, "utf8")));
}

test("folders of tables by Spark: versions, schemas, detail and filters", async () => {
  const cases = join(folder, "reference");
  for (const name of ["ict", "restore", "partition_types"]) {
    await cp(join(golden, name), join(cases, name), { recursive: true });
  }
  expect(await run(cases)).toMatchObject({ code: 0, report: { totals: { failed: 0 } } });
  await edit(join(cases, "ict", "expected.json"), (text) => text.replace('"id": 2', '"id": 9'));
  const log = join(cases, "restore", "table", "_delta_log", "00000000000000000000.json");
  await edit(log, (text) => {
    return text.replace(
      /"minReaderVersion":1/,
      '"readerFeatures":["someNew"],"minReaderVersion":3',
    );
  });
  const { code, report } = await run(cases);
  expect(code).toBe(1);
  expect(classes(report).filter((text) => text.includes("wrong"))).toEqual([
    "ict wrong: version 3",
  ]);
  // The restore wrote a protocol of its own.
  expect(report.files["restore"]).toMatchObject({ passed: 4, refused: 6, wrong: 0 });
  expect(report.causes[0]?.cause).toBe("refused: DELTA_UNSUPPORTED_FEATURES_FOR_READ: someNew");
});

test("a table whose files are named by an absolute path is read where it lies", async () => {
  const cases = join(folder, "moved");
  await cp(join(golden, "ict"), join(cases, "others", "ict"), { recursive: true });
  const log = join(cases, "others", "ict", "table", "_delta_log", "00000000000000000001.json");
  await edit(log, (text) => text.replace(/"path":"/, '"path":"file:/ref/tables/ict/table/'));
  expect(await run(join(cases, "others"))).toMatchObject({ code: 0 });
});

/** A line of INDEX.jsonl about a table whose ids are 0, 1 and 2. */
function entry(path: string, expect: object, more: object = {}): string {
  const lines = ['{"id":0}', '{"id":1}', '{"id":2}'].map((line) => `${line}\n`);
  const digest = (rows: number): string =>
    createHash("sha256").update(lines.slice(0, rows).join("")).digest("hex");
  return JSON.stringify({
    path,
    protocol: [1, 7, null, null],
    expect: { rows: 3, digest: digest(3), settled_by: ["delta-rs"], ...expect },
    versions_delta_rs: { 1: [1, digest(1)], 2: [2, digest(2)], 0: "ERR" },
    cdf_delta_rs: null,
    logstate: null,
    ...more,
  });
}

test("tables with an index: rows, logs, errors, each failure by its class", async () => {
  const cases = join(folder, "index");
  const names = ["good", "bad", "doubted", "log", "late", "open", "other"];
  for (const name of names) {
    await cp(join(golden, "ict", "table"), join(cases, "tables", name), { recursive: true });
  }
  for (const name of ["late", "other"]) {
    const log = join(cases, "tables", name, "_delta_log", "00000000000000000000.json");
    await edit(log, (text) => text.replace(/"minReaderVersion":1/, '"minReaderVersion":99'));
  }
  const files = (
    await readFile(join(cases, "tables", "log", "_delta_log", "00000000000000000003.crc"), "utf8")
  ).match(/part-[\w.-]+parquet/g)!;
  const files_sha256 = createHash("sha256")
    .update([...new Set(files)].sort().join("\n"))
    .digest("hex");
  const logstate = { version: 3, live_files: 3, files_sha256 };
  await mkdir(join(cases, "rows"));
  await writeFile(join(cases, "rows", "good.jsonl"), '{"id":0}\n{"id":1}\n{"id":2}\n');
  const index = [
    entry("good", { kind: "rows" }),
    entry("bad", { kind: "rows", digest: "0" }, { versions_delta_rs: { 1: [2, "0"] } }),
    entry("doubted", { kind: "rows", settled_by: ["spark"] }),
    entry("log", { kind: "log_only" }, { logstate }),
    entry("log", { kind: "log_only" }, { logstate: { ...logstate, live_files: 4 } }),
    entry("late", { kind: "must_fail", reason: "unsupported protocol (99)" }),
    entry("open", { kind: "must_fail", reason: "unsupported protocol (99)" }),
    entry("other", { kind: "must_fail", reason: "gap in commits" }),
  ];
  await writeFile(join(cases, "INDEX.jsonl"), `${index.join("\n")}\n`);
  const { report } = await run(cases);
  expect(classes(report)).toEqual([
    "bad wrong: rows",
    "bad wrong: version 1",
    "log wrong: log",
    "open accepted: unsupported protocol (99)",
    "other condition: gap in commits",
  ]);
  expect(report.files["good"]).toMatchObject({ passed: 4, failed: 0 });
  expect(report.files["late"]).toMatchObject({ passed: 1 });
  expect(report.skipped).toEqual({ "its only witness is wrong about it": 2 });
});

test("canonical rows: Python's floats, sorted keys, every digit, the order of bytes", () => {
  const schema = struct([
    field("f", float),
    field("d", double),
    field("big", long),
    field("m", map(string, array(double))),
  ]);
  const m = new Map([
    ["b", [1e16, 1e-5, -0]],
    ["a", [Number.NaN, Number.NEGATIVE_INFINITY, 123456.75]],
  ]);
  expect(typedTexts([[Math.fround(0.1), 1e15, 9007199254740993n, m]], schema)).toEqual([
    '{"big":9007199254740993,"d":"1000000000000000.0","f":"0.10000000149011612",' +
      '"m":[["a",["nan","-inf","123456.75"]],["b",["1e+16","1e-05","-0.0"]]]}',
  ]);
  expect(["\u{1f600}", "\uff5e", "a"].sort(byBytes)).toEqual(["a", "\uff5e", "\u{1f600}"]);
});

test("a variant means the same as its binaries, as Base64 of them and as JSON", () => {
  const metadata = Buffer.from([1, 2, 0, 1, 2, 0x61, 0x62]); // keys a, b
  // {"a": [1, null], "b": "x"}
  const value = Buffer.from([2, 2, 0, 1, 0, 8, 10, 3, 2, 0, 2, 3, 0x0c, 1, 0, 5, 0x78]);
  const meant = { a: [1, null], b: "x" };
  expect(meaningOf({ metadata, value })).toEqual(meant);
  const coded = { metadata: metadata.toString("base64"), value: value.toString("base64") };
  expect(meaningOf(coded)).toEqual(meant);
  expect(meaningOf('{"b":"x","a":[1,null]}')).toEqual(meant);
});
