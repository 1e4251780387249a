import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

test.each([
  "(map(1, 2, 2, 3)), (map(2, 3, 1, 2)), (CAST(NULL AS MAP<INT, INT>))",
  "(array(map(1, 2, 2, 3))), (array(map(2, 3, 1, 2))), (NULL)",
  "(named_struct('b', map(1, 2, 2, 3))), (named_struct('b', map(2, 3, 1, 2))), (NULL)",
  "(map(1, map(1, 2, 2, 3))), (map(1, map(2, 3, 1, 2))), (NULL)",
  "(map(array(1), 2, array(2), 3)), (map(array(2), 3, array(1), 2)), (NULL)",
])("maps are grouped whatever the order of their entries: %s", async (values) => {
  const counts = `SELECT count(*) AS n FROM VALUES ${values} AS t(a) GROUP BY a`;
  expect(await answer(`SELECT n FROM (${counts}) ORDER BY n`)).toBe("1; 2");
});

test("a map in a key that is computed is sorted too", async () => {
  const rows = "VALUES (map(1, 2, 2, 3)), (map(2, 3, 1, 2)) AS t(a)";
  expect(await answer(`SELECT count(*) FROM ${rows} GROUP BY array(a)`)).toBe("2");
});
