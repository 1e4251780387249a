import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { aggregates } from "../../src/analysis/function/aggregate.ts";
import { avros } from "../../src/analysis/function/avro.ts";
import { collections } from "../../src/analysis/function/collection.ts";
import { conditionals } from "../../src/analysis/function/conditional.ts";
import { dates } from "../../src/analysis/function/date.ts";
import { generators } from "../../src/analysis/function/generator.ts";
import { higherOrder } from "../../src/analysis/function/higher-order.ts";
import { intervals } from "../../src/analysis/function/interval.ts";
import { jsons } from "../../src/analysis/function/json.ts";
import { maths } from "../../src/analysis/function/math.ts";
import { miscellaneous } from "../../src/analysis/function/miscellaneous.ts";
import { operators } from "../../src/analysis/function/operator.ts";
import { protobufs } from "../../src/analysis/function/protobuf.ts";
import { allFunctions, findFunction } from "../../src/analysis/function/registry.ts";
import { strings } from "../../src/analysis/function/string.ts";
import { variants } from "../../src/analysis/function/variant.ts";
import { windows } from "../../src/analysis/function/window.ts";
import { xmls } from "../../src/analysis/function/xml.ts";
import { unsupportedFunctions } from "../../src/engine/duckdb/compile/function/unsupported.ts";
import { parseStatement } from "../../src/sql/parse.ts";

const path = join(resolve(dirname(fileURLToPath(import.meta.url)), "../.."), "docs/sql.md");
const text = readFileSync(path, "utf8");

const groups = {
  Operators: operators,
  Conditions: conditionals,
  Strings: strings,
  Mathematics: maths,
  "Dates and times": dates,
  Intervals: intervals,
  Collections: collections,
  "With lambdas": higherOrder,
  "JSON and the like": { ...jsons, ...xmls, ...avros, ...protobufs },
  Variants: variants,
  Miscellaneous: miscellaneous,
  Aggregates: aggregates,
  Windows: windows,
  Generators: generators,
};

const blocks = [...text.matchAll(/```sql\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
const statements = blocks.flatMap((block) => block.split(/;\n/)).filter((one) => one.trim() !== "");

test.each(statements)("%s", (statement) => {
  expect(() => parseStatement(statement)).not.toThrow();
});

test("the functions are those of the registry: vitest -u writes them again", async () => {
  const known = [...allFunctions()].filter(([name]) => findFunction(name) !== undefined);
  const listed = (names: readonly string[]): string =>
    names.map((name) => `\`${name}\``).join(", ");
  const refused = known.flatMap(([name, one]) =>
    unsupportedFunctions.has(one.name) ? [name] : [],
  );
  const sections = Object.entries(groups).map(([title, group]) => {
    const own = known.filter(([, { name }]) => Object.hasOwn(group, name)).map(([name]) => name);
    return `### ${title}\n${listed(own.filter((name) => !refused.includes(name)).sort())}\n`;
  });
  const last = `### Known, but not computed\n${listed(refused.sort())}\n`;
  const [head] = text.split(/^### /m, 1);
  await expect(`${head}${[...sections, last].join("\n")}`).toMatchFileSnapshot(path);
});
