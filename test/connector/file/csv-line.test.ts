import { expect, test } from "vitest";
import { csvLine, csvStyle } from "../../../src/connector/file/csv-line.ts";

const written = (values: readonly (string | null)[], options: Record<string, string> = {}) =>
  csvLine(values, csvStyle(options));

test("values are quoted where they would be read as something else", () => {
  expect(written(["a", "b c"])).toBe("a,b c");
  expect(written(["a,b", "x\ny", 'say "no"'])).toBe('"a,b","x\ny","say \\"no\\""');
  expect(written(["back\\slash", "a,\\b"])).toBe('back\\slash,"a,\\\\b"');
});

test("null and the empty text are told apart, and can be spelled", () => {
  expect(written([null, "", "x"])).toBe(',"",x');
  expect(written([null, ""], { nullvalue: "NULL", emptyvalue: "EMPTY" })).toBe("NULL,EMPTY");
});

test("blanks around values go, unless they are to stay", () => {
  expect(written([" a ", "\tb"])).toBe("a,b");
  const kept = { ignoreleadingwhitespace: "false", ignoretrailingwhitespace: "false" };
  expect(written([" a ", "\tb"], kept)).toBe(" a ,\tb");
});

test("other marks", () => {
  expect(written(["a|b", "c'd"], { sep: "|", quote: "'", escape: "'" })).toBe("'a|b'|'c''d'");
  expect(written(["a", "b"], { sep: "\\t", quoteall: "true" })).toBe('"a"\t"b"');
  expect(written(['a"b'], { escapequotes: "false" })).toBe('a"b');
  expect(() => csvStyle({ quote: "ab" })).toThrow(/INVALID_OPTION_VALUE/);
});
