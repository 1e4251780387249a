import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnsOf } from "../../src/analysis/expression.ts";
import type { ConnectorContext } from "../../src/connector/connector.ts";
import { openEngine } from "../../src/engine/duckdb/engine.ts";
import type { Engine, QueryContext } from "../../src/engine/engine.ts";
import type { Input } from "../../src/plan/input.ts";
import type { Relation } from "../../src/plan/relation.ts";
import type { Row } from "../../src/schema/value.ts";
import { openCache } from "../../src/storage/cache/cache.ts";
import { openStores } from "../../src/storage/registry.ts";
import { openStaging } from "../../src/storage/staging.ts";
import type { Location } from "../../src/storage/store.ts";

export const query: QueryContext = { timeZone: "UTC", timestampMs: 0, seed: 0 };

/** A connector's surroundings, over a folder of its own that goes when it is disposed. */
export interface TestSession extends AsyncDisposable {
  readonly engine: Engine;
  readonly context: ConnectorContext;
  readonly folder: string;
  readonly views: Map<string, Relation>;
  readonly conf: Map<string, string>;
  locate(...names: readonly string[]): Promise<Location>;
  /** Writes a file with a modification time in seconds since the epoch. */
  file(name: string, text: string, seconds: number): Promise<void>;
  rows(input: Input): Promise<readonly Row[]>;
}

const engine: Engine = openEngine();

export async function openSession(): Promise<TestSession> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-connector-"));
  const staging = await openStaging(folder);
  const stores = openStores({ staging, cache: openCache(), workingDirectory: folder, options: {} });
  const views = new Map<string, Relation>();
  const conf = new Map<string, string>();
  const kept: AsyncDisposable[] = [];
  const context: ConnectorContext = {
    engine,
    staging: staging.path,
    locate: stores.locate,
    locateUri: stores.locateUri,
    conf: (key) => conf.get(key),
    queryContext: () => query,
    defineView: (name, relation) => void views.set(name, relation),
    keep: (resource) => void kept.push(resource),
  };
  return {
    ...{ engine, context, folder, views, conf },
    locate: (...names) => stores.locate(join(folder, ...names)),
    async file(name, text, seconds) {
      const path = join(folder, name);
      await writeFile(path, text);
      await utimes(path, seconds, seconds);
    },
    async rows(input) {
      const relation = { kind: "input", input, output: columnsOf(input.schema) } as const;
      await using result = await engine.query(relation, query);
      const names = input.schema.fields.map(({ name }) => name);
      const rows: Row[] = [];
      for (let chunk = await result.next(); chunk; chunk = await result.next()) {
        for (let row = 0; row < chunk.rows; row++) {
          const cells = names.map((name, at) => [name, chunk.columns[at]![row] ?? null] as const);
          rows.push(Object.fromEntries(cells));
        }
      }
      return rows;
    },
    async [Symbol.asyncDispose]() {
      for (const one of kept) await one[Symbol.asyncDispose]();
      await staging[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
