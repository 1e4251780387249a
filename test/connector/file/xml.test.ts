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
  LocalTime,
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

// What Spark 4.2 writes of this row with these options.
test("dates and times are written by their formats, in the zone of the options", async () => {
  await using session = await openSession();
  const day = [new CalendarDate(18_263), new Timestamp(1_577_934_245_678_000n)];
  const rows = [[1, ...day, new LocalTimestamp(1_577_934_245_000_000n)]];
  const columns = { schema: "a INT, d DATE, t TIMESTAMP, n TIMESTAMP_NTZ", rowtag: "r" };
  const text = await save(session, rows, {
    ...{ ...columns, roottag: "q a='b' c=\"d\"", declaration: "version='1.0'", indent: "\t" },
    ...{ dateformat: "dd.MM.yyyy", timestampformat: "yyyy/MM/dd HH:mm XXX" },
    ...{ timestampntzformat: "d MMM", timezone: "Asia/Tokyo", locale: "en-US" },
  });
  expect(text).toBe(`<?xml version='1.0'?>
<q a="b" c="d">
\t<r>
\t\t<a>1</a>
\t\t<d>02.01.2020</d>
\t\t<t>2020/01/02 12:04 +09:00</t>
\t\t<n>2 Jan</n>
\t</r>
</q>`);
});

test("names are those of XML, unless they need not be; bytes and times have their forms", async () => {
  await using session = await openSession();
  const schema = "`a b` INT, b BINARY, c TIME";
  const row = [1, Uint8Array.of(1, 2, 3), new LocalTime(36_000_000_000n)];
  const text = await save(session, [row], {
    schema,
    rowtag: "r",
    validatename: "false",
    indent: "",
  });
  const own = "<r><a b>1</a b><b>[01 02 03]</b><c>10:00:00</c></r>";
  expect(text).toBe(
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<ROWS>\n${own}\n</ROWS>`,
  );
});

test.each([
  ["id INT", {}, "XML_ROW_TAG_MISSING"],
  ["`a b` INT", { rowtag: "r" }, "INVALID_COLUMN_NAME_AS_PATH"],
  ["`n:a` INT", { rowtag: "r" }, "INVALID_COLUMN_NAME_AS_PATH"],
  ["v VARIANT", { rowtag: "r" }, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"],
  ["i INTERVAL DAY", { rowtag: "r" }, "ENGINE_UNSUPPORTED_FUNCTION"],
  ["`_a` STRUCT<b: INT>", { rowtag: "r" }, "UNSUPPORTED_WRITE_OPTION"],
  ["d DATE", { rowtag: "r", locale: "de-DE" }, "UNSUPPORTED_TEXT_OPTION"],
  ["d DATE", { rowtag: "r", timezone: "nowhere" }, "INVALID_TEXT_OPTION"],
  ["id INT", { rowtag: "r", encoding: "ISO-8859-1" }, "UNSUPPORTED_WRITE_OPTION"],
  ["id INT", { rowtag: "<r>" }, "INVALID_TEXT_OPTION"],
  ["id INT", { rowtag: "r s" }, "INVALID_TEXT_OPTION"],
  ["id INT", { rowtag: "r", roottag: "<r>" }, "INVALID_OPTION_VALUE"],
  ["id INT", { rowtag: "r", declaration: "<r>" }, "INVALID_OPTION_VALUE"],
  ["id INT", { rowtag: "r", attributeprefix: "" }, "INVALID_TEXT_OPTION"],
  ["id INT", { rowtag: "r", valuetag: "_" }, "INVALID_TEXT_OPTION"],
  ["id INT", { rowtag: "r", validatename: "maybe" }, "INVALID_TEXT_OPTION"],
  ["id INT", { rowtag: "r", compression: "zstd" }, "INVALID_OPTION_VALUE"],
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
