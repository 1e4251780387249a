import { showString } from "../connector/console/show.ts";
import type { Execution } from "../execution/execution.ts";
import type { Relation } from "../plan/relation.ts";
import { binaryStyle } from "../schema/binary.ts";
import type { Value } from "../schema/value.ts";
import type { RunOptions } from "./row.ts";

export interface ShowOptions extends RunOptions {
  /** True: cells of more than 20 characters are cut; a number: of more than that. */
  readonly truncate?: boolean | number;
  /** A line a column, a block a row. */
  readonly vertical?: boolean;
}

/** The first rows of a plan as Spark's `show()` prints them, without the last line break. */
export async function showFrame(
  execution: Execution,
  plan: Relation,
  options: ShowOptions & { readonly rows: number },
): Promise<string> {
  const { rows: limit, truncate = true, vertical = false } = options;
  const count = { kind: "literal", value: limit + 1, type: { type: "integer" } } as const;
  const rows: Value[][] = [];
  await using result = await execution.execute({ kind: "limit", input: plan, count }, options);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let index = 0; index < chunk.rows; index++) {
      rows.push(chunk.columns.map((column) => column[index] ?? null));
    }
  }
  return showString({
    schema: result.schema,
    rows,
    limit,
    truncate: truncate === true ? 20 : truncate === false ? 0 : truncate,
    vertical,
    timeZone: execution.conf.get("spark.sql.session.timeZone"),
    binary: binaryStyle(execution.conf.lookup("spark.sql.binaryOutputStyle"), "HEX_DISCRETE"),
  });
}
