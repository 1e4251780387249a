import { error, type MillraceError } from "../../../error/error.ts";
import { checkLegacyPattern } from "./pattern-legacy-token.ts";

/** What a pattern is for. */
export interface PatternUse {
  readonly parsing: boolean;
  /** Of wall clocks: Spark before 3.0 had none, so that its patterns are not asked. */
  readonly local?: boolean;
}

/** A run of one letter, a text, or the bounds of a part that may be missing. */
export type PatternToken =
  | { readonly kind: "letters"; readonly letter: string; readonly width: number }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "open" }
  | { readonly kind: "close" };

/**
 * The tokens of a pattern in the letters of Java's DateTimeFormatter, less those that Spark takes
 * out. Throws INVALID_DATETIME_PATTERN, or INCONSISTENT_BEHAVIOR_CROSS_VERSION where Spark before
 * 3.0 knew the pattern.
 */
export function patternTokens(pattern: string, use: PatternUse): readonly PatternToken[] {
  const tokens = tokenize(pattern);
  const refused = refusal(pattern, use);
  if (tokens !== undefined && refused === undefined) {
    if (tokens.every((token) => token.kind !== "letters" || known(token))) return tokens;
  }
  if (use.local) throw unrecognized(pattern);
  if (!checkLegacyPattern(pattern)) throw refused ?? unrecognized(pattern);
  throw error("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", {
    pattern: `'${pattern}'`,
    config: '"spark.sql.legacy.timeParserPolicy"',
  });
}

/** That a pattern is none, whoever would read it. */
export function unrecognized(pattern: string): MillraceError {
  return error("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", { pattern: `'${pattern}'` });
}

/** Undefined where a quote or a part is not closed, or a reserved mark stands bare. */
function tokenize(pattern: string): readonly PatternToken[] | undefined {
  const tokens: PatternToken[] = [];
  let depth = 0;
  for (const piece of pattern.match(/'(?:[^']|'')*'?|([A-Za-z])\1*|[\s\S]/g) ?? []) {
    if (piece.startsWith("'")) {
      const quotes = piece.length - piece.replaceAll("'", "").length;
      if (quotes % 2 === 1) return undefined;
      const text = piece === "''" ? "'" : piece.slice(1, -1).replaceAll("''", "'");
      tokens.push({ kind: "text", text });
    } else if (/[A-Za-z]/.test(piece)) {
      tokens.push({ kind: "letters", letter: piece[0] as string, width: piece.length });
    } else if (piece === "[" || piece === "]") {
      depth += piece === "[" ? 1 : -1;
      if (depth < 0) return undefined;
      tokens.push({ kind: piece === "[" ? "open" : "close" });
    } else {
      if (/[{}#]/.test(piece)) return undefined;
      tokens.push({ kind: "text", text: piece });
    }
  }
  // What is open at the end is closed there.
  for (; depth > 0; depth -= 1) tokens.push({ kind: "close" });
  return tokens;
}

const weekBased = "YWwuec";
const refusedAlways = "ABnNp";
const refusedInParsing = "EFqQ";
const refusedLengths = ["GGGGG", "MMMMM", "LLLLL", "EEEEE", "QQQQQ", "qqqqq", "yyyyyyy"];

/** What Spark itself refuses in a pattern, before it is read. */
function refusal(pattern: string, { parsing }: PatternUse): MillraceError | undefined {
  for (const part of pattern.split("'").filter((_, index) => index % 2 === 0)) {
    const letter = [...part].find((one) => weekBased.includes(one));
    if (letter !== undefined) {
      return error("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", {
        c: letter,
      });
    }
    const letters = parsing ? refusedAlways + refusedInParsing : refusedAlways;
    const c = [...part].find((one) => letters.includes(one));
    if (c !== undefined) return error("INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", { c, pattern });
    const long = refusedLengths.find((run) => part.includes(run));
    if (long !== undefined) return error("INVALID_DATETIME_PATTERN.LENGTH", { pattern: long });
  }
  return undefined;
}

/** The most letters of one kind in a row, where any number up to it will do. */
const most: Readonly<Record<string, number>> = {
  ...{ G: 4, y: 6, M: 4, L: 4, d: 2, D: 3, E: 4, Q: 4, q: 4, F: 1, a: 1 },
  ...{ H: 2, k: 2, K: 2, h: 2, m: 2, s: 2, S: 9, z: 4, X: 5, x: 5, Z: 5 },
};

function known({ letter, width }: { readonly letter: string; readonly width: number }): boolean {
  if (letter === "V") return width === 2;
  if (letter === "O") return width === 1 || width === 4;
  return width <= (most[letter] ?? 0);
}
