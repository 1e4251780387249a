import { afterAll } from "vitest";
import { analyze } from "../../../src/analysis/analyze.ts";
import { type AnalysisConf, defaultConf } from "../../../src/analysis/conf.ts";
import { openEngine } from "../../../src/engine/duckdb/engine.ts";
import { isError } from "../../../src/error/error.ts";
import type { Value } from "../../../src/schema/value.ts";
import { parseQuery } from "../../../src/sql/parse.ts";

/** Answers queries over constants as texts, in Los Angeles; a failure is its code. */
export function answers(conf: Partial<AnalysisConf> = {}): (sql: string) => Promise<string> {
  const engine = openEngine();
  afterAll(() => engine[Symbol.asyncDispose]());
  return async (sql) => {
    try {
      const infer = await engine.textInference();
      const lookup = await engine.schemaLookup();
      const meant = { conf: { ...defaultConf, ...conf }, datasets, infer, lookup };
      const plan = analyze(parseQuery(sql, conf), meant);
      const context = { timeZone: "America/Los_Angeles", timestampMs: 0, seed: 0 };
      await using result = await engine.query(plan, context);
      const rows: string[] = [];
      for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
        for (let row = 0; row < chunk.rows; row += 1) {
          rows.push(chunk.columns.map((column) => shown(column[row] ?? null)).join(" "));
        }
      }
      return rows.join("; ");
    } catch (thrown) {
      if (isError(thrown)) return thrown.code;
      throw thrown;
    }
  };
}

function datasets(): never {
  throw new Error("no tables here");
}

function shown(value: Value): string {
  return Array.isArray(value) ? `[${value.map(shown).join(", ")}]` : String(value);
}
