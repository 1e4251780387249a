import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type DuckDBConnection, DuckDBInstance, type JS } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { assumeStringLayout, knownStringLayout } from "../../../src/engine/duckdb/text/binding.ts";
import { registerTextScan } from "../../../src/engine/duckdb/text/scan.ts";
import type { InputFile, TextInput } from "../../../src/plan/input.ts";
import {
  array,
  binary,
  field,
  integer,
  long,
  map,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../../src/schema/type.ts";

let folder: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scan-"));
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
});

afterEach(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true });
});

function put(name: string, content: string | Uint8Array, partition = {}): InputFile {
  const path = join(folder, name);
  writeFileSync(path, content);
  return {
    path,
    uri: `file:///in/${name}`,
    size: statSync(path).size,
    modificationTime: 5,
    partition,
  };
}

async function rows(input: Partial<TextInput>, columns = "*"): Promise<JS[][]> {
  const whole: TextInput = {
    kind: "text",
    format: "json",
    schema: struct([]),
    files: [],
    options: {},
    ...input,
  };
  const scan = await registerTextScan(connection, whole, { timeZone: "UTC" });
  try {
    return (await connection.runAndReadAll(`SELECT ${columns} FROM ${scan.sql}`)).getRowsJS();
  } finally {
    await scan.release();
  }
}

const strings = (...names: string[]): StructType =>
  struct(names.map((name) => field(name, string)));

