import { raise } from "../../failure.ts";
import { text } from "../../quote.ts";
import type { Compilation, Group } from "./registry.ts";

const each =
  (name: string): Compilation =>
  (args) =>
    `${name}(${args.join(", ")})`;

/** Null handling, CASE, IN and patterns. */
export const conditionals: Group = {
  isnull: ([value]) => `(${value} IS NULL)`,
  isnotnull: ([value]) => `(${value} IS NOT NULL)`,
  isnan: ([value]) => `coalesce(isnan(${value}), false)`,
  coalesce: each("coalesce"),
  nanvl: ([value, other]) => `CASE WHEN isnan(${value}) THEN ${other} ELSE ${value} END`,
  when: (args) => {
    const branches: string[] = [];
    for (let at = 0; at + 1 < args.length; at += 2) {
      branches.push(`WHEN ${args[at]} THEN ${args[at + 1]}`);
    }
    const otherwise = args.length % 2 === 1 ? ` ELSE ${args[args.length - 1]}` : "";
    return `CASE ${branches.join(" ")}${otherwise} END`;
  },
  in: ([value, ...list]) => `(${value} IN (${list.join(", ")}))`,
  greatest: each("greatest"),
  least: each("least"),
  like: pattern("LIKE"),
  ilike: pattern("ILIKE"),
  rlike: ([value, regexp]) => `regexp_matches(${value}, ${regexp})`,
  assert_true: ([condition, message], { node }) => {
    void node;
    const failure = raise("USER_RAISED_EXCEPTION", {
      errorMessage: message ?? text("assertion is not true"),
    });
    return `CASE WHEN coalesce(${condition}, false) THEN CAST(NULL AS INTEGER) ELSE ${failure} END`;
  },
  raise_error: ([message]) =>
    `CASE WHEN ${message} IS NULL THEN CAST(NULL AS INTEGER)
      ELSE ${raise("USER_RAISED_EXCEPTION", { errorMessage: message ?? "''" })} END`,
};

/** Spark's patterns escape with a backslash unless another character is named. */
function pattern(word: "LIKE" | "ILIKE"): Compilation {
  return ([value, like, mark]) => `(${value} ${word} ${like} ESCAPE ${mark ?? text("\\")})`;
}
