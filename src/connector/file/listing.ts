import { error } from "../../error/error.ts";
import { comparePaths } from "../../storage/order.ts";
import type { FileStatus, ListOptions, Location } from "../../storage/store.ts";
import type { ConnectorContext } from "../connector.ts";
import type { OptionReader } from "../option.ts";
import { expandGlob, fixedPart, globExpression, isGlob, prefixExpression } from "./glob.ts";
import { type PartitionText, partitionText } from "./partition.ts";

/** A data file below one of the paths that are read. */
export interface FoundFile extends FileStatus {
  /** Percent-encoded, as Hadoop prints a path's URI: `file:///data/a%20b`. */
  readonly uri: string;
  readonly location: Location;
  readonly partition: PartitionText;
}

export interface ListingRules {
  /** Every folder below, and no partition columns. */
  readonly recursive: boolean;
  /**
   * Every folder below; those spelled `column=value` still give partition columns, also where a
   * wildcard stands for them.
   */
  readonly nested: boolean;
  /** A path with wildcards means all that begins like it (see `prefixExpression`). */
  readonly prefixes?: boolean;
  readonly name?: RegExp;
  /** What names end with. */
  readonly ending?: string;
  /** ms since the epoch, exclusive. */
  readonly modifiedAfter?: number;
  readonly modifiedBefore?: number;
  /** Where partition folders begin, if not at the path itself. */
  readonly base?: Location;
}

/** The rules the options ask for (Spark's FileIndexOptions). */
export async function listingRules(
  options: OptionReader,
  context: ConnectorContext,
): Promise<ListingRules> {
  const pattern = options.text("pathGlobFilter");
  const timeZone = options.text("timeZone") ?? context.queryContext().timeZone;
  const modifiedAfter = options.instantMs("modifiedAfter", timeZone);
  const modifiedBefore = options.instantMs("modifiedBefore", timeZone);
  const base = options.text("basePath");
  return {
    recursive: options.flag("recursiveFileLookup", false),
    nested: false,
    ...(pattern === undefined ? {} : { name: globExpression(pattern) }),
    ...(options.flag("ignoreExtension", true) ? {} : { ending: ".avro" }),
    ...(modifiedAfter === undefined ? {} : { modifiedAfter }),
    ...(modifiedBefore === undefined ? {} : { modifiedBefore }),
    ...(base === undefined ? {} : { base: await context.locate(base) }),
  };
}

/**
 * The data files below some paths, path by path, each in byte order. Names that begin with `_`
 * (without `=`) or `.`, and what lies in folders of such names, are hidden. `most`: not more.
 */
export async function listFiles(
  paths: readonly Location[],
  rules: ListingRules,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  for (const path of paths) {
    for (const root of await rootsOf(path, rules)) {
      for await (const file of filesBelow(root, rules)) {
        found.push(file);
        if (found.length >= most) return found;
      }
    }
  }
  return found;
}

/** A place that is listed. */
export interface Root extends Location {
  /** The whole paths that are meant; absent: all. */
  readonly meant?: RegExp;
  /** Where partition folders begin. */
  readonly base: string;
}

/** The places a path means, those of a wildcard in byte order. */
export async function rootsOf(location: Location, rules: ListingRules): Promise<readonly Root[]> {
  const { store, path } = location;
  const fixed = fixedPart(path);
  if (rules.prefixes && fixed !== path) {
    const base = rules.base?.path ?? fixed;
    return [{ store, path: fixed, meant: prefixExpression(path), base }];
  }
  const roots = await expandGlob(location);
  return roots.map((root) => ({
    ...root,
    base: rules.base?.path ?? (rules.nested ? fixed : root.path),
  }));
}

/** What part of a root is listed, and what of it need not come. */
export interface ListingPart {
  /** Only files after this path, in byte order. */
  readonly after?: string;
  /** Only files up to this path. */
  readonly to?: string;
  /** Where the listing ends: of the first path that it is true of neither that nor more comes. */
  until?(path: string): boolean;
  /** Files that may be left out: a store spares itself looking at them. */
  skip?(path: string): boolean;
  /** Hears of every path that is listed, wanted or not. */
  passed?(path: string): void;
}