describe("a scan of JSON lines", () => {
  test("numbers rows by file and place, in order", async () => {
    const files = [put("a.json", '{"a":1}\n\n{"a":2}\n'), put("b.json", '{"a":3}')];
    expect(await rows({ schema: struct([field("a", integer)]), files })).toEqual([
      [1, 0n],
      [2, 1n],
      [3, 1n << 40n],
    ]);
  });

  test("keeps texts of every length, across blocks and chunks", async () => {
    const lengths = [0, 1, 4, 11, 12, 13, 63, 64, 5000, 3 << 20];
    const texts = Array.from({ length: 5000 }, (_, i) => `${i}`.padEnd(i % 40, "é"));
    texts.push(...lengths.map((length) => "x".repeat(length)));
    const files = [put("a.json", texts.map((a) => JSON.stringify({ a, b: null })).join("\n"))];
    const found = await rows({ schema: strings("a", "b"), files }, "f0, f1");
    expect(found).toEqual(texts.map((text) => [text, null]));
  });

  test("knows the layout of DuckDB's strings, and has a slow road without it", async () => {
    expect(knownStringLayout()).toBe(true);
    const lines = ["", "short", "twelve bytes", "thirteen byte", "long ".repeat(50), null];
    const files = [put("a.json", lines.map((a) => JSON.stringify({ a })).join("\n"))];
    assumeStringLayout(false);
    try {
      const found = await rows({ schema: strings("a"), files }, "f0");
      expect(found).toEqual(lines.map((line) => [line]));
    } finally {
      assumeStringLayout(undefined);
    }
  });

  test("keeps what fits of nested values, as Spark does", async () => {
    const item = struct([field("x", integer), field("y", string)]);
    const schema = struct([
      field("a", array(item)),
      field("m", map(string, struct([field("x", integer)]))),
      field("_corrupt_record", string),
    ]);
    const lines = [
      '{"a":[{"x":1,"y":"k"},{"x":"bad","y":"kept"}],"m":{"k":{"x":"bad"},"j":{"x":2}}}',
      '{"a":[null,{"y":1.50}],"m":{"k":null}}',
      '{"a":{"x":1}}',
      '{"a":[1]}',
    ];
    const files = [put("a.json", lines.join("\n"))];
    const columns = "CAST(f0 AS VARCHAR), CAST(f1 AS VARCHAR), f2 IS NOT NULL";
    expect(await rows({ schema, files }, columns)).toEqual([
      ["[{'f0': 1, 'f1': k}, {'f0': NULL, 'f1': kept}]", "{k={'f0': NULL}, j={'f0': 2}}", true],
      ["[NULL, {'f0': NULL, 'f1': 1.50}]", "{k=NULL}", false],
      [null, null, true],
      [null, null, true],
    ]);
  });

  test("gives nested values of many elements", async () => {
    const lists = Array.from({ length: 3000 }, (_, i) =>
      Array.from({ length: i % 7 }, (_, k) => (k === 3 ? null : `element ${i} ${k} is long`)),
    );
    const files = [put("a.json", lists.map((a) => JSON.stringify({ a })).join("\n"))];
    const found = await rows({ schema: struct([field("a", array(string))]), files }, "f0");
    expect(found).toEqual(lists.map((list) => [list]));
  });

  test("sets aside what does not fit", async () => {
    const lines = [
      '{"a":1,"b":"x"}',
      '{"a":"no","b":"x","c":{"d" : 1.50}}',
      '{"A":1, "b": 15.10}',
      '{"a":[1],"z":"\\u00e9\\n"}',
      "{broken",
    ];
    const files = [put("a.json", lines.join("\n"))];
    const schema = struct([
      field("a", integer),
      field("b", string),
      field("_rescued_data", string),
      field("_corrupt_record", string),
    ]);
    const options = { rescueddatacolumn: "_rescued_data" };
    expect(await rows({ schema, files, options }, "f0, f1, f2, f3")).toEqual([
      [1, "x", null, null],
      [null, "x", '{"a":"no","c":{"d" : 1.50},"_file_path":"file:///in/a.json"}', null],
      [null, "15.10", '{"A":1,"_file_path":"file:///in/a.json"}', null],
      [null, null, '{"a":[1],"z":"\\u00e9\\n","_file_path":"file:///in/a.json"}', null],
      [null, null, null, "{broken"],
    ]);
  });

  test("finds names of any case when asked to", async () => {
    const options = { rescueddatacolumn: "r", readercasesensitive: "false" };
    const files = [put("a.json", '{"A":1}')];
    const schema = struct([field("a", integer), field("r", string)]);
    expect(await rows({ schema, files, options }, "f0, f1")).toEqual([[1, null]]);
  });

  test("keeps bytes that are no UTF-8 from harming their neighbours", async () => {
    const files = [
      put(
        "a.json",
        Buffer.concat([
          Buffer.from('{"a":"ok"}\n{"a":"'),
          Buffer.from([0xff, 0x22, 0x7d, 10]),
          Buffer.from('{"a":"ok"}'),
        ]),
      ),
    ];
    const schema = strings("a", "_corrupt_record");
    expect(await rows({ schema, files }, "f0, f1")).toEqual([
      ["ok", null],
      [null, '{"a":"\ufffd"}'],
      ["ok", null],
    ]);
  });

  test("fills partition columns and _metadata", async () => {
    const schema = struct([
      field("p", long),
      field("a", string),
      field(
        "_metadata",
        struct([
          field("file_path", string),
          field("file_name", string),
          field("file_size", long),
          field("file_modification_time", timestamp),
        ]),
        false,
      ),
    ]);
    const files = [put("a.json", '{"a":"x"}', { p: 7n }), put("b.json", '{"a":"y"}', { p: null })];
    const found = await rows({ schema, files }, "f0, f1, f2.f1, f2.f2, epoch_ms(f2.f3)");
    expect(found).toEqual([
      [7n, "x", "a.json", 9n, 5n],
      [null, "y", "b.json", 9n, 5n],
    ]);
  });

  test("reads gzip files and refuses other codecs by name", async () => {
    const files = [put("a.json.gz", gzipSync('{"a":"x"}\n{"a":"y"}'))];
    expect(await rows({ schema: strings("a"), files }, "f0")).toEqual([["x"], ["y"]]);
    const other = [put("a.json.bz2", "x")];
    await expect(rows({ schema: strings("a"), files: other })).rejects.toThrow(/bz2/);
  });
});

