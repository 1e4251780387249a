import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test.each([
  ['parse_json(\'{"b":1.0,"a":[true,null]}\')', '{"a":[true,null],"b":1}'],
  ["parse_json('{')", "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"],
  ['parse_json(\'{"a":1,"a":2}\')', "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION"],
  ["parse_json(NULL) IS NULL", "true"],
  ["parse_json('null') IS NULL", "false"],
  ["try_parse_json('{') IS NULL", "true"],
  ["try_parse_json('[1]')", "[1]"],
  ["is_variant_null(parse_json('null'))", "true"],
  ["is_variant_null(parse_json('\"null\"'))", "false"],
  ["is_variant_null(parse_json(NULL))", "false"],
  ["is_variant_null(variant_get(parse_json('{\"a\":null}'), '$.a'))", "true"],
  ["is_variant_null(variant_get(parse_json('{\"a\":null}'), '$.c'))", "false"],
  ["is_variant_null('x')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["variant_get(parse_json('{\"a\": 1}'), '$.a', 'int')", "1"],
  ["variant_get(parse_json('{\"a\": 1}'), '$.b', 'int')", "null"],
  ["variant_get(parse_json('[1, \"2\"]'), '$[1]', 'string')", "2"],
  ["variant_get(parse_json('[1, \"hello\"]'), '$[1]')", '"hello"'],
  ["variant_get(parse_json('[1, \"hello\"]'), '$[1]', 'int')", "INVALID_VARIANT_CAST"],
  ["try_variant_get(parse_json('[1, \"hello\"]'), '$[1]', 'int')", "null"],
  ["variant_get(parse_json('{\"a.b\":{\"\":3}}'), '$[\"a.b\"][\\'\\']', 'int')", "3"],
  ["variant_get(parse_json('1'), '$.a[0]') IS NULL", "true"],
  ["variant_get(parse_json('1'), 'a')", "INVALID_VARIANT_GET_PATH"],
  ["try_variant_get(parse_json('1'), '$.')", "INVALID_VARIANT_GET_PATH"],
  ["variant_get(parse_json('1'), concat('$', '['))", "INVALID_VARIANT_GET_PATH"],
  ["schema_of_variant(parse_json('null'))", "VOID"],
  ['schema_of_variant(parse_json(\'[{"b":true,"a":0}]\'))', "ARRAY<OBJECT<a: BIGINT, b: BOOLEAN>>"],
  ["schema_of_variant(parse_json('[1,2.5,1e3]'))", "ARRAY<DOUBLE>"],
  ["schema_of_variant(parse_json('[1,2.55]'))", "ARRAY<DECIMAL(22,2)>"],
  ["schema_of_variant(parse_json('[1,\"x\"]'))", "ARRAY<VARIANT>"],
  [
    'schema_of_variant(parse_json(\'{"1":[],"a b":{}}\'))',
    "OBJECT<`1`: ARRAY<VOID>, `a b`: OBJECT<>>",
  ],
  ["schema_of_variant(parse_json('0.05'))", "DECIMAL(2,2)"],
  [
    "schema_of_variant(array(DATE'2024-01-01'::VARIANT, current_timestamp()::VARIANT)::VARIANT)",
    "ARRAY<TIMESTAMP>",
  ],
  ["schema_of_variant(array(1f::VARIANT, 1::VARIANT)::VARIANT)", "ARRAY<FLOAT>"],
  ["to_variant_object(named_struct('b', 1, 'a', map('k', array(1.5))))", '{"a":{"k":[1.5]},"b":1}'],
  ["to_variant_object(named_struct('a', 1, 'a', 2))", "VARIANT_DUPLICATE_KEY"],
  ["to_variant_object(1)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
  ["to_variant_object(map(1, 2))", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
  ["to_json(parse_json('{\"a\":[1.0]}'))", '{"a":[1]}'],
  ["to_json(struct(parse_json('[1]') AS v))", '{"v":[1]}'],
  ["to_json(TIMESTAMP'2024-01-01 00:00:00'::VARIANT)", '"2024-01-01 00:00:00-08:00"'],
  ["typeof(parse_json('1'))", "variant"],
  ["parse_json('1') = parse_json('1')", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
])("%s is %s", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});

test("parts of a variant at a path, as columns of rows", async () => {
  const rows = `VALUES ('{"a":{"b":[1,{"c d":"x"}]}}'), ('{"a":2}'), ('null'), (NULL)`;
  const from = `FROM (SELECT parse_json(j) AS v FROM ${rows} AS t(j))`;
  expect(await answer(`SELECT v:a.b[0]::int, v:a.b[1]['c d'], v:['a'] IS NULL ${from}`)).toBe(
    '1 "x" false; null null false; null null true; null null true',
  );
  expect(await answer(`SELECT v:a[ ${from}`)).toBe("PARSE_SYNTAX_ERROR");
  expect(await answer(`SELECT v:a[b] ${from}`)).toBe("INVALID_VARIANT_GET_PATH");
});

test("the schema of a column, nulls apart", async () => {
  const merged = (values: string): Promise<string> =>
    answer(`SELECT schema_of_variant_agg(parse_json(j)) FROM VALUES ${values} AS t(j)`);
  expect(await merged(`('{"a":1}'), ('{"b":true}'), ('{"a":1.23}'), (NULL)`)).toBe(
    "OBJECT<a: DECIMAL(22,2), b: BOOLEAN>",
  );
  expect(await merged("(CAST(NULL AS STRING))")).toBe("VOID");
});

test("variants come apart into rows", async () => {
  const both = (name: string): Promise<string> =>
    answer(`SELECT j, pos, key, value FROM VALUES ('{"b":[2],"a":1}'), ('["x"]'), ('1'), (NULL)
      AS t(j) LATERAL VIEW ${name}(parse_json(j)) e`);
  const rows = '{"b":[2],"a":1} 0 a 1; {"b":[2],"a":1} 1 b [2]; ["x"] 0 null "x"';
  expect(await both("variant_explode")).toBe(rows);
  expect(await both("variant_explode_outer")).toBe(
    `${rows}; 1 null null null; null null null null`,
  );
  expect(await answer("SELECT * FROM variant_explode(input => parse_json('[7]'))")).toBe(
    "0 null 7",
  );
});

test.each([
  ["SELECT DISTINCT v FROM t", "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE"],
  [
    "SELECT array(v) FROM t EXCEPT SELECT array(v) FROM t",
    "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE",
  ],
  ["SELECT v FROM t UNION SELECT v FROM t", "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE"],
  ["SELECT count(*) FROM t GROUP BY v", "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE"],
  ["SELECT count(*) OVER (PARTITION BY v) FROM t", "EXPRESSION_TYPE_IS_NOT_ORDERABLE"],
  ["SELECT v FROM t ORDER BY v", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
  ["SELECT v FROM t UNION ALL SELECT v FROM t", "1; 1"],
  ["SELECT count(*) FROM t GROUP BY v::INT", "1"],
])("variants are not compared: %s", async (sql, expected) => {
  expect(await answer(`WITH t AS (SELECT parse_json('1') AS v) ${sql}`)).toBe(expected);
});
