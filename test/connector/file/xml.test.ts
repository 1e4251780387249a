import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { resolveRead, write } from "../../../src/connector/registry.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import {
  CalendarDate,
  Decimal,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../../src/schema/value.ts";
import { openSession, query, type TestSession } from "../session.ts";

async function save(
  session: TestSession,
  rows: readonly (readonly Value[])[],
  { schema: ddl, ...options }: Options & { schema: string },
): Promise<string> {
  const schema = parseSchema(ddl);
  const input = { kind: "rows", schema, rows } as const;
  await write({
    ...{ format: "xml", options, mode: "overwrite", query, partitionBy: [] },
    ...{ context: session.context, target: { name: "out", location: await session.locate("out") } },
    relation: { kind: "input", input, output: columnsOf(schema) },
  });
  const names = await readdir(join(session.folder, "out"));
  const name = names.find((one) => /^part-00000-[-0-9a-f]{36}-c000\.xml$/.test(one));
  return await readFile(join(session.folder, "out", name!), "utf8");
}

const schema =
  "_attr STRING, id INT, s STRING, n INT, d DOUBLE, dec DECIMAL(3,2), dt DATE, ts TIMESTAMP, " +
  "nz TIMESTAMP_NTZ, arr ARRAY<INT>, aa ARRAY<ARRAY<INT>>, m MAP<STRING, STRING>, " +
  "st STRUCT<_id: INT, _VALUE: STRING, y: STRUCT<z: INT>>, en STRUCT<k: INT>, e STRING";
const row: readonly Value[] = [
  ...["q", 1, 'a<b>&"c', null, 1e20, new Decimal(150n, 2), new CalendarDate(18_263)],
  ...[new Timestamp(1_577_836_800_123_456n), new LocalTimestamp(1_577_836_800_500_000n)],
  ...[
    [1, null, 2],
    [[1, 2], [3]],
    new Map([
      ["k", "1"],
      ["_a", "z"],
    ]),
  ],
  ...[{ _id: 7, _VALUE: "txt", y: { z: 1 } }, { k: null }, ""],
];

// What Spark 4.2 writes of these rows.
const expected = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ROWS>
    <r attr="q">
        <id>1</id>
        <s>a&lt;b>&amp;"c</s>
        <d>1.0E20</d>
        <dec>1.50</dec>
        <dt>2020-01-02</dt>
        <ts>2020-01-01T00:00:00.123Z</ts>
        <nz>2020-01-01T00:00:00.500</nz>
        <arr>1</arr>
        <arr>2</arr>
        <aa>
            <item>1</item>
            <item>2</item>
        </aa>
        <aa>
            <item>3</item>
        </aa>
        <m a="z">
            <k>1</k>
        </m>
        <st id="7">txt
            <y>
                <z>1</z>
            </y>
        </st>
        <en/>
        <e></e>
    </r>
    <r>
        <id>2</id>
    </r>
</ROWS>`;

test("rows are written as Spark writes them", async () => {
  await using session = await openSession();
  const second = row.map((_, index) => (index === 1 ? 2 : null));
  expect(await save(session, [row, second], { schema, rowtag: "r" })).toBe(expected);
});

test("tags, prefixes, nulls and the declaration are as the options have them", async () => {
  await using session = await openSession();
  const options = {
    ...{ rowtag: "r", roottag: "rows foo='bar'", declaration: "", nullvalue: "-", indent: "" },
    ...{ arrayelementname: "el", attributeprefix: "@", valuetag: "v" },
  };
  const rows = [["1", { v: "x", "@k": null }, [[null]]]] as const;
  const text = await save(session, rows, {
    ...options,
    schema: "`@id` STRING, s STRUCT<v: STRING, `@k`: INT>, a ARRAY<ARRAY<INT>>",
  });
  expect(text).toBe('<rows foo="bar">\n<r id="1"><s k="-">x</s><a><el>-</el></a></r>\n</rows>');
  expect(await save(session, [], { schema: "id INT", rowtag: "r" })).toBe("");
});

test.each([
  ["id INT", {}, "XML_ROW_TAG_MISSING"],
  ["`a b` INT", { rowtag: "r" }, "INVALID_COLUMN_NAME_AS_PATH"],
  ["b BINARY", { rowtag: "r" }, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"],
  ["d DATE", { rowtag: "r", dateformat: "yyyy" }, "UNSUPPORTED_WRITE_OPTION"],
])("%s with %j is refused", async (ddl, options, condition) => {
  await using session = await openSession();
  await expect(save(session, [], { schema: ddl, ...options })).rejects.toThrow(condition);
});

test("a record of very many elements is read in time that grows with their number", async () => {
  await using session = await openSession();
  const items = Array.from({ length: 200_000 }, (_, at) => `<i>${at}</i>`).join("");
  await session.file("many.xml", `<rows><r>${items}</r></rows>`, 1);
  const dataset = await resolveRead({
    ...{ format: "xml", options: { rowtag: "r" }, context: session.context },
    paths: [join(session.folder, "many.xml")],
  });
  const columns = dataset.schema.fields;
  const input = await dataset.scan!({ columns, conditions: [], timeZone: "UTC" });
  const [row] = await session.rows(input);
  expect(row?.["i"]).toHaveLength(200_000);
}, 15_000);
