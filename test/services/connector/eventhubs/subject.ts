import { connector } from "../../../../src/connector/eventhubs/connector.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import type { Source } from "../../../../src/stream/source.ts";
import type { TestSession } from "../../../connector/session.ts";

export const byOptions = { kind: "options" } as const;
export const all = { kind: "all" } as const;
/** From the first event there is. */
export const fromStart = JSON.stringify({
  ...{ offset: "-1", seqNo: -1, enqueuedTime: null, isInclusive: true },
});

/** Options by lower-case names, as connectors get them. */
export function lower(options: Options): Options {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** A source as a query of the session's one checkpoint opens it. */
export async function openSource(
  session: TestSession,
  connectionString: string,
  options: Options = {},
): Promise<Source> {
  const dataset = await connector.streamReader!({
    ...{ format: "eventhubs", paths: [], context: session.context },
    options: lower({
      "eventhubs.connectionString": connectionString,
      "eventhubs.startingPosition": fromStart,
      ...options,
    }),
  });
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q" });
}

/** The bodies of a range, as texts. */
export async function bodies(
  session: TestSession,
  source: Source,
  [start, end]: readonly [string | undefined, string | undefined],
): Promise<string[]> {
  const { input } = await source.input(start, end!);
  return (await session.rows(input)).map(({ body }) => Buffer.from(body as Uint8Array).toString());
}

export const numbers = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => String(from + at));
