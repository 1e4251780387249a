import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Left to right: a room may import the rooms before it, and those in its own group. */
const rooms = [
  ["env", "error", "schema"],
  ["storage", "plan"],
  ["sql"],
  ["analysis"],
  ["engine"],
  ["log"],
  ["table"],
  ["catalog"],
  ["stream"],
  ["connector"],
  ["execution"],
  ["session"],
  ["cli"],
];

/** Files that stand outside the order: faces and suites that may look everywhere. */
const faces = new Set(["index", "bin", "conformance"]);

const banned: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\(/, "env.now()"],
  [/\bnew Date\(\)/, "new Date(env.now())"],
  [/\bMath\.random\(/, "env.random()"],
  [/\brandomUUID\b/, "env.uuid()"],
  [/\bset(Timeout|Interval)\(/, "env.sleep()"],
  [/\bconsole\.\w+\(/, "env.print() or env.warn()"],
  [/\bprocess\.std(out|err)\b/, "env.print(), or the io of the command line"],
  [/\bperformance\.now\(/, "env.monotonic()"],
  [/\b(FIXME|XXX)\b/, "do it, or open an issue"],
];

const vagueNames = /(^|-)(utils?|helpers?|commons?|managers?|impl|misc)(-|$)/;

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return walk(path);
    return /\.ts$/.test(name) ? [path] : [];
  });
}

const sources = walk(join(root, "src")).map((path) => ({
  name: relative(root, path).replaceAll("\\", "/"),
  text: readFileSync(path, "utf8"),
}));

function roomOf(file: string): string {
  return file.split("/")[1]!.replace(/\.ts$/, "");
}

function rankOf(room: string): number {
  return rooms.findIndex((group) => group.includes(room));
}

function importsOf(file: { name: string; text: string }): string[] {
  const found = [...file.text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)];
  return found.map((match) => join(dirname(file.name), match[1]!).replaceAll("\\", "/"));
}

