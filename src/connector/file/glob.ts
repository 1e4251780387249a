import { error } from "../../error/error.ts";
import type { Location } from "../../storage/store.ts";

const magic = /[*?[\]{}\\]/;

/** Whether a path has a wildcard in it: `*`, `?`, `[…]`, `{…}`, `\`. */
export function isGlob(path: string): boolean {
  return magic.test(path);
}

/**
 * A Hadoop glob as an expression over whole names or paths: `*` and `?` stay within a segment,
 * `{a,b*}` chooses and nests, `[^a-c]` and `[!a-c]` negate, `\x` is x.
 */
export function globExpression(glob: string): RegExp {
  return new RegExp(`^${translate(glob, "[^/]")}$`, "s");
}

/**
 * A glob as Auto Loader reads it unless it is told to be strict: the paths that begin like it,
 * where `*` and `?` also stand for the `/` between folders.
 */
export function prefixExpression(glob: string): RegExp {
  return new RegExp(`^${translate(glob, ".")}`, "s");
}

/** The folders of a path before the first that has a wildcard; all of a path without any. */
export function fixedPart(path: string): string {
  const segments = path.split("/");
  const first = segments.findIndex(isGlob);
  return first < 0 ? path : segments.slice(0, first).join("/");
}

/** `any`: what `?` stands for. */
function translate(glob: string, any: string): string {
  let source = "";
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at]!;
    if (char === "\\") source += quote(glob[++at] ?? "\\");
    else if (char === "*") source += `${any}*`;
    else if (char === "?") source += any;
    else if (char === "[") {
      const end = glob.indexOf("]", at + 2);
      if (end < 0) throw illegal(glob);
      const body = glob
        .slice(at + 1, end)
        .replace(/^!/, "^")
        .replaceAll("\\", "\\\\");
      source += `[${body}]`;
      at = end;
    } else if (char === "{") {
      depth++;
      source += "(?:";
    } else if (char === "}" && depth > 0) {
      depth--;
      source += ")";
    } else if (char === "," && depth > 0) source += "|";
    else source += quote(char);
  }
  if (depth > 0) throw illegal(glob);
  return source;
}

function quote(char: string): string {
  return /[\w/ ]/.test(char) ? char : `\\${char}`;
}

function illegal(glob: string): Error {
  return error("INVALID_OPTION_VALUE", {
    name: "path",
    value: glob,
    expected: "has a bracket that is not closed",
  });
}

/**
 * The files and folders a path with wildcards means, in byte order. A local file system is walked
 * only as deep as the pattern goes; another store is listed below the part without wildcards.
 */
export async function expandGlob(location: Location): Promise<readonly Location[]> {
  const base = fixedPart(location.path);
  if (base === location.path) return [location];
  const pattern = location.path.slice(base.length + 1);
  const found =
    location.store.scheme === "file" ? await walk(base, pattern) : await match(location, base);
  return [...found].sort(byteOrder).map((path) => ({ store: location.store, path }));
}

/**
 * Segment by segment: fast-glob takes a folder in mid-path whose only wildcard is `?` for a plain
 * name. Hidden entries are matched only by a pattern that names them, as Hadoop's filter has it.
 */
async function walk(base: string, pattern: string): Promise<Iterable<string>> {
  const { default: glob } = await import("fast-glob");
  const options = { absolute: true, onlyFiles: false, extglob: false, suppressErrors: true };
  const all = new Set<string>();
  for (const choice of expandBraces(pattern)) {
    let found = [base];
    for (const segment of choice.split("/")) {
      const next = found.map(async (folder) =>
        isGlob(segment)
          ? glob(segment, { ...options, cwd: folder === "" ? "/" : folder })
          : [`${folder}/${segment}`],
      );
      found = (await Promise.all(next)).flat();
    }
    for (const path of found) all.add(path);
  }
  return all;
}

/** Each choice of `{a,b}` as a pattern of its own. */
export function expandBraces(pattern: string): string[] {
  const open = pattern.search(/(?<!\\)\{/);
  if (open < 0) return [pattern];
  const choices: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === "\\") at++;
    else if (char === "{") depth++;
    else if (char === "," && depth === 1) {
      choices.push(pattern.slice(from, at));
      from = at + 1;
    } else if (char === "}" && --depth === 0) {
      choices.push(pattern.slice(from, at));
      const [before, after] = [pattern.slice(0, open), pattern.slice(at + 1)];
      return choices.flatMap((choice) => expandBraces(before + choice + after));
    }
  }
  throw illegal(pattern);
}

async function match(location: Location, base: string): Promise<Iterable<string>> {
  const expression = globExpression(location.path);
  const depth = location.path.split("/").length;
  const found = new Set<string>();
  for await (const { path } of location.store.list(`${base}/`, { recursive: true })) {
    const prefix = path.split("/").slice(0, depth).join("/");
    if (expression.test(prefix)) found.add(prefix);
  }
  return found;
}

function byteOrder(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
