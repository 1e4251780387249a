import { existsSync } from "node:fs";
import { join } from "node:path";
import { corpusCases } from "./delta/corpus.ts";
import { openPlace, runCase } from "./delta/place.ts";
import { referenceCases } from "./delta/reference.ts";
import type { Kind } from "./kind.ts";

/**
 * Delta tables and what must be read from them. Two layouts, told apart by what lies in the
 * folder: `INDEX.jsonl` beside `tables` and `rows`, or a folder for each table with `table` and
 * `expected.json`.
 */
export const delta: Kind = {
  about: "Delta tables: INDEX.jsonl with tables/ and rows/, or folders of table/ and expected.json",
  async *run(folder, options) {
    await using place = await openPlace();
    const cases = existsSync(join(folder, "INDEX.jsonl")) ? corpusCases : referenceCases;
    for await (const one of cases(place, folder, options)) {
      const { file, line, text } = one;
      yield { file, line, text, outcome: await runCase(one) };
    }
  },
};