describe("source", () => {
  test("every room is known", () => {
    const unknown = sources
      .map((file) => roomOf(file.name))
      .filter((room) => {
        return rankOf(room) < 0 && !faces.has(room);
      });
    expect(new Set(unknown)).toEqual(new Set());
  });

  test("imports go left only", () => {
    const wrong = sources.flatMap((file) => {
      const own = roomOf(file.name);
      if (faces.has(own)) return [];
      return importsOf(file)
        .filter((target) => rankOf(roomOf(target)) > rankOf(own) || faces.has(roomOf(target)))
        .map((target) => `${file.name} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test("files are small: none over 500 lines, half of them under 150, 100 columns", () => {
    const lines = sources.map((file) => ({ ...file, lines: file.text.split("\n") }));
    expect(lines.filter((file) => file.lines.length > 501).map((file) => file.name)).toEqual([]);
    const sizes = lines.map((file) => file.lines.length).sort((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(150);
    const wide = lines.flatMap((file) =>
      file.lines.flatMap((line, index) =>
        line.length > 100 && !isText(file.name, line) ? [`${file.name}:${index + 1}`] : [],
      ),
    );
    expect(wide).toEqual([]);
  });

  test("functions are under 70 lines", () => {
    const long = sources.flatMap((file) => longFunctions(file.name, file.text));
    expect(long).toEqual([]);
  });

  test("names are plain nouns", () => {
    const vague = sources
      .flatMap((file) => file.name.replace(/\.ts$/, "").split("/"))
      .filter((part) => vagueNames.test(part));
    expect(vague).toEqual([]);
  });

  test("time, chance and output go through env", () => {
    const found = sources
      .filter((file) => !["src/env.ts", "src/bin.ts"].includes(file.name))
      .flatMap((file) =>
        file.text.split("\n").flatMap((line, index) => {
          const code = line.replace(/^\s*(\*|\/\/|\/\*\*).*$/, "");
          return banned
            .filter(([pattern]) => pattern.test(code))
            .map(([, remedy]) => `${file.name}:${index + 1}: use ${remedy}`);
        }),
      );
    expect(found).toEqual([]);
  });
});

/** A condition's message must be one literal, or TypeScript forgets the names in its braces. */
function isText(name: string, line: string): boolean {
  return /https?:\/\//.test(line) || (name.startsWith("src/error/") && /^ *["']/.test(line));
}

/** Functions and methods by indentation: biome has formatted the source. */
function longFunctions(name: string, text: string): string[] {
  const lines = text.split("\n");
  const found: string[] = [];
  for (const [index, line] of lines.entries()) {
    const start =
      /^(\s*)(export )?(default )?(async )?function\b.*\{$/.exec(line) ??
      /^(\s+)(static |async |get |set |\*|#)*[\w#[\].]+\(.*\).*\{$/.exec(line);
    if (!start || /^\s*(if|for|while|switch|catch)\b/.test(line)) continue;
    const last = `${start[1]}}`;
    const end = lines.findIndex((other, at) => at > index && other.startsWith(last));
    if (end - index > 70) found.push(`${name}:${index + 1} has ${end - index} lines`);
  }
  return found;
}

describe("package", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

  test("dependencies are the named ones, each with its reason in CONTRIBUTING.md", () => {
    expect(Object.keys(manifest.dependencies)).toEqual([
      "@bokuweb/zstd-wasm",
      "@duckdb/node-api",
      "@duckdb/node-bindings",
      "apache-arrow",
      "fast-glob",
      "sax",
      "snappyjs",
      "tsx",
      "uuid",
    ]);
    const reasons = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
    const all = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(all.filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
  });

  test("versions are exact, and scripts have no pre or post hooks", () => {
    const versions = { ...manifest.dependencies, ...manifest.devDependencies };
    for (const version of Object.values(versions)) expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)/.test(name))).toEqual([]);
  });

  test("the lock file names no place to download from", () => {
    expect(readFileSync(join(root, "package-lock.json"), "utf8")).not.toContain('"resolved"');
  });
});

/** Whether a file has a test of the title, or a group of tests, that nothing skips. */
function runs(path: string, title: string): boolean {
  const file = join(root, path);
  if (!statSync(file, { throwIfNoEntry: false })) return false;
  const text = readFileSync(file, "utf8");
  const at = text.indexOf(`(${JSON.stringify(title)}`);
  const calls = [...text.slice(0, at + 1).matchAll(/\b(?:test|describe)\b[.\w]*(?=[(<])/g)];
  return at >= 0 && /^(test|describe)(\.each)?$/.test(calls.at(-1)?.[0] ?? "");
}

describe("documents", () => {
  test("paths that docs/architecture.md names are there", () => {
    const text = readFileSync(join(root, "docs/architecture.md"), "utf8");
    const named = [...text.matchAll(/`((?:src|test|bench|docs|examples)\/[\w./-]+)`/g)];
    expect(named.length).toBeGreaterThan(10);
    const missing = named
      .map((match) => match[1]!)
      .filter((path) => {
        return !statSync(join(root, path), { throwIfNoEntry: false });
      });
    expect(missing).toEqual([]);
  });

  test("tests that docs/protocol.md names are there, and run", () => {
    const text = readFileSync(join(root, "docs/protocol.md"), "utf8");
    const named = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)`: "([^"]+)"/g)];
    expect(named.length).toBeGreaterThan(40);
    const features = text.split("\n").filter((line) => /^\| (`|[a-z])/.test(line));
    const unproven = features.filter((line) => !/\.test\.ts`: "|\| (feature|item) \|/.test(line));
    const missing = named.filter(([, path, title]) => !runs(path!, title!)).map(([each]) => each);
    expect([...unproven, ...missing]).toEqual([]);
  });

  test("tests that the README names are there", () => {
    const text = readFileSync(join(root, "README.md"), "utf8");
    const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !statSync(join(root, path), { throwIfNoEntry: false }))).toEqual(
      [],
    );
  });
});
