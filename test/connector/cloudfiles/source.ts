import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { connector } from "../../../src/connector/cloudfiles/connector.ts";
import { write } from "../../../src/connector/registry.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Row, Value } from "../../../src/schema/value.ts";
import type { StreamingDataset } from "../../../src/stream/dataset.ts";
import type { Source } from "../../../src/stream/source.ts";
import { openSession, query, type TestSession } from "../session.ts";

export const byOptions = { kind: "options" } as const;

/** A session with a folder `in` for files to land in. */
export async function prepared(): Promise<TestSession> {
  const session = await openSession();
  await mkdir(join(session.folder, "in"));
  return session;
}

/** The options of Auto Loader by their documented names, JSON unless they say otherwise. */
export async function resolve(
  session: TestSession,
  options: Options = {},
  given: { readonly schema?: string; readonly path?: string } = {},
): Promise<StreamingDataset> {
  const all = {
    "cloudFiles.format": "json",
    "cloudFiles.schemaLocation": join(session.folder, "schema"),
    ...options,
  };
  return connector.streamReader!({
    format: "cloudFiles",
    options: Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    paths: [given.path ?? join(session.folder, "in")],
    context: session.context,
    ...(given.schema === undefined ? {} : { schema: parseSchema(given.schema) }),
  });
}

export async function open(
  session: TestSession,
  dataset: StreamingDataset,
  asked: { readonly hidden?: readonly string[]; readonly atomic?: boolean } = {},
): Promise<Source> {
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q", hidden: [], atomic: false, ...asked });
}

/** All rows of the next batch of a stream that starts. */
export async function readAll(
  session: TestSession,
  options: Options = {},
  given: Parameters<typeof resolve>[2] & Parameters<typeof open>[2] = {},
): Promise<readonly Row[]> {
  await using source = await open(session, await resolve(session, options, given), given);
  const end = await source.latestOffset(undefined, byOptions);
  if (end === undefined) return [];
  return await session.rows((await source.input(undefined, end)).input);
}

/** Adds a file of a format that has a writer to the folder `in`. */
export async function addFile(
  session: TestSession,
  format: string,
  [ddl, rows]: readonly [ddl: string, rows: readonly (readonly Value[])[]],
): Promise<void> {
  const schema = parseSchema(ddl);
  const input = { kind: "rows", schema, rows } as const;
  await write({
    ...{ format, options: {}, mode: "append", partitionBy: [], query },
    target: { name: "in", location: await session.locate("in") },
    relation: { kind: "input", input, output: columnsOf(schema) },
    context: session.context,
  });
}
