import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";

let folder: string;
let warehouse: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-cli-"));
  warehouse = join(folder, "warehouse");
  await run(
    "sql",
    "CREATE TABLE t AS SELECT id, 'x' AS name FROM range(3); INSERT INTO t VALUES (9, NULL)",
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

async function run(...argv: readonly string[]): Promise<Ran> {
  return runWith(new AbortController(), ["--warehouse", warehouse], argv);
}

async function runWith(
  interrupt: AbortController,
  options: readonly string[],
  argv: readonly string[],
  seen: (line: string) => void = () => undefined,
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (line) => {
      out.push(line);
      seen(line);
    },
    err: (line) => void err.push(line),
    env: process.env,
    interrupted: interrupt.signal,
  };
  const code = await main([...argv, ...options], io);
  return { code, out, err };
}

test("options of the session", async () => {
  const zone = "spark.sql.session.timeZone";
  const one = await run("sql", "SELECT current_timezone() AS z", "--conf", `${zone}=Asia/Tokyo`);
  expect(one.out.join("")).toContain("Asia/Tokyo");
  const wrong = await run("sql", "SELECT 1", "--conf", "nothing");
  expect([wrong.code, wrong.err[0]]).toEqual([2, expect.stringContaining("name=value")]);
});

describe("output", () => {
  test("a table as Spark shows it, by default", async () => {
    const { code, out } = await run("read", "t", "--limit", "1");
    expect(code).toBe(0);
    expect(out.join("\n").split("\n")[1]).toBe("|id |name|");
  });

  test("ndjson and json; integers exact", async () => {
    const { out } = await run(
      "sql",
      "SELECT 9007199254740993 AS big, 1.50 AS d, DATE'2026-01-02' AS day",
      "--output",
      "ndjson",
    );
    expect(out).toEqual(['{"big":9007199254740993,"d":"1.50","day":"2026-01-02"}']);
    const json = await run("sql", "SELECT 1 AS a UNION ALL SELECT 2", "--output", "json");
    expect(JSON.parse(json.out.join(""))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test("changes between versions, to the newest where no end is said", async () => {
    const on = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')";
    await run(
      "sql",
      `CREATE TABLE c (id INT) ${on}; INSERT INTO c VALUES (1); INSERT INTO c VALUES (2)`,
    );
    const ids = async (range: string) => {
      const { out } = await run("read", "c", "--changes", range, "--output", "ndjson");
      return out.map((line) => JSON.parse(line)).map((row) => [row._change_type, row.id]);
    };
    expect(await ids("0..1")).toEqual([["insert", 1]]);
    expect(await ids("2..")).toEqual([["insert", 2]]);
    expect((await run("read", "c", "--changes", "2")).code).toBe(2);
    const { code, err } = await run("read", "t", "--changes", "0..1");
    expect([code, err[0]]).toEqual([1, expect.stringContaining("[DELTA_MISSING_CHANGE_DATA]")]);
  });

  test("versions, history, detail", async () => {
    const old = await run("read", "main.default.t", "--version", "0", "--output", "ndjson");
    expect(old.out.length).toBe(3);
    const history = await run("history", "t", "--output", "ndjson");
    expect(history.out.map((line) => JSON.parse(line).version)).toEqual([1, 0]);
    const detail = await run("detail", join(warehouse, "main/default/t"), "--output", "ndjson");
    expect(JSON.parse(detail.out[0]!)).toMatchObject({ format: "delta", numFiles: 2 });
  });
});

describe("exit codes", () => {
  test("2 for wrong usage, and nothing on stdout", async () => {
    for (const argv of [
      ["frobnicate"],
      ["read"],
      ["read", "t", "--version", "x"],
      ["sql", "a", "b"],
    ]) {
      const { code, out, err } = await run(...argv);
      expect({ code, out }).toEqual({ code: 2, out: [] });
      expect(err.join("\n")).toContain("millrace --help");
    }
  });

  test("1 for an error, its first line [CODE] problem", async () => {
    const { code, err } = await run("read", "absent");
    expect(code).toBe(1);
    expect(err[0]).toMatch(/^\[TABLE_OR_VIEW_NOT_FOUND\] /);
    expect((await run("sql", "SELEC 1")).err[0]).toMatch(/^\[PARSE_SYNTAX_ERROR\] /);
  });

  test("0 for help, which fits 80 columns and has examples", async () => {
    const { code, out } = await runWith(new AbortController(), [], ["--help"]);
    expect(code).toBe(0);
    const lines = out.join("\n").split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines).toContain("Examples");
  });
});

test("tail prints the rows of new commits until it is interrupted", async () => {
  const interrupt = new AbortController();
  const lines: string[] = [];
  const tailing = runWith(
    interrupt,
    ["--warehouse", warehouse, "--output", "ndjson"],
    ["tail", "t", "--from", "1"],
    (line) => {
      lines.push(line);
      if (lines.length === 1) void run("sql", "INSERT INTO t VALUES (10, 'new')");
      if (lines.length === 2) interrupt.abort();
    },
  );
  expect((await tailing).code).toBe(0);
  expect(lines.map((line) => JSON.parse(line).id)).toEqual([9, 10]);
});

test("run executes a program in a Node of its own", async () => {
  await mkdir(folder, { recursive: true });
  const program = join(folder, "program.ts");
  await writeFile(program, "const code: number = 7;\nprocess.exit(code);\n");
  expect((await runWith(new AbortController(), [], ["run", program])).code).toBe(7);
});

test("checkpoint inspect says where a query stands, and changes nothing", async () => {
  const { SparkSession } = await import("../../src/session/spark-session.ts");
  const builder = SparkSession.builder().config("spark.sql.warehouse.dir", warehouse);
  await using spark = await builder.create();
  const checkpoint = join(folder, "cp");
  const query = await spark.readStream
    .table("t")
    .writeStream.option("checkpointLocation", checkpoint)
    .trigger({ availableNow: true })
    .toTable("copy");
  await query.awaitTermination();
  const { code, out } = await runWith(
    new AbortController(),
    [],
    ["checkpoint", "inspect", checkpoint],
  );
  expect(code).toBe(0);
  expect(JSON.parse(out.join("\n"))).toMatchObject({
    queryId: query.id,
    committedBatch: 0,
    next: "continue with batch 1",
  });
  const absent = await runWith(
    new AbortController(),
    [],
    ["checkpoint", "inspect", join(folder, "no")],
  );
  expect(absent.err[0]).toMatch(/^\[PATH_NOT_FOUND\]/);
});

test.each([
  [[], "list <path>"],
  [["list"], "list <path>"],
  [["list", "s3://bucket", "more"], "list <path>"],
  [["setup", "s3://bucket"], "setup <path> <name>"],
  [["setup", "s3://bucket", "Of_Mine"], "Of_Mine is no name"],
  [["teardown", "s3://bucket", "a--b"], "a--b is no name"],
  [["list", "s3://bucket", "--option", "x"], "--option takes name=value"],
])("notification %j is a wrong way to call it", async (argv, said) => {
  const { code, err } = await runWith(new AbortController(), [], ["notification", ...argv]);
  expect([code, err[0]]).toEqual([2, expect.stringContaining(said)]);
});

test("notification is of clouds, and says so of another place", async () => {
  const argv = ["notification", "list", folder];
  const { code, err } = await runWith(new AbortController(), [], argv);
  expect([code, err[0]]).toEqual([1, expect.stringMatching(/^\[CF_INVALID_OPTION_VALUE\].*S3/)]);
});
