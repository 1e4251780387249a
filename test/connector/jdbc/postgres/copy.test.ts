import { expect, test } from "vitest";
import { CopyReader, copyText } from "../../../../src/connector/jdbc/postgres/copy.ts";
import { parseSchema } from "../../../../src/schema/ddl.ts";
import { CalendarDate, Timestamp } from "../../../../src/schema/value.ts";

test("values are texts that Postgres reads as them", () => {
  const { fields } = parseSchema("s STRING, b BINARY, d DATE, t TIMESTAMP, a ARRAY<ARRAY<STRING>>");
  const columns = [
    ["tab\tnew\nline\\back\r", null],
    [new Uint8Array([0, 92]), null],
    [new CalendarDate(-719_529), new CalendarDate(2_932_897)],
    [new Timestamp(0n), null],
    [
      [
        ['a"b', null],
        ["\\", ""],
      ],
      null,
    ],
  ];
  expect(
    copyText(
      { rows: 2, columns },
      fields.map(({ type }) => type),
    ),
  ).toBe(
    [
      "tab\\tnew\\nline\\\\back\\r\t\\\\x005c\t0002-12-31 BC\t1970-01-01T00:00:00.000000Z" +
        '\t{{"a\\\\"b",NULL},{"\\\\\\\\",""}}',
      "\\N\t\\N\t10000-01-01\t\\N\t\\N",
      "",
    ].join("\n"),
  );
  expect(copyText({ rows: 0, columns: [] }, [])).toBe("");
});

test("what COPY gives is read back, wherever its bytes are cut", () => {
  const bytes = Buffer.from("a\\tb\t\\N\t\\\\N\n\u{1f600}\\n\t\t\\\\\n");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new CopyReader();
    const rows = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
    expect(rows).toEqual([
      ["a\tb", null, "\\N"],
      ["\u{1f600}\n", "", "\\"],
    ]);
  }
});
