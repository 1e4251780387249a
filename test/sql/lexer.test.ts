import { describe, expect, test } from "vitest";
import { type LexerOptions, tokenize } from "../../src/sql/lexer.ts";

function values(text: string, options?: LexerOptions): string[] {
  return tokenize(text, options)
    .slice(0, -1)
    .map((token) => `${token.kind}:${token.value}`);
}

describe("tokens", () => {
  test("numbers end where a letter would follow; `1a` is a word", () => {
    expect(values("1 1L 2S 3Y 4F 5D 6BD 1.5 .5 1. 1e5 1.5e-3d")).toEqual(
      "1 1L 2S 3Y 4F 5D 6BD 1.5 .5 1. 1e5 1.5e-3d".split(" ").map((text) => `number:${text}`),
    );
    expect(values("1a 1e")).toEqual(["word:1a", "word:1e"]);
    expect(values("t.1a")).toEqual(["word:t", "symbol:.", "word:1a"]);
  });

  test("strings: escapes, doubled quotes, raw", () => {
    expect(values(String.raw`'a\'b' 'it''s' "x""y" r'\n' '\t\u0041\101\%'`)).toEqual([
      "string:a'b",
      "string:it's",
      'string:x"y',
      "string:\\n",
      "string:\tAA\\%",
    ]);
    expect(values(String.raw`'a\d'`, { escapedStringLiterals: true })).toEqual(["string:a\\d"]);
  });

  test("quoted names: backticks doubled, double quotes by configuration", () => {
    expect(values('`a``b` "c"', { doubleQuotedIdentifiers: true })).toEqual([
      "quoted:a`b",
      "quoted:c",
    ]);
    expect(tokenize("`select`")[0]?.key).toBe("");
  });

  test("a doubled quote is a quote, or the end of one literal and the begin of the next", () => {
    expect(values(`'a''b' "c""d"`)).toEqual(["string:a'b", 'string:c"d']);
    expect(values(`'a''b' "c""d"`, { consecutiveStringLiterals: true })).toEqual([
      "string:a",
      "string:b",
      "string:c",
      "string:d",
    ]);
  });

  test("comments nest; a hint is one only after SELECT", () => {
    expect(values("a /* b /* c */ d */ e -- f\n g")).toEqual(["word:a", "word:e", "word:g"]);
    expect(values("SELECT /*+ BROADCAST(/* t) */ 1")).toEqual(["word:SELECT", "number:1"]);
    expect(() => tokenize("a\n /* b")).toThrow(/UNCLOSED_BRACKETED_COMMENT.*line 2, pos 1/s);
  });

  test("symbols are the longest that fit", () => {
    expect(values("a<=>b>>>c::d->e=>f|>g||h!=i")).toEqual(
      expect.arrayContaining(
        "<=> >>> :: -> => |> || !=".split(" ").map((each) => `symbol:${each}`),
      ),
    );
  });

  test("places: lines from 1, columns from 0", () => {
    const last = tokenize("a\n  b /*\n*/ c")[2];
    expect(last).toMatchObject({ value: "c", line: 3, column: 3 });
  });

  test("what is no token is kept for the parser to refuse", () => {
    expect(values("a # b")).toEqual(["word:a", "unknown:#", "word:b"]);
  });
});
