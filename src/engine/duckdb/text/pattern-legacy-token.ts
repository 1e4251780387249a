const letters = "GyMdkHmsSEDFwWahKzZYuXL";

/** A run of one letter of Java's SimpleDateFormat, or a text. */
export type LegacyToken =
  | { readonly kind: "letters"; readonly letter: string; readonly width: number }
  | { readonly kind: "text"; readonly text: string };

/** The tokens of a pattern as Spark before 3.0 read it; undefined if it is none. */
export function legacyTokens(pattern: string): readonly LegacyToken[] | undefined {
  const tokens: LegacyToken[] = [];
  for (const piece of pattern.match(/'(?:[^']|'')*'?|([A-Za-z])\1*|[\s\S]/g) ?? []) {
    if (piece.startsWith("'")) {
      const quotes = piece.length - piece.replaceAll("'", "").length;
      if (quotes % 2 === 1) return undefined;
      const text = piece === "''" ? "'" : piece.slice(1, -1).replaceAll("''", "'");
      tokens.push({ kind: "text", text });
    } else if (/[A-Za-z]/.test(piece)) {
      const letter = piece[0] as string;
      const width = piece.length;
      if (!letters.includes(letter) || (letter === "X" && width > 3)) return undefined;
      tokens.push({ kind: "letters", letter, width });
    } else tokens.push({ kind: "text", text: piece });
  }
  return tokens;
}

/** Whether Spark before 3.0 knew the pattern. */
export function checkLegacyPattern(pattern: string): boolean {
  return legacyTokens(pattern) !== undefined;
}
