import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { delta } from "./delta.ts";
import type { Kind } from "./kind.ts";
import { orc } from "./orc.ts";
import { createReport } from "./report.ts";
import { sparkSql } from "./spark-sql.ts";

/** Every kind of folder that can be run. */
const kinds: Readonly<Record<string, Kind>> = { delta, orc, "spark-sql": sparkSql };

const usage = [
  "usage: npm run conformance -- <kind> <dir> [--report FILE] [--only TEXT]",
  ...Object.entries(kinds).map(([name, { about }]) => `  ${name}: ${about}`),
].join("\n");

/**
 * Runs a folder of cases: a line for each that fails, and the count at the end.
 * Returns the exit code: 0 all passed, 1 some failed, 2 wrong usage.
 */
export async function main(
  argv: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  const asked = parse(argv);
  if (!asked) {
    print(usage);
    return 2;
  }
  const report = createReport(asked.name);
  for await (const result of asked.kind.run(asked.folder, asked.only)) {
    const line = report.add(result);
    if (line !== undefined) print(line);
  }
  const ended = report.end();
  if (asked.report) await writeFile(asked.report, `${JSON.stringify(ended, null, 2)}\n`);
  const { passed, failed, skipped } = ended.totals;
  print(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

interface Asked {
  readonly name: string;
  readonly kind: Kind;
  readonly folder: string;
  readonly report: string | undefined;
  readonly only: { readonly only?: string };
}

function parse(argv: readonly string[]): Asked | undefined {
  try {
    const options = { report: { type: "string" }, only: { type: "string" } } as const;
    const { values, positionals } = parseArgs({
      args: [...argv],
      options,
      allowPositionals: true,
    });
    const [name = "", folder = "", ...rest] = positionals;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind || rest.length > 0 || !statSync(folder).isDirectory()) return undefined;
    const only = values.only === undefined ? {} : { only: values.only };
    return { name, kind, folder, report: values.report, only };
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = await main(process.argv.slice(2), (line) => console.log(line));
}
