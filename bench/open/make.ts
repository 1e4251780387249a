import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const started = 1_767_225_600_000;
const protocol = { minReaderVersion: 1, minWriterVersion: 2 };

function metadata(columns: Readonly<Record<string, string>>, partitionColumns: readonly string[]) {
  const fields = Object.entries(columns).map(([name, type]) => {
    return { name, type, nullable: true, metadata: {} };
  });
  return {
    id: "00000000-0000-0000-0000-000000000001",
    format: { provider: "parquet", options: {} },
    schemaString: JSON.stringify({ type: "struct", fields }),
    partitionColumns,
    configuration: { "delta.checkpointInterval": "1000000" },
    createdTime: started,
  };
}

function writeVersion(log: string, version: number, actions: readonly object[]): void {
  const text = actions.map((action) => `${JSON.stringify(action)}\n`).join("");
  writeFileSync(join(log, `${String(version).padStart(20, "0")}.json`), text);
}

/** A log of commits that add a file each; every tenth removes one. There are no data files. */
export function makeCommits(table: string, count: number): void {
  const log = join(table, "_delta_log");
  if (existsSync(log)) return;
  mkdirSync(log, { recursive: true });
  for (let version = 0; version < count; version++) {
    const time = started + version * 1000;
    const name = (number: number): string => `part-${String(number).padStart(5, "0")}.parquet`;
    const actions: object[] = [{ commitInfo: { timestamp: time, operation: "WRITE" } }];
    if (version === 0) {
      actions.push({ protocol }, { metaData: metadata({ id: "long", x: "double" }, []) });
    }
    const stats = JSON.stringify({
      numRecords: 10,
      minValues: { id: version * 10, x: version },
      maxValues: { id: version * 10 + 9, x: version + 1 },
      nullCount: { id: 0, x: 0 },
    });
    const file = { path: name(version), partitionValues: {}, size: 1000 + version };
    actions.push({ add: { ...file, modificationTime: time, dataChange: true, stats } });
    if (version % 10 === 9) {
      const gone = { path: name(version - 5), deletionTimestamp: time, dataChange: true };
      actions.push({ remove: gone });
    }
    writeVersion(log, version, actions);
  }
}

/** A log of live files in one classic checkpoint, in 336 partitions. There are no data files. */
export async function makeFiles(table: string, count: number): Promise<void> {
  const log = join(table, "_delta_log");
  if (existsSync(log)) return;
  mkdirSync(log, { recursive: true });
  const columns = { id: "long", x: "double", s: "string", ts: "timestamp", day: "date" };
  const meta = metadata(columns, ["day"]);
  writeVersion(log, 0, [{ protocol }, { metaData: meta }]);
  writeVersion(log, 1, [{ commitInfo: { timestamp: started + 1000, operation: "WRITE" } }]);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const strings = (list: string): string => `CAST(${list} AS MAP(VARCHAR, VARCHAR))`;
  const metaRow = `{id: ${quoted(meta.id)}, format: {provider: 'parquet', options: ${strings("MAP {}")}},
    schemaString: ${quoted(meta.schemaString)}, partitionColumns: ['day'],
    configuration: ${strings("MAP {}")}, createdTime: ${started}::BIGINT}`;
  const stats = `'{"numRecords":1000,"minValues":{"id":' || i * 1000 || ',"x":' || i || '.0,"s":"' || k ||
    '","ts":"2026-01-01T00:00:00.000Z"},"maxValues":{"id":' || i * 1000 + 999 || ',"x":' || i + 1 ||
    '.0,"s":"' || k || 'z","ts":"2026-01-01T00:59:59.999Z"},"nullCount":{"id":0,"x":0,"s":0,"ts":0}}'`;
  await connection.run(`COPY (
    SELECT NULL AS add, ${metaRow} AS "metaData", NULL AS protocol
    UNION ALL SELECT NULL, NULL, {minReaderVersion: 1, minWriterVersion: 2}
    UNION ALL SELECT {path: 'day=' || day || '/part-' || k || '.parquet',
        "partitionValues": MAP {'day': day}, size: 100000 + i % 977,
        "modificationTime": ${started} + i, "dataChange": false, stats: ${stats}}, NULL, NULL
      FROM (SELECT i, printf('k%09d', i) AS k, printf('2026-%02d-%02d', 1 + i // 28 % 12, 1 + i % 28)
        AS day FROM range(${count}) AS r(i))
  ) TO '${log}/${"1".padStart(20, "0")}.checkpoint.parquet' (FORMAT parquet)`);
  writeFileSync(join(log, "_last_checkpoint"), JSON.stringify({ version: 1, size: count + 2 }));
  instance.closeSync();
}