/** The data files below a root, or the root itself if it is a file, in byte order. */
export async function* filesBelow(
  root: Root,
  rules: ListingRules,
  part: ListingPart = {},
): AsyncGenerator<FoundFile> {
  const { after, to, until, skip, passed } = part;
  let [empty, partitioned, loose] = [true, false, false];
  const options: ListOptions = {
    recursive: true,
    ...(after === undefined ? {} : { startAfter: after }),
    ...(skip ? { skip: (path) => hear(path) && skip(path) } : {}),
  };
  const hear = (path: string): boolean => {
    empty = false;
    passed?.(path);
    return true;
  };
  for await (const status of root.store.list(`${root.path}/`, options)) {
    hear(status.path);
    if (to !== undefined && comparePaths(status.path, to) > 0) return;
    if (until?.(status.path)) return;
    const file = accept(root, status, rules);
    if (!file) continue;
    if (!rules.recursive && !rules.nested) {
      const inPartition = file.partition.length > 0;
      if (!inPartition && status.path.indexOf("/", root.path.length + 1) >= 0) continue;
      if (inPartition) partitioned = true;
      else loose = true;
      if (partitioned && loose && rules.base === undefined) {
        const path = root.store.uri(root.path);
        throw error("CONFLICTING_DIRECTORY_STRUCTURES", { path });
      }
    }
    yield file;
    if (to === status.path) return;
  }
  if (!empty || after !== undefined) return;
  const single = await root.store.stat(root.path);
  const file = single && accept(root, single, rules);
  if (file) yield file;
}

/** A file that was found below a root, if it is one of those that are meant. */
export function accept(root: Root, status: FileStatus, rules: ListingRules): FoundFile | undefined {
  const { path, size, modificationTime, etag } = status;
  if (root.meant && !root.meant.test(path)) return undefined;
  const inside =
    path === root.path ? path.slice(path.lastIndexOf("/") + 1) : path.slice(root.path.length + 1);
  if (isHidden(inside)) return undefined;
  const name = inside.slice(inside.lastIndexOf("/") + 1);
  if (rules.name && !rules.name.test(name)) return undefined;
  if (rules.ending !== undefined && !name.endsWith(rules.ending)) return undefined;
  if (rules.modifiedAfter !== undefined && modificationTime <= rules.modifiedAfter)
    return undefined;
  if (rules.modifiedBefore !== undefined && modificationTime >= rules.modifiedBefore) {
    return undefined;
  }
  const { base } = root;
  const relative = path.startsWith(`${base}/`) ? path.slice(base.length + 1) : inside;
  const partition = rules.recursive ? noPartition : partitionOf(relative, rules);
  const location = { store: root.store, path };
  const file = { path, size, modificationTime, uri: root.store.uri(path), location, partition };
  return etag === undefined ? file : { ...file, etag };
}

const noPartition: PartitionText = [];

function partitionOf(relative: string, rules: ListingRules): PartitionText {
  if (!relative.includes("=")) return noPartition;
  if (!rules.nested) return partitionText(relative) ?? [];
  const parts = relative.split("/");
  const folders = parts.slice(0, -1).filter((part) => part.indexOf("=") > 0);
  return partitionText([...folders, parts.at(-1)].join("/")) ?? [];
}

/** The partition of a file that was listed in an earlier run. */
export function partitionBelow(
  path: string,
  roots: readonly Location[],
  rules: ListingRules,
): PartitionText {
  if (rules.recursive) return [];
  const bases = roots.map((root) => (rules.nested ? fixedPart(root.path) : root.path));
  const base = rules.base?.path ?? bases.find((folder) => path.startsWith(`${folder}/`)) ?? "";
  const relative = path.slice(base.length + 1);
  // Below a glob the base is not known: the folders next to the file count.
  const parts = relative.split("/");
  let first = parts.length - 1;
  while (first > 0 && parts[first - 1]!.indexOf("=") > 0) first--;
  return rules.nested
    ? partitionOf(relative, rules)
    : partitionOf(parts.slice(first).join("/"), rules);
}

/** Whether a name of a path hides the file; most paths have no letter that could. */
function isHidden(path: string): boolean {
  return /(^|\/)[._]|\._COPYING_/.test(path) && path.split("/").some(hidden);
}

function hidden(name: string): boolean {
  return (
    name.startsWith(".") ||
    (name.startsWith("_") && !name.includes("=")) ||
    name.endsWith("._COPYING_")
  );
}

/** Throws PATH_NOT_FOUND for a path without wildcards that has neither file nor folder. */
export async function requirePaths(paths: readonly Location[]): Promise<void> {
  for (const location of paths) {
    if (!isGlob(location.path) && !(await exists(location))) {
      throw error("PATH_NOT_FOUND", { path: location.store.uri(location.path) });
    }
  }
}

async function exists({ store, path }: Location): Promise<boolean> {
  if (await store.stat(path)) return true;
  for await (const _ of store.list(`${path}/`, { recursive: true })) return true;
  if (store.scheme !== "file") return false;
  // A store knows no empty folder, but a local one may wait for its first file.
  const { stat } = await import("node:fs/promises");
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
