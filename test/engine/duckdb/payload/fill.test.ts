import { expect, test } from "vitest";
import { avroReader } from "../../../../src/engine/duckdb/payload/avro.ts";
import { fillColumn } from "../../../../src/engine/duckdb/payload/fill.ts";
import { parseDataType } from "../../../../src/schema/ddl.ts";
import { answers } from "../answer.ts";

const answer = answers();

const schema = `{"type":"record","name":"r","fields":[
  {"name":"a","type":{"type":"array","items":["null","string"]}},{"name":"b","type":"int"}]}`;
const whole = "0402141313131313131313131300000A"; // ["\x13" x 10, null], 5
const lists = "06020278020279000000"; // a: ["x", "y", null], b: 0

test("half a message leaves nothing behind in the messages beside it", async () => {
  const rows = [whole, "0402141414", lists, "", "06000000", whole].map((hex) => `(X'${hex}')`);
  const found = await answer(`SELECT string(struct(size(p.a), p.a[1], p.b))
    FROM (SELECT from_avro(v, '${schema}', map('mode', 'PERMISSIVE')) p
      FROM VALUES ${rows.join(", ")}, (NULL) t(v))`);
  const none = "{null, null, null}";
  expect(found).toBe(
    ["{2, null, 5}", none, "{3, y, 0}", none, none, "{2, null, 5}", none].join("; "),
  );
});

test("many messages, of which every seventh is cut, are read as one by one", async () => {
  const found = await answer(`SELECT count(*), count(p.b), sum(size(p.a)), sum(p.b), count(p)
    FROM (SELECT from_avro(if(id % 7 = 0, substr(m, 1, length(m) - 1), m), '${schema}',
        map('mode', 'PERMISSIVE')) p
      FROM (SELECT id, to_avro(named_struct('a',
        transform(sequence(1, 1 + id % 5), i -> if(i % 2 = 0, NULL, repeat('é', i))), 'b', int(id)),
        '${schema}') m FROM range(7000)))`);
  const kept = Array.from({ length: 7000 }, (_, id) => id).filter((id) => id % 7 !== 0);
  const sum = (of: (id: number) => number) => kept.reduce((all, id) => all + of(id), 0);
  expect(found).toBe(`7000 6000 ${sum((id) => 1 + (id % 5))} ${sum((id) => id)} 7000`);
});

test("a message that cannot be read is told by its bytes, the first of them", () => {
  const payload = {
    ...{ kind: "from_avro" as const, schema: '"string"', options: {} },
    type: parseDataType("string"),
  };
  const long = Uint8Array.from({ length: 100 }, () => 0xff);
  expect(() => fillColumn(avroReader(payload), [null, Buffer.from("027E", "hex"), long])).toThrow(
    `X'${"FF".repeat(64)}'… (100 bytes) in from_avro`,
  );
});
