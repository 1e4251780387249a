/** Byte order of two paths in UTF-8, which is the order of their code points. */
export function comparePaths(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const one = left.charCodeAt(index);
    const other = right.charCodeAt(index);
    if (one !== other) return rank(one) - rank(other);
  }
  return left.length - right.length;
}

const surrogate = /[\ud800-\udfff]/;

/** Sorts paths in place, in that order: which is JavaScript's own but for such as these. */
export function sortPaths(paths: string[]): string[] {
  return paths.some((path) => surrogate.test(path)) ? paths.sort(comparePaths) : paths.sort();
}

/** UTF-16 keeps the code points past U+FFFF below U+E000: lift them to where UTF-8 has them. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
