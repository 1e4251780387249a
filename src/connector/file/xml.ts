import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { reference } from "../../analysis/expression.ts";
import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { type DataType, field, type StructField } from "../../schema/type.ts";
import { zoneOf } from "../../schema/zone.ts";
import type { WriteRequest } from "../connector.ts";
import { type RowFormat, rowColumns } from "./row-file.ts";
import type { WriteShape } from "./stage.ts";
import { isZipped } from "./text.ts";
import { type XmlStyle, xmlRow } from "./xml-text.ts";

const compress = promisify(gzip);

const declarationDefault = 'version="1.0" encoding="UTF-8" standalone="yes"';

/** Options of Spark's writer that ours does not have. */
const unbuilt = ["dateFormat", "timestampFormat", "timestampNTZFormat", "locale", "timeZone"];

/** Rows as XML files: a declaration, a root, and an element a row. */
export function xmlRows(request: WriteRequest, shape: WriteShape): RowFormat {
  const { options } = request;
  refuseUnbuilt(options);
  const style = styleOf(options, request.query.timeZone);
  const { data, project } = rowColumns(request.relation, shape);
  const fields = data.map(({ name, type }) => field(name, type));
  checkNames(fields, style);
  const zipped = isZipped(options);
  const lineEnd = style.indent === "" ? "\n" : "";
  const [head, foot] = frame(options, style);
  return {
    relation: project(data.map((column) => ({ column, expression: reference(column) }))),
    width: fields.length,
    extension: zipped ? ".xml.gz" : ".xml",
    open() {
      let held: string[] = [];
      let begun = false;
      return {
        add(values) {
          if (!begun) held.push(head);
          begun = true;
          const text = xmlRow(values, fields, style) + lineEnd;
          held.push(text);
          return text.length;
        },
        async take(last) {
          if (last && begun) held.push(foot);
          const text = held.join("");
          held = [];
          return zipped && text !== "" ? await compress(text) : text;
        },
      };
    },
  };
}

/** What stands before and after the rows. */
function frame(options: Options, { indent }: XmlStyle): readonly [head: string, foot: string] {
  const [root = "ROWS", ...attributes] = (options["roottag"] ?? "ROWS").split(" ");
  const pairs = attributes.map((text) => {
    const [name, value = ""] = text.split("=");
    return ` ${name}="${value.replace(/['"]/g, "")}"`;
  });
  const declaration = options["declaration"] ?? declarationDefault;
  const first = declaration === "" ? "" : `<?xml ${declaration}?>\n`;
  const [begin, end] = indent === "" ? ["\n", ""] : ["", "\n"];
  return [`${first}<${root}${pairs.join("")}>${begin}`, `${end}</${root}>`];
}

function styleOf(options: Options, timeZone: string): XmlStyle {
  const rowTag = options["rowtag"];
  if (rowTag === undefined) throw error("XML_ROW_TAG_MISSING", {});
  const zone = zoneOf(timeZone) ?? { kind: "offset", id: "UTC", seconds: 0 };
  return {
    ...{ rowTag, zone },
    attributePrefix: options["attributeprefix"] ?? "_",
    valueTag: options["valuetag"] ?? "_VALUE",
    arrayElementName: options["arrayelementname"] ?? "item",
    nullValue: options["nullvalue"],
    indent: options["indent"] ?? "    ",
  };
}

function refuseUnbuilt(options: Options): void {
  for (const option of unbuilt) {
    const value = options[option.toLowerCase()];
    if (value !== undefined)
      throw error("UNSUPPORTED_WRITE_OPTION", { option, value, known: "none" });
  }
  const encoding = options["encoding"] ?? options["charset"] ?? "UTF-8";
  if (/^utf-?8$/i.test(encoding)) return;
  throw error("UNSUPPORTED_WRITE_OPTION", { option: "encoding", value: encoding, known: "UTF-8" });
}

/** Names of elements and attributes, at every depth. */
function checkNames(fields: readonly StructField[], style: XmlStyle): void {
  if (fields.length === 0)
    throw error("EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", { format: "XML" });
  for (const { name, type } of fields) {
    const own = name.startsWith(style.attributePrefix) && name !== style.valueTag;
    const tag = own ? name.slice(style.attributePrefix.length) : name;
    if (!/^[\p{L}_:][\p{L}\p{N}_:.-]*$/u.test(tag) && name !== style.valueTag) {
      throw error("INVALID_COLUMN_NAME_AS_PATH", { datasource: "xml", columnName: name });
    }
    checkParts(type, style);
  }
}

function checkParts(type: DataType, style: XmlStyle): void {
  if (type.type === "struct") checkNames(type.fields, style);
  if (type.type === "array") checkParts(type.elementType, style);
  if (type.type === "map") checkParts(type.valueType, style);
}
