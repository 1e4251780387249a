import { describe, expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

// The rows of these tables are Spark 4.2's own answers.
describe("from_xml", () => {
  const corrupt = "a INT, b INT, _corrupt_record STRING";
  const bad = "<p><b>2</b><a>x</a></p>";

  test.each([
    ["<p><a>1</a><b>2</b></p>", corrupt, "{1, 2, null}"],
    [bad, "a INT, b INT", "{null, 2}"],
    [bad, corrupt, `{null, 2, ${bad}}`],
    ["<p><a>1</a>", corrupt, "{null, null, <p><a>1</a>}"],
    ["", corrupt, "{null, null, }"],
    ["abc", corrupt, "{null, null, abc}"],
    ["<p><a>&nope;</a></p>", corrupt, "{null, null, <p><a>&nope;</a></p>}"],
    [`<p x="z"><a>1</a></p>`, "_x INT, a INT", "{null, null}"],
    ["<p><a>1</a></p><p><a>2</a></p>", "a INT", "{1}"],
    ["  <!-- c --><p><a>1</a></p>  ", "a INT", "{1}"],
    ['<?xml version="1.0"?><p><a>1</a></p>', "a INT", "{1}"],
    ['<p x="5"><a y="6">1</a></p>', "_x INT, a STRUCT<_y: INT, _VALUE: INT>", "{5, {6, 1}}"],
    ["<p>5<a>1</a>6</p>", "_VALUE ARRAY<INT>, a INT", "{[5, 6], 1}"],
    ["<p><a/><b></b><c> x </c></p>", "a INT, b STRING, c STRING", "{null, , x}"],
    ["<p><x>1</x><y>2</y></p>", "xs_any ARRAY<STRING>", "{[1, 2]}"],
    ["<p><A>1</A><A>2</A></p>", "a INT", "{2}"],
    ["<p><m><k>1</k><l>2</l></m></p>", "m MAP<STRING, INT>", "{{k -> 1, l -> 2}}"],
    ["<p><a><b>1</b>t</a></p>", "a STRING", "{<b>1</b>t}"],
    ["<p><a>&lt;&amp;&#65;<![CDATA[<x>]]></a></p>", "a STRING", "{<&A<x>}"],
    ["<p><d>1.25</d><e>1,000.5</e></p>", "d DECIMAL(4,1), e DECIMAL(10,2)", "{1.3, 1000.50}"],
    ["<p><b>AQID</b></p>", "b BINARY", "{null}"],
    ["<p><b>[61 6A]</b><c>[]</c></p>", "b BINARY, c BINARY", "{aj, }"],
    ["<p><b>[61 6]</b></p>", "b BINARY", "{null}"],
    ["<p><t>14:30</t><u>9:05:01</u></p>", "t TIME, u TIME", "{14:30:00, 09:05:01}"],
    ["<p><t>2020-01-01</t><d>2020-01-01T00:00:00Z</d></p>", "t DATE, d DATE", "{2020-01-01, null}"],
  ])("%s as %s", async (xml, schema, expected) => {
    expect(await answer(`SELECT string(from_xml('${xml}', '${schema}'))`)).toBe(expected);
  });

  test.each([
    ["<p><a>-</a><b>-</b></p>", "a INT, b STRING", "'nullValue', '-'", "{null, null}"],
    ["<p><c> x </c></p>", "c STRING", "'ignoreSurroundingSpaces', 'false'", "{ x }"],
    ["<p><x>1</x><y>2</y></p>", "w STRING", "'wildcardColName', 'w'", "{2}"],
    [bad, "a INT, b INT, q STRING", "'columnNameOfCorruptRecord', 'q'", `{null, 2, ${bad}}`],
    ['<p x="5"><a>1</a></p>', "_x INT, a INT", "'excludeAttribute', 'true'", "{null, 1}"],
    ['<n:p xmlns:n="u"><n:a>1</n:a></n:p>', "a INT", "'ignoreNamespace', 'true'", "{1}"],
    [
      "<p><n>01/02/2020</n></p>",
      "n TIMESTAMP_NTZ",
      "'timestampNTZFormat', 'dd/MM/yyyy'",
      "{2020-02-01 00:00:00}",
    ],
    ["<p><d>3.4.2020</d></p>", "d DATE", "'dateFormat', 'd.M.yyyy'", "{2020-04-03}"],
    ["<p><t>2:30 PM</t></p>", "t TIME", "'timeFormat', 'h:mm a'", "{14:30:00}"],
    [
      "<p><t>2020-01-01 10:00:00</t></p>",
      "t TIMESTAMP",
      "'timeZone', 'UTC'",
      "{2020-01-01 02:00:00}",
    ],
    [
      "<p><a>x</a></p>",
      "a INT",
      "'mode', 'FAILFAST'",
      "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
    ],
    ["<p><a>1</a></p>", "a INT", "'mode', 'DROPMALFORMED'", "PARSE_MODE_UNSUPPORTED"],
    ["<p><a>1</a></p>", "a INT", "'rowTag', ''", "INVALID_TEXT_OPTION"],
  ])("%s as %s with %s", async (xml, schema, options, expected) => {
    const sql = `SELECT string(from_xml('${xml}', '${schema}', map(${options})))`;
    expect(await answer(sql)).toBe(expected);
  });

  test("rows stand each for itself, and nulls are null", async () => {
    const rows = "VALUES ('<p><a>1</a></p>'), ('<p><a>q</a></p>'), (NULL) AS t(x)";
    expect(await answer(`SELECT string(from_xml(x, 'a INT')) FROM ${rows}`)).toBe(
      "{1}; {null}; null",
    );
  });

  test.each([
    ["from_xml(5, 'a INT')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["from_xml('', 'array<int>')", "DATATYPE_MISMATCH.INVALID_XML_SCHEMA"],
    ["from_xml('', 'int')", "DATATYPE_MISMATCH.INVALID_XML_SCHEMA"],
    ["from_xml('', 'a map<int,int>')", "DATATYPE_MISMATCH.INVALID_XML_MAP_KEY_TYPE"],
    ["from_xml('', 'a nothing')", "PARSE_SYNTAX_ERROR"],
    ["from_xml('', '')", "PARSE_EMPTY_STATEMENT"],
    ["from_xml('', 1)", "INVALID_SCHEMA.NON_STRING_LITERAL"],
    ["from_xml('', 'a INT', named_struct('mode', 'x'))", "INVALID_OPTIONS.NON_MAP_FUNCTION"],
    ["from_xml('', 'a INT', map())", "INVALID_OPTIONS.NON_STRING_TYPE"],
    ["from_xml('', 'a INT', map('mode', 1))", "INVALID_OPTIONS.NON_STRING_TYPE"],
    ["from_xml('', '_corrupt_record INT')", "INVALID_CORRUPT_RECORD_TYPE"],
    ["from_xml('', 'a variant')", "ENGINE_UNSUPPORTED_FUNCTION"],
  ])("%s is refused", async (call, condition) => {
    expect(await answer(`SELECT ${call}`)).toBe(condition);
  });
});

describe("schema_of_xml", () => {
  test.each([
    [
      "'<p><a>1</a><b>2.5</b><c>x</c><d>2020-01-01</d><f>true</f><g/></p>'",
      "a: BIGINT, b: DOUBLE, c: STRING, d: DATE, f: BOOLEAN, g: STRING",
    ],
    [
      `'<p x="1"><a y="2">3</a><a>4</a></p>'`,
      "_x: BIGINT, a: ARRAY<STRUCT<_VALUE: BIGINT, _y: BIGINT>>",
    ],
    [`'<p x="1"><a y="2">3</a></p>', map('excludeAttribute', 'true')`, "a: BIGINT"],
    ["'<p><a>1.25</a></p>', map('prefersDecimal', 'true')", "a: DECIMAL(3,2)"],
    ["'<p><a>1</a></p>', map('inferSchema', 'false')", "a: STRING"],
    ["'<p><d-e>1</d-e></p><q/>'", "`d-e`: BIGINT"],
    ["'<p>5</p>'", "_VALUE: BIGINT"],
    ["'<p>  </p>'", ""],
    ["'<p><a>1</a>'", "_corrupt_record: STRING"],
    ["''", "_corrupt_record: STRING"],
  ])("of %s", async (args, expected) => {
    expect(await answer(`SELECT schema_of_xml(${args})`)).toBe(`STRUCT<${expected}>`);
  });

  test.each([
    ["NULL", "DATATYPE_MISMATCH.UNEXPECTED_NULL"],
    ["42", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["x", "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT"],
    ["'<p>', map('mode', 'FAILFAST')", "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"],
    ["'<p/>', map('mode', 'DROPMALFORMED')", "PARSE_MODE_UNSUPPORTED"],
  ])("of %s is refused", async (args, condition) => {
    expect(await answer(`SELECT schema_of_xml(${args}) FROM VALUES ('<p/>') AS t(x)`)).toBe(
      condition,
    );
  });

  test("is a schema to read with", async () => {
    const schema = "schema_of_xml('<p><a>1</a><a>2</a></p>')";
    const sql = `SELECT string(from_xml('<p><a>1</a><a>2</a><a>3</a></p>', ${schema}))`;
    expect(await answer(sql)).toBe("{[1, 2, 3]}");
  });
});

describe("to_xml", () => {
  const time = "TIMESTAMP_NTZ'2020-01-02 03:04:05.678912'";

  test.each([
    ["'a', 1, 'b', cast(null AS INT), 'c', ''", "", "<a>1</a><c></c>"],
    ["'a', 1, 'b', cast(null AS INT)", "'nullValue', '-'", "<a>1</a><b>-</b>"],
    [
      "'a', array(1, null), 'b', array(array(2), array(3))",
      "",
      "<a>1</a><b><item>2</item></b><b><item>3</item></b>",
    ],
    ["'a', array(array(1))", "'arrayElementName', 'e'", "<a><e>1</e></a>"],
    ["'m', map('k', 1, '_x', 2, '10', null, 'b', 3)", "", '<m x="2"><k>1</k><b>3</b></m>'],
    [
      "'b', named_struct('_c', 'x\"y<z', '_VALUE', 'a<b>&\"c')",
      "",
      '<b c="x&quot;y&lt;z">a&lt;b>&amp;"c</b>',
    ],
    [
      "'b', named_struct('@c', 1, 'v', 5)",
      "'attributePrefix', '@', 'valueTag', 'v'",
      '<b c="1">5</b>',
    ],
    ["'_VALUE', array('x', 'y'), 'b', 1", "", "xy<b>1</b>"],
    ["'a', 'x\\ty\\nz\\rw]]>é'", "", "<a>x\ty\nz&#xd;w]]&gt;é</a>"],
    ["'a', named_struct('_b', 'x\\ty\\n]]>\\u0085')", "", '<a b="x&#x9;y&#xa;]]>\u0085"/>'],
    ["'a', '\\u0085\\u2028\\uffff'", "", "<a>&#x85;\u2028&#xffff;</a>"],
    [
      "'a', 1.50, 'b', 1e20D, 'c', 1.5F, 'd', true, 'f', 0.000000001BD",
      "",
      "<a>1.50</a><b>1.0E20</b><c>1.5</c><d>true</d><f>1E-9</f>",
    ],
    [
      "'g', cast(0 AS DECIMAL(10, 8)), 'h', cast(-1.5 AS DECIMAL(3, 1))",
      "",
      "<g>0E-8</g><h>-1.5</h>",
    ],
    [
      "'e', cast('NaN' AS DOUBLE), 'i', cast('-Infinity' AS FLOAT), 'b', X'010203'",
      "",
      "<e>NaN</e><i>-Infinity</i><b>[01 02 03]</b>",
    ],
    [
      "'d', DATE'2020-01-02', 'n', TIMESTAMP_NTZ'2020-01-02 03:04:05'",
      "",
      "<d>2020-01-02</d><n>2020-01-02T03:04:05.000</n>",
    ],
    [
      "'d', DATE'+12345-01-01', 'e', DATE'-0044-03-15'",
      "",
      "<d>+12345-01-01</d><e>-0044-03-15</e>",
    ],
    [`'t', cast(${time} AS TIMESTAMP)`, "", "<t>2020-01-02T03:04:05.678-08:00</t>"],
    [`'t', cast(${time} AS TIMESTAMP)`, "'timeZone', 'UTC'", "<t>2020-01-02T11:04:05.678Z</t>"],
    [
      `'n', ${time}, 'd', DATE'2020-01-02'`,
      "'dateFormat', 'dd.MM.yyyy', 'timestampNTZFormat', 'EEE d MMM'",
      "<n>Thu 2 Jan</n><d>02.01.2020</d>",
    ],
    ["'a', TIME'10:00:00', 'b', TIME'10:20:30.5'", "", "<a>10:00:00</a><b>10:20:30.5</b>"],
    ["'a', TIME'10:20:30.5'", "'timeFormat', 'h:mm a'", "<a>10:20 AM</a>"],
    ["'m', map(DATE'2020-01-01', 2)", "'validateName', 'false'", "<m><18262>2</18262></m>"],
    ["'a b', 1", "'validateName', 'false'", "<a b>1</a b>"],
  ])("of %s with %s", async (members, options, expected) => {
    const pairs = options === "" ? "'indent', ''" : `'indent', '', ${options}`;
    const xml = await answer(`SELECT to_xml(named_struct(${members}), map(${pairs}))`);
    expect(xml).toBe(`<ROW>${expected}</ROW>\n`);
  });

  test("attributes are as Spark holds them", async () => {
    const row = `'_d', DATE'2020-01-02', '_n', ${time}, '_x', TIME'10:00:00',
      '_y', INTERVAL '1' DAY, '_g', 1.50, '_z', cast(null AS INT)`;
    expect(await answer(`SELECT to_xml(named_struct(${row}))`)).toBe(
      '<ROW d="18263" n="1577934245678912" x="36000000000000" y="86400000000" g="1.50"/>',
    );
  });

  test("elements are indented below each other, each row for itself", async () => {
    const row = "named_struct('a', array(named_struct('b', id)), 'c', array(), 'd', map())";
    expect(await answer(`SELECT to_xml(${row}, map('indent', ' ')) FROM range(2)`)).toBe(
      [0, 1].map((id) => `<ROW>\n <a>\n  <b>${id}</b>\n </a>\n <d/>\n</ROW>`).join("; "),
    );
    expect(await answer("SELECT to_xml(struct(1 AS a), map('rowTag', 'r', 'depth', '7'))")).toBe(
      "<r>\n    <a>1</a>\n</r>",
    );
    expect(await answer("SELECT to_xml(NULL), to_xml(cast(NULL AS STRUCT<a: INT>))")).toBe(
      "null null",
    );
  });

  test.each([
    ["5", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["array(struct(1))", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["struct(1), named_struct('mode', 'x')", "INVALID_OPTIONS.NON_MAP_FUNCTION"],
    ["struct(INTERVAL '1' DAY AS b)", "ENGINE_UNSUPPORTED_FUNCTION"],
    ["parse_json('{}')", "ENGINE_UNSUPPORTED_FUNCTION"],
    ["struct(1 AS `a b`)", "INVALID_COLUMN_NAME_AS_PATH"],
    ["struct(1 AS `n:a`)", "INVALID_COLUMN_NAME_AS_PATH"],
    ["struct(1 AS `_`)", "INVALID_COLUMN_NAME_AS_PATH"],
    ["struct(map(1, 2) AS m)", "INVALID_COLUMN_NAME_AS_PATH"],
    ["struct(struct(struct(1 AS b) AS _a) AS c)", "UNSUPPORTED_WRITE_OPTION"],
    ["struct(map('_a', array(1)) AS m)", "UNSUPPORTED_WRITE_OPTION"],
    ["struct('x\\u0001y' AS a)", "XML_CHARACTER_NOT_ALLOWED"],
    ["struct(1 AS a), map('rowTag', 'r s')", "INVALID_TEXT_OPTION"],
  ])("of %s is refused", async (args, condition) => {
    expect(await answer(`SELECT to_xml(${args})`)).toBe(condition);
  });

  test("and from_xml are each other's inverse", async () => {
    const row = "named_struct('a', 1, '_b', 'q', 'd', DATE'2020-01-02', 'e', array('x', 'y'))";
    const schema = "a INT, _b STRING, d DATE, e ARRAY<STRING>";
    expect(await answer(`SELECT from_xml(to_xml(${row}), '${schema}') = ${row}`)).toBe("true");
  });
});
