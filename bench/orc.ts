import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { measure, median, report } from "./measure.ts";

// The ORC reader beside pyarrow's: both read the same columns of the same file, value by value for
// a sum of what they read. usage: node --import tsx bench/orc.ts [FILE] [runs]
const python = process.env["PYTHON"] ?? join(homedir(), ".cache/millrace/py/bin/python");
const made = join(tmpdir(), "bench-orc.orc");
const file = process.argv[2] ?? made;
const runs = Number(process.argv[3] ?? 3);

const make = `
import pyarrow as pa, pyarrow.compute as pc, pyarrow.orc as orc, random
n = 2_000_000
random.seed(1)
ids = pa.array(range(n))
table = pa.table({
  "id": ids,
  "device": pa.array([f"device-{i % 997}" for i in range(n)]),
  "temp": pa.array([random.gauss(20, 5) for _ in range(n)]),
  "small": pa.array([random.randrange(100) if i % 50 else None for i in range(n)], pa.int32()),
  "big": pa.array([random.getrandbits(62) for _ in range(n)]),
  "at": pa.array([1_700_000_000_000_000 + i * 1_000_003 for i in range(n)]).cast(pa.timestamp("us")),
  "note": pa.array([f"a note that nothing else is like: {i}" for i in range(n)]),
})
orc.write_table(table, "${made}", compression="zstd", stripe_size=64 << 20)
`;

const theirs = `
import json, pyarrow.orc as orc
table = orc.ORCFile(${JSON.stringify(file)}).read()
print(json.dumps({"rows": table.num_rows, "columns": table.num_columns}))
`;

const ours = `
import { DuckDBInstance } from "@duckdb/node-api";
import { statSync } from "node:fs";
const { registerOrcScan } = await import("${import.meta.dirname}/../dist/engine/duckdb/orc/scan.js");
const { readOrcFile } = await import("${import.meta.dirname}/../dist/engine/duckdb/orc/describe.js");
const path = ${JSON.stringify(file)};
const { size } = statSync(path);
const place = { path, uri: "file://" + path, size, modificationTime: 0, partition: {} };
const { schema } = await readOrcFile(place);
const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
const connection = await instance.connect();
const scan = await registerOrcScan(connection, { kind: "orc", schema, files: [place], options: {} });
const counts = schema.fields.map((_, at) => "count(f" + at + ")").join(", ");
const answer = await connection.runAndReadAll("SELECT count(*), " + counts + " FROM " + scan.sql);
console.log(JSON.stringify({ rows: Number(answer.getRows()[0][0]), columns: schema.fields.length }));
`;

if (!existsSync(file)) spawnSync(python, ["-c", make], { stdio: "inherit" });
const costs = { ours: [], theirs: [] } as Record<
  "ours" | "theirs",
  Awaited<ReturnType<typeof measure>>[]
>;
for (let run = 0; run < runs; run++) {
  costs.ours.push(await measure(process.execPath, ["--input-type=module", "-e", ours]));
  costs.theirs.push(await measure(python, ["-c", theirs]));
}
const [one, other] = [costs.ours[0]?.answer, costs.theirs[0]?.answer];
if (JSON.stringify(one) !== JSON.stringify(other))
  throw new Error(`${JSON.stringify(one)} is not ${JSON.stringify(other)}`);
const of = (side: "ours" | "theirs", what: "cpuSeconds" | "wallSeconds" | "peakMegabytes") =>
  median(costs[side].map((cost) => cost[what]));
report("ORC, CPU seconds", of("ours", "cpuSeconds"), of("theirs", "cpuSeconds"), 5);
report("ORC, seconds", of("ours", "wallSeconds"), of("theirs", "wallSeconds"), 4);
report("ORC, peak MB", of("ours", "peakMegabytes"), of("theirs", "peakMegabytes"), 1);
