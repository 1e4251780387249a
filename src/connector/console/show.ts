import { type BinaryStyle, formatBinary } from "../../schema/binary.ts";
import { formatValue } from "../../schema/text.ts";
import type { DataType, StructType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";

export interface ShowRequest {
  readonly schema: StructType;
  /** Up to `limit` rows are printed; one more than that says that there are more. */
  readonly rows: readonly (readonly Value[])[];
  readonly limit: number;
  /** Cells of more characters are cut; 0: none are, and they stand to the left. */
  readonly truncate: number;
  /** A line a column, a block a row. */
  readonly vertical: boolean;
  readonly timeZone: string;
  /** Absent: HEX_DISCRETE. */
  readonly binary?: BinaryStyle;
}

type Looks = Pick<ShowRequest, "timeZone" | "binary">;

/** What Spark's `show()` prints (Dataset.showString), without the last line break. */
export function showString(request: ShowRequest): string {
  const { schema, limit, truncate } = request;
  const shown = request.rows.slice(0, limit);
  const header = schema.fields.map(({ name }) => cut(escapeMeta(name), truncate));
  const cells = shown.map((row) =>
    schema.fields.map(({ type }, index) =>
      cut(escapeMeta(cellText(row[index] ?? null, type, request)), truncate),
    ),
  );
  const table = request.vertical
    ? vertical(header, cells)
    : horizontal(header, cells, truncate > 0);
  if (request.rows.length <= limit)
    return request.vertical && cells.length === 0 ? "(0 rows)\n" : table;
  const rows = limit === 1 ? "row" : "rows";
  return `${table}only showing top ${limit} ${rows}\n`;
}

/** As Spark's ToPrettyString: null is NULL at every depth, binary is in its style. */
function cellText(value: Value, type: DataType, how: Looks): string {
  if (value === null) return "NULL";
  switch (type.type) {
    case "binary":
      return formatBinary(value as Uint8Array, how.binary ?? "HEX_DISCRETE");
    case "array": {
      const items = value as readonly Value[];
      return `[${items.map((item) => cellText(item, type.elementType, how)).join(", ")}]`;
    }
    case "map": {
      const pairs = [...(value as ReadonlyMap<Value, Value>)].map(([key, item]) => {
        const left = cellText(key, type.keyType, how);
        return `${left} -> ${cellText(item, type.valueType, how)}`;
      });
      return `{${pairs.join(", ")}}`;
    }
    case "struct": {
      const row = value as { readonly [name: string]: Value };
      const members = type.fields.map((member) =>
        cellText(row[member.name] ?? null, member.type, how),
      );
      return `{${members.join(", ")}}`;
    }
    default:
      return formatValue(value, type, how.timeZone);
  }
}

const escapes: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\f": "\\f",
  "\b": "\\b",
  "\u000b": "\\v",
  "\u0007": "\\a",
};

function escapeMeta(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => escapes[char] ?? char);
}

function cut(text: string, truncate: number): string {
  if (truncate <= 0 || text.length <= truncate) return text;
  return truncate < 4 ? text.slice(0, truncate) : `${text.slice(0, truncate - 3)}...`;
}

/** No column is narrower, as in Spark. */
const minWidth = 3;

function horizontal(header: readonly string[], rows: readonly string[][], right: boolean): string {
  const widths = header.map((name, index) =>
    rows.reduce(
      (width, row) => Math.max(width, widthOf(row[index]!)),
      Math.max(minWidth, widthOf(name)),
    ),
  );
  const line = (row: readonly string[]): string =>
    `|${row.map((cell, index) => pad(cell, widths[index]!, right)).join("|")}|\n`;
  const rule = `+${widths.map((width) => "-".repeat(width)).join("+")}+\n`;
  return `${rule}${line(header)}${rule}${rows.map(line).join("")}${rule}`;
}

function vertical(header: readonly string[], rows: readonly string[][]): string {
  const names = header.reduce((width, name) => Math.max(width, widthOf(name)), minWidth);
  const values = rows.reduce(
    (width, row) => row.reduce((most, cell) => Math.max(most, widthOf(cell)), width),
    minWidth,
  );
  const blocks = rows.map((row, number) => {
    const lines = row.map(
      (cell, index) => ` ${pad(header[index]!, names, false)} | ${pad(cell, values, false)} \n`,
    );
    return `${`-RECORD ${number}`.padEnd(names + values + 5, "-")}\n${lines.join("")}`;
  });
  return blocks.join("");
}

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/g;

/** Cells of a terminal: an East Asian full-width character takes two (SparkStringUtils). */
function widthOf(text: string): number {
  return text.length + (text.match(wide)?.length ?? 0);
}
