import { error } from "../../../error/error.ts";
import type { Options } from "../../../plan/relation.ts";
import { type BinaryStyle, binaryStyle } from "../../../schema/binary.ts";
import { flag } from "../../../schema/flag.ts";
import { type TextOptions, textOptions } from "../text/option.ts";

/** The options of reading XML, with Spark's defaults. */
export interface XmlOptions {
  readonly rowTag: string;
  readonly attributePrefix: string;
  readonly valueTag: string;
  readonly excludeAttribute: boolean;
  /** Absent: no text is null. */
  readonly nullValue: string | undefined;
  readonly trim: boolean;
  readonly inferTypes: boolean;
  readonly prefersDecimal: boolean;
  readonly ignoreNamespace: boolean;
  readonly wildcard: string;
  readonly encoding: string;
  /** Said by the session, not by its user: see `QueryContext`. */
  readonly binaryStyle: BinaryStyle;
  readonly text: TextOptions;
}

/** Reads and checks the options; their names are lower case. */
export function xmlOptions(options: Options, timeZone: string): XmlOptions {
  const rowTag = options["rowtag"]?.trim();
  if (rowTag === undefined) throw error("XML_ROW_TAG_MISSING", {});
  const validation = options["rowvalidationxsdpath"];
  if (validation !== undefined) {
    const option = "rowValidationXSDPath";
    throw error("UNSUPPORTED_TEXT_OPTION", { option, value: validation, known: "none" });
  }
  const valueTag = options["valuetag"] ?? "_VALUE";
  const attributePrefix = options["attributeprefix"] ?? "_";
  checkTags({ rowTag, valueTag, attributePrefix });
  const encoding = options["encoding"] ?? options["charset"] ?? "UTF-8";
  return {
    ...{ rowTag, attributePrefix, valueTag },
    excludeAttribute: flag(options, "excludeAttribute", false),
    nullValue: options["nullvalue"],
    trim: flag(options, "ignoreSurroundingSpaces", true),
    inferTypes: flag(options, "inferSchema", true),
    prefersDecimal: flag(options, "prefersDecimal", false),
    ignoreNamespace: flag(options, "ignoreNamespace", false),
    wildcard: options["wildcardcolname"] ?? "xs_any",
    encoding: knownEncoding(encoding),
    binaryStyle: binaryStyle(options["binarystyle"], "HEX_DISCRETE"),
    // Spark's dates are read strictly here, where JSON's are cast.
    text: textOptions({ dateformat: "yyyy-MM-dd", ...options, encoding: "UTF-8" }, timeZone),
  };
}

/** What Spark asks of these, whether XML is read or written. */
export function checkTags({
  rowTag,
  valueTag,
  attributePrefix,
}: Pick<XmlOptions, "rowTag" | "valueTag" | "attributePrefix">): void {
  if (rowTag === "" || rowTag.startsWith("<") || rowTag.endsWith(">")) {
    throw invalidOption("rowTag", rowTag, "it is a name, without angle brackets");
  }
  if (valueTag === "" || valueTag === attributePrefix) {
    throw invalidOption("valueTag", valueTag, "it is not empty and not the attributePrefix");
  }
}

function knownEncoding(value: string): string {
  try {
    // The name that stands for another one in the web's standard is Java's for itself.
    return /^iso-?8859-?1$/i.test(value) ? "latin1" : new TextDecoder(value).encoding;
  } catch {
    throw error("UNSUPPORTED_TEXT_OPTION", {
      option: "encoding",
      value,
      known: "UTF-8, and others",
    });
  }
}

export function invalidOption(option: string, value: string, reason: string): Error {
  return error("INVALID_TEXT_OPTION", { option, value, reason });
}
