import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

test.each([
  ["from_csv('1, 3.14', 'a INT, f FLOAT').f", "3.140000104904175"],
  ["from_csv('26/08/2015', 'd DATE', map('dateFormat', 'dd/MM/yyyy')).d", "2015-08-26"],
  ["from_csv('1;\"x;y\"', 'a INT, b STRING', map('sep', ';')).b", "x;y"],
  ["from_csv('1,x', 'a INT, b INT, _corrupt_record STRING')._corrupt_record", "1,x"],
  ["from_csv('1,2', 'a INT, b INT, _corrupt_record STRING')._corrupt_record", "null"],
  ["from_csv('1', 'a INT, b INT').b", "null"],
  ["from_csv('', 'a INT') IS NULL", "false"],
  ["from_csv(NULL, 'a INT') IS NULL", "true"],
  ["from_csv('1', 1)", "INVALID_SCHEMA.NON_STRING_LITERAL"],
  ["from_csv('1', 'ARRAY<INT>')", "INVALID_SCHEMA.NON_STRUCT_TYPE"],
])("%s is %s", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});
