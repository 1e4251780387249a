import type { FileStatus, Location, Store } from "../../storage/store.ts";
import { fixedPart, globExpression, prefixExpression } from "./glob.ts";
import { accept, type FoundFile, type ListingRules, type Root } from "./listing.ts";

/**
 * A file that somebody else has found, if it is one of those that some paths mean; as a listing
 * gives it. Nothing is listed for it.
 */
export function foundFile(
  paths: readonly Location[],
  rules: ListingRules,
  store: Store,
  status: FileStatus,
): FoundFile | undefined {
  for (const location of paths) {
    if (location.store !== store) continue;
    const root = rootAbove(location, rules, status.path);
    const file = root && accept(root, status, rules);
    if (file) return file;
  }
  return undefined;
}

/** The place, of those a path means, in or at which a file lies. */
function rootAbove(location: Location, rules: ListingRules, path: string): Root | undefined {
  const { store } = location;
  const fixed = fixedPart(location.path);
  const below = (folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
  const at = (folder: string): string =>
    rules.base?.path ?? (rules.nested && fixed !== location.path ? fixed : folder);
  if (!below(fixed)) return undefined;
  if (fixed === location.path) return { store, path: fixed, base: at(fixed) };
  if (rules.prefixes) {
    return { store, path: fixed, base: at(fixed), meant: prefixExpression(location.path) };
  }
  const meant = globExpression(location.path);
  for (let end = path.indexOf("/", fixed.length + 1); ; end = path.indexOf("/", end + 1)) {
    const folder = end < 0 ? path : path.slice(0, end);
    if (meant.test(folder)) return { store, path: folder, base: at(folder) };
    if (end < 0) return undefined;
  }
}
