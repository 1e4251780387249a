import { assert } from "../../../error/error.ts";
import type { Options } from "../../../plan/relation.ts";
import { parseDataTypeJson } from "../../../schema/json.ts";
import { type StructType, struct } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import { timeReader } from "../text/convert.ts";
import { readRecord } from "../xml/convert.ts";
import { xmlOptions } from "../xml/option.ts";
import { rootElement } from "../xml/parser.ts";
import { xmlStyle } from "../xml/style.ts";
import { Misfit } from "../xml/value.ts";
import { type Plain, xmlWriter } from "../xml/write.ts";
import { malformed, remembered, structText } from "./json.ts";

/**
 * `from_xml`: as `from_json` is given what it reads and answers. `to_xml` of a row as JSON (see
 * `Plain`), its type, options and zone; the option `depth` says how deep the element stands.
 */
export const xmlOperations = {
  from_xml: remembered(readerOf),
  to_xml: remembered(writerOf),
} as const;

function structOf(json: string): StructType {
  const type = parseDataTypeJson(json);
  assert(type.type === "struct", "XML is a row");
  return type;
}

function readerOf(json: string, given: Options, zone: string): (text: string) => string {
  const schema = structOf(json);
  // The tag of rows says nothing here: a text is one.
  const options = xmlOptions({ rowtag: "ROW", ...given }, zone);
  const how = { options, times: timeReader(options.text) };
  const { mode, corruptColumn } = options.text;
  const corrupt = schema.fields.findIndex(({ name }) => name === corruptColumn);
  const data = struct(schema.fields.filter((_, at) => at !== corrupt));
  return (text) => {
    const { values, fault } = recordOf(text, data, how);
    if (fault !== undefined && mode === "FAILFAST") {
      throw malformed(text, fault, "from_xml");
    }
    const row = [...values];
    if (corrupt >= 0) row.splice(corrupt, 0, fault === undefined ? null : text);
    return structText(row, schema);
  };
}

type Read = { readonly values: readonly Value[]; readonly fault?: string };

function recordOf(text: string, schema: StructType, how: Parameters<typeof readRecord>[2]): Read {
  const none = schema.fields.map(() => null);
  const found = rootElement(text, how.options);
  if ("fault" in found) return { values: none, fault: found.fault };
  try {
    return readRecord(found, schema, how);
  } catch (thrown) {
    if (!(thrown instanceof Misfit)) throw thrown;
    return { values: none, fault: thrown.reason };
  }
}

function writerOf(json: string, given: Options, zone: string): (row: string) => string {
  const write = xmlWriter(structOf(json), xmlStyle(given, zone), Number(given["depth"] ?? 0));
  return (row) => write(JSON.parse(row) as readonly Plain[]);
}
