import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSession, type TestSession } from "./session/session.ts";

const document = readFileSync(
  fileURLToPath(new URL("../docs/protocol.md", import.meta.url)),
  "utf8",
);

/** The rows of the table of features: what is said of each. */
const rows = document
  .slice(document.indexOf("## Features"), document.indexOf("## Logs"))
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => {
    const [, names = "", kind = "", read = "", written = "", streamed = ""] = line
      .split("|")
      .map((cell) => cell.trim());
    const feature = [...names.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    return { feature, kind, read, written, streamed };
  });
const features = rows.flatMap(({ feature, ...row }) => feature.map((name) => ({ name, ...row })));

/** Features that others need to be there (PROTOCOL.md#table-features). */
const needed: Readonly<Record<string, readonly string[]>> = {
  catalogManaged: ["inCommitTimestamp"],
  rowTracking: ["domainMetadata"],
  clustering: ["domainMetadata"],
  variantShredding: ["variantType"],
  "variantShredding-preview": ["variantType"],
};

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

/** A table with the rows 1 and 2 whose protocol lists a feature that nothing in it uses. */
async function tableWith(name: string, kind: string): Promise<string> {
  const path = join(session.folder, name);
  const made = join(session.folder, `${name} made`);
  await session.spark
    .createDataFrame([[1], [2]], "id int")
    .write.format("parquet")
    .save(made);
  mkdirSync(join(path, "_delta_log"), { recursive: true });
  const parts = readdirSync(made).filter((file) => file.endsWith(".parquet"));
  for (const part of parts) renameSync(join(made, part), join(path, part));
  const writerFeatures = [name, ...(needed[name] ?? [])];
  const protocol =
    kind === "reader, writer"
      ? { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: [name], writerFeatures }
      : { minReaderVersion: 1, minWriterVersion: 7, writerFeatures };
  const schema = { type: "struct", fields: [{ ...column, name: "id", type: "integer" }] };
  const metaData = {
    id: name,
    format: { provider: "parquet", options: {} },
    schemaString: JSON.stringify(schema),
    partitionColumns: [],
    configuration: {},
  };
  const adds = parts.map((part) => ({
    add: { path: part, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true },
  }));
  const lines = [{ commitInfo: { inCommitTimestamp: 1 } }, { protocol }, { metaData }, ...adds];
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  writeFileSync(join(path, "_delta_log", "00000000000000000000.json"), text);
  return path;
}

const column = { nullable: true, metadata: {} };

async function idsOf(path: string): Promise<unknown[]> {
  const ids = await session.spark.read.format("delta").load(path).collect();
  return ids.map((row) => row["id"]).sort();
}

async function streamedIds(path: string, name: string): Promise<unknown[]> {
  const { spark } = session;
  const sink = join(session.folder, `${name} streamed`);
  const query = await spark.readStream
    .format("delta")
    .load(path)
    .writeStream.format("delta")
    .option("checkpointLocation", join(session.folder, `${name} checkpoint`))
    .trigger({ availableNow: true })
    .start(sink);
  await query.awaitTermination();
  return idsOf(sink);
}

describe("what docs/protocol.md says of features is so", () => {
  test.each(features)("$name", async ({ name, kind, read, written, streamed }) => {
    const path = await tableWith(name, kind);
    // A feature that is known, but cannot be had by path, has a condition of its own.
    const refusal = new RegExp(
      `^\\[DELTA_(UNSUPPORTED_FEATURES_FOR_READ|PATH_BASED_ACCESS_TO_\\w+)\\].*\\b${name}\\b`,
    );
    if (read === "yes") expect(await idsOf(path)).toEqual([1, 2]);
    else await expect(idsOf(path)).rejects.toThrow(refusal);
    if (streamed === "yes") expect(await streamedIds(path, name)).toEqual([1, 2]);
    else await expect(streamedIds(path, name)).rejects.toThrow();
    const append = session.spark.createDataFrame([[3]], "id int").write.format("delta");
    const appended = append.mode("append").save(path);
    if (written === "no") {
      const unsupported = /^\[DELTA_(UNSUPPORTED_FEATURES_FOR_|PATH_BASED_ACCESS_TO_)/;
      await expect(appended).rejects.toThrow(unsupported);
    } else {
      await appended;
      expect(await idsOf(path)).toEqual([1, 2, 3]);
    }
  });

  test("no feature that is known is left out", () => {
    const source = fileURLToPath(new URL("../src/log/protocol.ts", import.meta.url));
    const text = readFileSync(source, "utf8");
    const table = text.slice(text.indexOf("const features:"), text.indexOf("legacyWriter"));
    const known = [...table.matchAll(/^ {2}"?([\w-]+)"?: (?:writer|both)\(/gm)];
    expect(known.length).toBeGreaterThan(20);
    const said = new Set(features.map((feature) => feature.name));
    expect(known.map((match) => match[1]!).filter((name) => !said.has(name))).toEqual([]);
  });
});
