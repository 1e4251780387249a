import { error } from "../../../error/error.ts";
import type { Options } from "../../../plan/relation.ts";
import { type BinaryStyle, binaryStyle } from "../../../schema/binary.ts";
import { flag } from "../../../schema/flag.ts";
import type { DataType } from "../../../schema/type.ts";
import { zoneOf } from "../../../schema/zone.ts";
import { checkLocale } from "../text/option.ts";
import { checkTags, invalidOption } from "./option.ts";

/** How rows become XML, with Spark's defaults. */
export interface XmlStyle {
  readonly rowTag: string;
  readonly attributePrefix: string;
  readonly valueTag: string;
  readonly arrayElementName: string;
  /** Absent: nulls are left out. */
  readonly nullValue: string | undefined;
  readonly indent: string;
  readonly dateFormat: string;
  readonly timestampFormat: string;
  readonly timestampNtzFormat: string;
  /** Absent: as a time is cast to a text. */
  readonly timeFormat: string | undefined;
  /** In which instants are written. */
  readonly timeZone: string;
  readonly binaryStyle: BinaryStyle;
  /** Whether names of elements and attributes must be such of XML. */
  readonly checksNames: boolean;
}

const date = "yyyy-MM-dd";

/** Reads and checks the options; their names are lower case. */
export function xmlStyle(options: Options, timeZone: string): XmlStyle {
  checkLocale(options["locale"] ?? "en-US");
  const rowTag = (options["rowtag"] ?? "ROW").trim();
  const valueTag = options["valuetag"] ?? "_VALUE";
  const attributePrefix = options["attributeprefix"] ?? "_";
  checkTags({ rowTag, valueTag, attributePrefix });
  if (attributePrefix === "") {
    throw invalidOption("attributePrefix", attributePrefix, "it is not empty where XML is written");
  }
  const style: XmlStyle = {
    ...{ rowTag, attributePrefix, valueTag },
    arrayElementName: options["arrayelementname"] ?? "item",
    nullValue: options["nullvalue"],
    indent: options["indent"] ?? "    ",
    dateFormat: options["dateformat"] ?? date,
    timestampFormat: options["timestampformat"] ?? `${date}'T'HH:mm:ss.SSSXXX`,
    timestampNtzFormat: options["timestampntzformat"] ?? `${date}'T'HH:mm:ss.SSS`,
    timeFormat: options["timeformat"],
    timeZone: zoneId(options["timezone"] ?? timeZone),
    binaryStyle: binaryStyle(options["binarystyle"], "HEX_DISCRETE"),
    checksNames: flag(options, "validateName", true),
  };
  if (style.checksNames && !isName(rowTag)) {
    throw invalidOption("rowTag", rowTag, "it is no name of an element in XML");
  }
  return style;
}

function zoneId(id: string): string {
  if (zoneOf(id)) return id;
  throw invalidOption("timeZone", id, "there is no such time zone");
}

/** Whether a text is a name of XML: without a colon, as the writer knows of namespaces. */
function isName(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{M}\p{N}_.·-]*$/u.test(text);
}

export function isAttribute(name: string, { attributePrefix, valueTag }: XmlStyle): boolean {
  return name.startsWith(attributePrefix) && name !== valueTag;
}

/** Throws INVALID_COLUMN_NAME_AS_PATH for a column that is no element, nor an attribute. */
export function checkName(name: string, style: XmlStyle): void {
  if (!style.checksNames || name === style.valueTag) return;
  const tag = isAttribute(name, style) ? name.slice(style.attributePrefix.length) : name;
  if (isName(tag)) return;
  throw error("INVALID_COLUMN_NAME_AS_PATH", { datasource: "xml", columnName: name });
}

/** Refuses a type that has no form in XML, and the names that have none. */
export function checkWritable(type: DataType, style: XmlStyle): void {
  switch (type.type) {
    case "struct":
      for (const { name, type: own } of type.fields) {
        checkName(name, style);
        if (isAttribute(name, style)) checkAttribute(own, name);
        else checkWritable(own, style);
      }
      return;
    case "array":
      checkWritable(type.elementType, style);
      return;
    case "map":
      checkWritable(type.valueType, style);
      return;
    case "interval":
    case "variant":
      throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: `to_xml of the type ${type.type}` });
    default:
  }
}

/** Spark writes of parts and bytes how Java holds them. */
export function checkAttribute({ type }: DataType, name: string): void {
  if (!["struct", "array", "map", "binary", "variant"].includes(type)) return;
  const known = "columns without parts";
  throw error("UNSUPPORTED_WRITE_OPTION", { option: "attributePrefix", value: name, known });
}