describe("a scan that cannot go on", () => {
  test("names the line under FAILFAST", async () => {
    const files = [put("a.json", '{"a":"x"}\n{bad')];
    const options = { mode: "FAILFAST" };
    await expect(rows({ schema: strings("a"), files, options })).rejects.toThrow(
      /MALFORMED_RECORD_IN_PARSING.*\{bad in file:\/\/\/in\/a\.json/,
    );
  });

  test("names a file that vanished, or goes on without it", async () => {
    const gone = put("gone.json", "{}");
    rmSync(gone.path);
    const files = [gone, put("a.json", '{"a":"x"}')];
    await expect(rows({ schema: strings("a"), files })).rejects.toThrow(
      /FAILED_READ_FILE.FILE_NOT_EXIST.*gone\.json/,
    );
    const options = { ignoremissingfiles: "true" };
    expect(await rows({ schema: strings("a"), files, options }, "f0")).toEqual([["x"]]);
  });

  test("names a file that changed or is broken, or goes on without it", async () => {
    const changed = { ...put("changed.json", '{"a":"x"}'), size: 5 };
    const broken = put("broken.json.gz", "not gzip");
    for (const file of [changed, broken]) {
      await expect(rows({ schema: strings("a"), files: [file] })).rejects.toThrow(
        /FAILED_READ_FILE.NO_HINT.*(changed|broken)/,
      );
    }
    const options = { ignorecorruptfiles: "true" };
    expect(await rows({ schema: strings("a"), files: [changed, broken], options })).toEqual([]);
  });

  test("refuses encodings, locales and types it has no reader for", async () => {
    const files = [put("a.json", "{}")];
    const read = (options: Record<string, string>) =>
      rows({ schema: strings("a"), files, options });
    await expect(read({ encoding: "UTF-16" })).rejects.toThrow(/encoding = UTF-16/);
    await expect(read({ locale: "de-DE" })).rejects.toThrow(/locale = de-DE/);
    await expect(read({ multiline: "perhaps" })).rejects.toThrow(/multiLine = perhaps/);
  });
});

describe("the other formats", () => {
  test("text gives lines, or the whole file", async () => {
    const files = [put("a.txt", "one\r\n\nthree\rfour")];
    const input = { format: "text", schema: strings("value"), files } as const;
    expect(await rows(input, "f0")).toEqual([["one"], [""], ["three"], ["four"]]);
    const whole = await rows({ ...input, options: { wholetext: "true" } }, "f0");
    expect(whole).toEqual([["one\r\n\nthree\rfour"]]);
  });

  test("binaryFile gives path, time, length and content", async () => {
    const files = [put("a.bin", Uint8Array.of(0, 255, 10))];
    const schema = struct([
      field("path", string),
      field("modificationTime", timestamp),
      field("length", long),
      field("content", binary),
    ]);
    const found = await rows(
      { format: "binaryFile", schema, files },
      "f0, epoch_ms(f1), f2, hex(f3)",
    );
    expect(found).toEqual([["file:///in/a.bin", 5n, 3n, "00FF0A"]]);
  });

  test("CSV finds rescued columns by the header", async () => {
    const files = [put("a.csv", 'b,a,X\nx,1,more\ny,no,\n"q",2,,extra\n')];
    const schema = struct([
      field("a", integer),
      field("b", string),
      field("_rescued_data", string),
    ]);
    const options = { header: "true", rescueddatacolumn: "_rescued_data" };
    expect(await rows({ format: "csv", schema, files, options }, "f0, f1, f2")).toEqual([
      [1, "x", '{"X":"more","_file_path":"file:///in/a.csv"}'],
      [null, "y", '{"a":"no","_file_path":"file:///in/a.csv"}'],
      [2, "q", '{"_c3":"extra","_file_path":"file:///in/a.csv"}'],
    ]);
  });

  test("a scan can be read twice, and left before its end", async () => {
    const files = [put("a.txt", "x\n".repeat(10_000))];
    const input: TextInput = {
      kind: "text",
      format: "text",
      schema: strings("value"),
      files,
      options: {},
    };
    const scan = await registerTextScan(connection, input, { timeZone: "UTC" });
    const sql = `SELECT count(*) FROM ${scan.sql} a JOIN ${scan.sql} b USING (ordinal)`;
    expect((await connection.runAndReadAll(sql)).getRowsJS()).toEqual([[10_000n]]);
    await connection.run(`SELECT * FROM ${scan.sql} LIMIT 1`);
    await scan.release();
    await expect(connection.run(`SELECT * FROM ${scan.sql}`)).rejects.toThrow(/released/);
  });
});
