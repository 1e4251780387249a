import { analyze } from "../../src/analysis/analyze.ts";
import { type AnalysisConf, type AnalysisContext, defaultConf } from "../../src/analysis/conf.ts";
import type { Dataset } from "../../src/analysis/dataset.ts";
import { outputOf, type TypedRelation } from "../../src/analysis/typed.ts";
import type { Relation } from "../../src/plan/relation.ts";
import { formatDataType, parseSchema } from "../../src/schema/ddl.ts";
import { field, string, struct } from "../../src/schema/type.ts";
import { parseQuery } from "../../src/sql/parse.ts";

/** A dataset of these columns; what the tests call a table. */
function table(name: string, ddl: string): Dataset {
  return {
    name,
    schema: parseSchema(ddl),
    hidden: [field("_metadata", struct([field("file_path", string)]), false)],
    streaming: false,
  };
}

const tables: Readonly<Record<string, Dataset>> = {
  t: table(
    "main.default.t",
    "a INT, b STRING, ts TIMESTAMP, d DECIMAL(10,2), s STRUCT<x: INT, y: STRING>, xs ARRAY<INT>, m MAP<STRING, INT>",
  ),
  u: table("main.default.u", "a BIGINT, c STRING"),
};

export interface TypeOptions {
  readonly conf?: Partial<AnalysisConf>;
  readonly views?: Readonly<Record<string, Relation>>;
}

/** The typed plan of a query over `t` and `u`. */
export function typed(sql: string, options: TypeOptions = {}): TypedRelation {
  return typedPlan(parseQuery(sql), options);
}

export function typedPlan(relation: Relation, options: TypeOptions = {}): TypedRelation {
  const context: AnalysisContext = {
    conf: { ...defaultConf, ...options.conf },
    datasets: (read) => {
      const name = read.table?.at(-1)?.toLowerCase() ?? "";
      const plan = options.views?.[name];
      if (plan) return { name: [name], plan, context };
      const found = tables[name];
      if (!found) throw new Error(`no table ${read.table}`);
      return found;
    },
  };
  return analyze(relation, context);
}

/** The output as Spark shows a schema: `a int, count(1) bigint`. */
export function schemaOf(sql: string, options: TypeOptions = {}): string {
  return show(typed(sql, options));
}

export function show(relation: TypedRelation): string {
  return outputOf(relation)
    .map((column) => `${column.name} ${formatDataType(column.type)}`)
    .join(", ");
}

/** The code of the error that a query fails with. */
export function codeOf(sql: string, options: TypeOptions = {}): string {
  try {
    typed(sql, options);
  } catch (thrown) {
    return (thrown as { code?: string }).code ?? String(thrown);
  }
  return "no error";
}
