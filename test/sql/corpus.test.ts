import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isError } from "../../src/error/error.ts";
import { parseStatement } from "../../src/sql/parse.ts";
import { sharedPath, sharedReason } from "../shared.ts";

const folder = sharedPath("corpus/spark-sql");

/** Shares of Spark's own statements; raise them when the parser learns more. */
const floors = { parsed: 0.85, parsedOrRefused: 0.995, rejected: 0.97 };

interface Tally {
  valid: number;
  parsed: number;
  refused: number;
  invalid: number;
  rejected: number;
  readonly causes: Map<string, number>;
}

function outcome(sql: string, doubleQuotedIdentifiers: boolean): string | undefined {
  try {
    parseStatement(sql, { doubleQuotedIdentifiers });
    return undefined;
  } catch (thrown) {
    if (!isError(thrown)) throw thrown;
    if (thrown.kind === "unsupported")
      return `refused: ${thrown.parameters["feature"] ?? thrown.code}`;
    return `${thrown.code} ${thrown.parameters["error"] ?? ""}`;
  }
}

function runFile(path: string, tally: Tally): void {
  let quoted = false;
  for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
    const { set, sql, output } = JSON.parse(line);
    if (set) quoted = set["spark.sql.ansi.doubleQuotedIdentifiers"] === "true";
    // What is right since IDENTIFIER may stand anywhere is wrong to this file.
    if (set?.["spark.sql.legacy.identifierClause"] === "true") return;
    if (sql === undefined) continue;
    const failure = outcome(sql, quoted);
    if (output.includes("ParseException")) {
      if (!output.includes('"PARSE_SYNTAX_ERROR"')) continue;
      // What is wrong there is the text it runs.
      if (/^\s*execute\s+immediate/i.test(sql)) continue;
      tally.invalid += 1;
      if (failure !== undefined) tally.rejected += 1;
      continue;
    }
    tally.valid += 1;
    if (failure === undefined) tally.parsed += 1;
    else {
      if (failure.startsWith("refused")) tally.refused += 1;
      tally.causes.set(failure, (tally.causes.get(failure) ?? 0) + 1);
    }
  }
}

test.skipIf(folder === undefined)(
  folder
    ? "Spark's own statements parse, or are refused by name"
    : sharedReason("corpus/spark-sql"),
  () => {
    const tally: Tally = {
      valid: 0,
      parsed: 0,
      refused: 0,
      invalid: 0,
      rejected: 0,
      causes: new Map(),
    };
    for (const file of readdirSync(folder ?? "", { recursive: true }) as string[]) {
      if (file.endsWith(".jsonl")) runFile(join(folder ?? "", file), tally);
    }
    const common = [...tally.causes].sort((a, b) => b[1] - a[1]).slice(0, 12);
    const lines = common.map(([cause, count]) => `  ${count} ${cause}`);
    console.log(
      `Spark SQL: ${tally.parsed} of ${tally.valid} parse, ${tally.refused} refused by name; ` +
        `${tally.rejected} of ${tally.invalid} syntax errors found\n${lines.join("\n")}`,
    );
    expect(tally.parsed / tally.valid).toBeGreaterThan(floors.parsed);
    expect((tally.parsed + tally.refused) / tally.valid).toBeGreaterThan(floors.parsedOrRefused);
    expect(tally.rejected / tally.invalid).toBeGreaterThan(floors.rejected);
  },
);
