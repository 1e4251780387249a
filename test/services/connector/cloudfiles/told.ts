import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SparkSession } from "../../../../src/index.ts";

/** A stream that is told of its files, into a Delta table on local disk. */
export interface Told extends AsyncDisposable {
  readonly folder: string;
  /** Runs the stream until nothing more is told; what its source says of itself, batch by batch. */
  run(
    options?: Readonly<Record<string, string>>,
  ): Promise<readonly Readonly<Record<string, string>>[]>;
  /** The ids in the table, in order: as often as they were read. */
  ids(): Promise<readonly number[]>;
}

/** What a stream reads, and how a session finds it. */
export interface Source {
  readonly path: string;
  readonly conf: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

export async function told({ path, conf, options }: Source): Promise<Told> {
  const folder = await mkdtemp(join(tmpdir(), "told-"));
  const builder = SparkSession.builder();
  for (const [key, value] of Object.entries(conf)) builder.config(key, value);
  const session = await builder.create(); // its own: tests run side by side
  const table = join(folder, "table");
  return {
    folder,
    run: async (more = {}) => {
      const reader = session.readStream.format("cloudFiles").schema("id BIGINT");
      const all = { "cloudFiles.format": "json", ...options, ...more };
      for (const [name, value] of Object.entries(all)) reader.option(name, value);
      const query = await reader
        .load(path)
        .writeStream.format("delta")
        .option("checkpointLocation", join(folder, "checkpoint"))
        .trigger({ availableNow: true })
        .start(table);
      await query.awaitTermination();
      return query.recentProgress.map(({ sources }) => sources[0]?.metrics ?? {});
    },
    ids: async () => {
      const rows = await (await session.read.format("delta").load(table)).collect();
      return rows.map((row) => Number(row["id"])).sort((left, right) => left - right);
    },
    [Symbol.asyncDispose]: async () => {
      await session.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The content of a file. */
export const line = (id: number): string => `{"id":${id}}\n`;

/** The ids from `from` to `to`. */
export const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
