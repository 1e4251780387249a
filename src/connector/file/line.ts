import {
  call,
  cast,
  literal,
  newColumn,
  reference,
  stringLiteral,
} from "../../analysis/expression.ts";
import type { Column, Named, TypedExpression, TypedRelation } from "../../analysis/typed.ts";
import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { decimalText, formatValue } from "../../schema/text.ts";
import { type DataType, string, struct, timestamp } from "../../schema/type.ts";
import type { Decimal, LocalTimestamp, Value } from "../../schema/value.ts";
import { optionReader } from "../option.ts";
import { csvLine, csvStyle } from "./csv-line.ts";
import { rowColumns } from "./row-file.ts";
import type { WriteShape } from "./stage.ts";

/** How rows become the lines of a text format. */
export interface LineWriter {
  /** The columns that lines are made of, then those of the folders. */
  readonly relation: TypedRelation;
  /** How many of them are for the line. */
  readonly width: number;
  /** The first line of each file. */
  readonly header?: string;
  line(values: readonly Value[]): string;
}

const timestampFormat = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";
const dateFormat = "yyyy-MM-dd";

/** The lines of rows in the way of Spark's writers: times are spelled by the engine. */
export function lineWriter(
  relation: TypedRelation,
  shape: WriteShape,
  options: Options,
): LineWriter {
  refuseUnbuilt(options);
  const { data, project } = rowColumns(relation, shape);
  if (shape.format === "json") {
    const line = named("line", jsonOf(data, options));
    const text = (values: readonly Value[]): string => String(values[0]);
    return { relation: project([line]), width: 1, line: text };
  }
  if (shape.format === "text") {
    const [value] = data.map((column) => named("line", reference(column)));
    const text = (values: readonly Value[]): string => String(values[0] ?? "");
    return { relation: project(value ? [value] : []), width: 1, line: text };
  }
  return csvWriter(data, options, project);
}

function csvWriter(
  data: readonly Column[],
  options: Options,
  project: (made: readonly Named[]) => TypedRelation,
): LineWriter {
  const style = csvStyle(options);
  const made = data.map((column) => named(column.name, csvOf(column, options)));
  const types = made.map(({ expression }) => expression.type);
  const names = data.map((column) => column.name);
  return {
    relation: project(made),
    width: made.length,
    ...(style.header ? { header: csvLine(names, style) } : {}),
    line: (values) =>
      csvLine(
        values.map((value, index) => csvText(value, types[index]!)),
        style,
      ),
  };
}

function named(name: string, expression: TypedExpression): Named {
  return { column: newColumn(name, expression.type), expression };
}

/** Dates and instants as texts of their formats; other columns as they are. */
function csvOf(column: Column, options: Options): TypedExpression {
  const value = reference(column);
  if (column.type.type === "timestamp")
    return formatted(value, options["timestampformat"] ?? timestampFormat);
  const format = options["dateformat"] ?? dateFormat;
  if (column.type.type !== "date" || format === dateFormat) return value;
  return formatted(cast(value, timestamp), format);
}

function formatted(value: TypedExpression, format: string): TypedExpression {
  return call("date_format", [value, stringLiteral(format)], { type: string });
}

function csvText(value: Value, type: DataType): string | null {
  if (value === null) return null;
  if (type.type === "decimal") return decimalText(value as Decimal);
  if (type.type === "timestamp_ntz")
    return (value as LocalTimestamp)
      .toString()
      .replace(/(\.\d{3})\d*$|$/, (_, fraction) => fraction ?? ".000");
  return formatValue(value, type);
}

function jsonOf(data: readonly Column[], options: Options): TypedExpression {
  const members = data.flatMap((column) => [stringLiteral(column.name), reference(column)]);
  const type = struct(
    data.map(({ name, type: of, nullable, metadata }) => ({ name, type: of, nullable, metadata })),
  );
  const row = call("named_struct", members, { type, nullable: false });
  const known = ["ignorenullfields", "dateformat", "timestampformat"].flatMap((key) => {
    const value = options[key];
    return value === undefined ? [] : [stringLiteral(key), stringLiteral(value)];
  });
  const map = {
    type: "map",
    keyType: string,
    valueType: string,
    valueContainsNull: false,
  } as const;
  const given = known.length === 0 ? [] : [call("map", known, { type: map, nullable: false })];
  if (data.length === 0) return literal("{}", string);
  return call("to_json", [row, ...given], { type: string, nullable: false });
}

/** What Spark's writers know and ours do not. */
function refuseUnbuilt(options: Options): void {
  const { text } = optionReader(options, "INVALID_OPTION_VALUE");
  const encoding = text("encoding") ?? text("charset") ?? "UTF-8";
  if (!/^utf-?8$/i.test(encoding)) throw refused("encoding", encoding, "UTF-8");
  for (const name of ["timestampNTZFormat", "timeZone", "locale"]) {
    const value = text(name);
    if (value !== undefined) throw refused(name, value, "none");
  }
}

function refused(option: string, value: string, known: string): Error {
  return error("UNSUPPORTED_WRITE_OPTION", { option, value, known });
}
