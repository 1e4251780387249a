import { comparePaths } from "../../storage/order.ts";
import type { FileStatus, Location, Store } from "../../storage/store.ts";
import { mapFiles } from "./input.ts";

/**
 * Names that a listing may give for each file that is looked for: ten answers of a store tell
 * less than the questions they spare.
 */
const namesPerFile = 100;
/** Fewer files are asked for one by one. */
const fewFiles = 3;

/**
 * What stores say of some files, in their order; undefined of those that are gone. Files of an
 * object store are looked for in a listing of what lies between the first and the last of them, a
 * thousand with each request, and asked for one by one where too many others lie between.
 */
export async function lookAt(
  files: readonly Location[],
): Promise<readonly (FileStatus | undefined)[]> {
  const listed = new Map<Store, Map<string, FileStatus | undefined>>();
  for (const [store, paths] of byStore(files)) {
    const asked = store.scheme !== "file" && paths.length >= fewFiles;
    listed.set(store, asked ? await listedStatuses(store, paths) : new Map());
  }
  return await mapFiles(files, async ({ store, path }) => {
    const known = listed.get(store)!;
    return known.has(path) ? known.get(path) : await store.stat(path);
  });
}

function byStore(files: readonly Location[]): ReadonlyMap<Store, readonly string[]> {
  const paths = new Map<Store, string[]>();
  for (const { store, path } of files) {
    const some = paths.get(store) ?? [];
    some.push(path);
    paths.set(store, some);
  }
  return paths;
}

/** Of the paths as far as the listing came. */
async function listedStatuses(
  store: Store,
  paths: readonly string[],
): Promise<Map<string, FileStatus | undefined>> {
  const wanted = [...new Set(paths)].sort(comparePaths);
  const [first, last] = [wanted[0]!, wanted.at(-1)!];
  const found = new Map<string, FileStatus | undefined>();
  // What is first itself comes after what it begins with.
  const options = { recursive: true, startAfter: first.slice(0, -1) };
  let [at, names] = [0, 0];
  for await (const status of store.list(commonFolder(first, last), options)) {
    for (; at < wanted.length && comparePaths(wanted[at]!, status.path) < 0; at++) {
      found.set(wanted[at]!, undefined);
    }
    if (wanted[at] === status.path) found.set(wanted[at++]!, status);
    if (at === wanted.length || ++names >= namesPerFile * wanted.length) return found;
  }
  for (; at < wanted.length; at++) found.set(wanted[at]!, undefined);
  return found;
}

/** With its slash. Of all paths between two, as well. */
function commonFolder(first: string, last: string): string {
  let shared = 0;
  while (shared < first.length && first[shared] === last[shared]) shared++;
  return first.slice(0, first.lastIndexOf("/", shared - 1) + 1);
}
