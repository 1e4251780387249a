import { createHash } from "node:crypto";
import { cp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataFrame, SparkSession } from "../../src/index.ts";
import { type Canonical, rowTexts } from "../interop/canonical.ts";

/** What is told of a query that Spark stopped. */
export interface Expected {
  readonly outputMode: string;
  readonly pathPrefix: string;
  readonly progressBefore: readonly Batch[];
  readonly progressAfter: readonly Batch[];
  readonly rowsAtStop: readonly Canonical[];
  readonly expectedFinalRows: readonly Canonical[];
}

interface Batch {
  readonly batchId: number;
  readonly numInputRows: number;
  readonly sources: readonly { readonly endOffset: string }[];
}

/** A copy of a reference whose absolute paths lead into the copy. */
export class Reference {
  readonly #spark: SparkSession;
  readonly path: string;
  readonly expected: Expected;
  constructor(spark: SparkSession, path: string, expected: Expected) {
    this.#spark = spark;
    this.path = path;
    this.expected = expected;
  }
  get checkpoint(): string {
    return join(this.path, "checkpoint");
  }
  get sink(): string {
    return join(this.path, "sink");
  }

  static async copy(spark: SparkSession, from: string, path: string): Promise<Reference> {
    await cp(from, path, { recursive: true });
    const text = await readFile(join(path, "expected.json"), "utf8");
    const expected = JSON.parse(text) as Expected;
    for (const file of await filesUnder(join(path, "checkpoint", "sources"))) {
      const lines = await readFile(file, "utf8");
      await writeFile(file, lines.replaceAll(expected.pathPrefix, path));
    }
    return new Reference(spark, path, expected);
  }

  /** Lets the rest of the input arrive. */
  async arrive(): Promise<void> {
    const rest = join(this.path, "rest");
    for (const file of await readdir(rest))
      await rename(join(rest, file), join(this.path, "in", file));
  }

  json(): DataFrame {
    const schema = "id LONG, k STRING, ts TIMESTAMP, x DOUBLE";
    const reader = this.#spark.readStream.schema(schema).option("maxFilesPerTrigger", 1);
    return reader.json(join(this.path, "in"));
  }
  delta(): DataFrame {
    const reader = this.#spark.readStream.format("delta").option("maxFilesPerTrigger", 1);
    return reader.load(join(this.path, "src"));
  }

  /** Continues the query to the end of its input; the batches that were run. */
  async continue(frame: DataFrame): Promise<readonly { batchId: number; numInputRows: number }[]> {
    const query = await frame.writeStream
      .outputMode(this.expected.outputMode)
      .option("checkpointLocation", this.checkpoint)
      .trigger({ availableNow: true })
      .start(this.sink);
    await query.awaitTermination();
    return query.recentProgress;
  }

  async rows(): Promise<string[]> {
    return rowTexts(await this.#spark.read.format("delta").load(this.sink).collect());
  }

  /** The batch that the sink has of this query. */
  async committed(): Promise<number | undefined> {
    const id = JSON.parse(await readFile(join(this.checkpoint, "metadata"), "utf8")) as {
      id: string;
    };
    let last: number | undefined;
    const log = join(this.sink, "_delta_log");
    for (const file of (await readdir(log)).filter((name) => name.endsWith(".json")).sort()) {
      for (const line of (await readFile(join(log, file), "utf8")).trim().split("\n")) {
        const { txn } = JSON.parse(line) as { txn?: { appId: string; version: number } };
        if (txn?.appId === id.id) last = txn.version;
      }
    }
    return last;
  }
}

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Every name and byte below a folder. */
export async function fingerprint(path: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await filesUnder(path)) hash.update(file).update(await readFile(file));
  return hash.digest("hex");
}

export async function numbered(path: string): Promise<number[]> {
  return (await readdir(path))
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

export async function offsetLines(path: string): Promise<unknown[]> {
  const [, , ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** The conditions of an error and of its causes. */
export function codes(thrown: unknown): string[] {
  const found: string[] = [];
  for (let at = thrown; at instanceof Error; at = at.cause) {
    if ("code" in at) found.push(String(at.code));
  }
  return found;
}
