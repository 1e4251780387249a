import { call, integerLiteral, literal, newColumn, reference } from "../../analysis/expression.ts";
import type { Column, TypedExpression } from "../../analysis/typed.ts";
import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { string, struct } from "../../schema/type.ts";
import type { WriteRequest } from "../connector.ts";
import { type RowFormat, rowColumns } from "./row-file.ts";
import type { WriteShape } from "./stage.ts";
import { compressor } from "./text.ts";

const declarationDefault = 'version="1.0" encoding="UTF-8" standalone="yes"';

/** Options that say how a row becomes an element, which the engine is told. */
const ofRows: readonly string[] = `rowTag attributePrefix valueTag arrayElementName nullValue indent
  dateFormat timestampFormat timestampNTZFormat timeFormat timeZone locale validateName`
  .toLowerCase()
  .split(/\s+/);

/** Rows as XML files: a declaration, a root, and an element a row, spelled by the engine. */
export function xmlRows(request: WriteRequest, shape: WriteShape): RowFormat {
  const { options } = request;
  checkOptions(options);
  const { data, project } = rowColumns(request.relation, shape);
  if (data.length === 0) {
    throw error("EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", { format: "XML" });
  }
  const { ending, compress } = compressor(options);
  const [head, foot] = frame(options);
  const line = rowText(data, options);
  return {
    relation: project([{ column: newColumn("row", string), expression: line }]),
    width: 1,
    extension: `.xml${ending}`,
    open() {
      let held: string[] = [];
      let begun = false;
      return {
        add([row]) {
          if (!begun) held.push(head);
          begun = true;
          held.push(String(row));
          return String(row).length;
        },
        async take(last) {
          if (last && begun) held.push(foot);
          const text = held.join("");
          held = [];
          return await compress(text);
        },
      };
    },
  };
}

/** SQL's to_xml of the columns, one element deep. */
function rowText(data: readonly Column[], options: Options): TypedExpression {
  const members = data.flatMap((column) => [literal(column.name, string), reference(column)]);
  const type = struct(
    data.map(({ name, type: of, nullable, metadata }) => ({ name, type: of, nullable, metadata })),
  );
  const row = call("named_struct", members, { type, nullable: false });
  const known = new Map(
    ofRows.flatMap((name) => {
      const value = options[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const map = {
    type: "map",
    keyType: string,
    valueType: string,
    valueContainsNull: false,
  } as const;
  return call("to_xml", [row, literal(known, map), integerLiteral(1)], { type: string });
}

/** What stands before and after the rows. */
function frame(options: Options): readonly [head: string, foot: string] {
  const [root = "ROWS", ...attributes] = tag(options, "rootTag", "ROWS").split(" ");
  const pairs = attributes.map((text) => {
    const [name, value = ""] = text.split("=");
    return ` ${name}="${value.replace(/['"]/g, "")}"`;
  });
  const declaration = tag(options, "declaration", declarationDefault);
  const first = declaration === "" ? "" : `<?xml ${declaration}?>\n`;
  const [begin, end] = options["indent"] === "" ? ["\n", ""] : ["", "\n"];
  return [`${first}<${root}${pairs.join("")}>${begin}`, `${end}</${root}>`];
}

function tag(options: Options, name: string, fallback: string): string {
  const value = options[name.toLowerCase()] ?? fallback;
  if (!value.startsWith("<") && !value.endsWith(">")) return value;
  throw error("INVALID_OPTION_VALUE", { name, value, expected: "must be without angle brackets" });
}

function checkOptions(options: Options): void {
  if (options["rowtag"] === undefined) throw error("XML_ROW_TAG_MISSING", {});
  const encoding = options["encoding"] ?? options["charset"] ?? "UTF-8";
  if (/^utf-?8$/i.test(encoding)) return;
  throw error("UNSUPPORTED_WRITE_OPTION", { option: "encoding", value: encoding, known: "UTF-8" });
}
