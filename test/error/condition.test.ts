import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { conditions } from "../../src/error/condition.ts";
import type { Condition } from "../../src/error/kind.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = join(root, "src/error");
const all: readonly (readonly [string, Condition])[] = Object.entries(conditions);

/** Spark's own words, which tools and people know: they begin as Spark begins them. */
const sparksWords = new Set([
  "QUERY_NAME_MISSING",
  "PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO",
  "SINK_NOT_PARTITIONED",
  "CHECKPOINT_LOCATION_MISSING",
  "STREAMING_CHECKPOINT_MISSING_BATCH",
  "STREAMING_CHECKPOINT_SOURCES_CHANGED",
  "NEGATIVE_TRIGGER_INTERVAL",
  "DELTA_OVERWRITE_SCHEMA_WITH_DYNAMIC_PARTITION_OVERWRITE",
]);

describe("conditions", () => {
  test("each is defined once", async () => {
    const names: string[] = [];
    for (const file of readdirSync(folder)) {
      if (file === "condition.ts" || file === "error.ts") continue;
      const module: Record<string, object> = await import(join(folder, file));
      names.push(...Object.values(module).flatMap(Object.keys));
    }
    const twice = names.filter((name, at) => names.indexOf(name) !== at);
    expect(twice).toEqual([]);
    expect(names.sort()).toEqual(all.map(([code]) => code).sort());
  });

  test("each is thrown somewhere", () => {
    const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
    const text = files
      .filter((file) => file.endsWith(".ts") && !file.startsWith("error"))
      .map((file) => readFileSync(join(root, "src", file), "utf8"))
      .join("\n");
    expect(all.map(([code]) => code).filter((code) => !text.includes(`"${code}"`))).toEqual([]);
  });

  test("each message is a sentence: a capital first, no period last, no contractions", () => {
    const wrong = all.filter(
      ([code, { message }]) =>
        !sparksWords.has(code) && (!/^[A-Z`{].*[^.]$/s.test(message) || /n't\b/.test(message)),
    );
    expect(wrong).toEqual([]);
  });

  test("each has a SQLSTATE of five characters", () => {
    expect(all.filter(([, { sqlState }]) => !/^[0-9A-Z]{5}$/.test(sqlState))).toEqual([]);
  });
});

test("docs/errors.md lists them all as they are: vitest -u writes it again", async () => {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replace(/\n+/g, "<br>");
  const rows = all
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { sqlState, kind, message }]) => {
      return `| \`${code}\` | ${sqlState} | ${kind} | ${cell(message)} |\n`;
    });
  const path = join(root, "docs/errors.md");
  const [head] = readFileSync(path, "utf8").split("| `", 1);
  await expect(head + rows.join("")).toMatchFileSnapshot(path);
});
