import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

// Spark 4.2's answers, in UTC.
test.each([
  ["hash('Spark', array(123), 2)", "-1321691492"],
  ["hash(1Y, 2S, 3, 4L, true, null)", "309803803"],
  [
    "hash(1.5F, -0.0F, CAST('NaN' AS FLOAT), 2.5D, -0.0D, CAST('Infinity' AS DOUBLE))",
    "-247335847",
  ],
  ["hash(1.25, CAST(12345678901234567890.5 AS DECIMAL(30,2)), -0.05)", "-1873286737"],
  ["hash('', 'a', 'ab', 'abc', 'abcd', 'abcde', 'Ünï')", "-765547784"],
  ["hash(X'', '00FF', X'010203FF80')", "-1128459220"],
  ["hash(named_struct('a', 1, 'b', array('x', null, 'y')))", "-1822228118"],
  ["hash(array(named_struct('a', 1, 'b', CAST(null AS STRING)), null))", "-559580957"],
  ["hash(map('a', 1))", "DATATYPE_MISMATCH.HASH_MAP_TYPE"],
  ["xxhash64('Spark', array(123), 2)", "5602566077635097486"],
  [
    "xxhash64('', 'a', 'ab', 'abc', 'abcd', 'abcdefgh', 'abcdefghijkl', repeat('x', 31), repeat('y', 32), repeat('Ünï', 40))",
    "-1428816593458116421",
  ],
  ["xxhash64(1Y, 2S, 3, 4L, true, null, -7)", "2357099058334893103"],
  [
    "xxhash64(1.5F, -0.0F, CAST('NaN' AS FLOAT), 2.5D, CAST('NaN' AS DOUBLE))",
    "-3621474473672953271",
  ],
  [
    "xxhash64(X'', X'010203FF80', DATE'1960-01-01', array(array(1, 2), null))",
    "7892266008938455286",
  ],
])("%s is %s", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});
