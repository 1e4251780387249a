import { assert, error } from "../../../error/error.ts";
import type { Options } from "../../../plan/relation.ts";
import { parseDataTypeJson } from "../../../schema/json.ts";
import type { StructType } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import { timeReader } from "../text/convert.ts";
import { csvOptions } from "../text/csv-option.ts";
import { tokenize, Untokenizable } from "../text/csv-token.ts";
import { tokenConverter } from "../text/csv-value.ts";
import { textOptions } from "../text/option.ts";
import { remembered, structText } from "./json.ts";

/** `from_csv`: as `from_json` is given what it reads and answers. */
export const csvOperations = {
  from_csv: remembered(readerOf),
} as const;

function readerOf(json: string, given: Options, zone: string): (text: string) => string {
  const schema = parseDataTypeJson(json);
  assert(schema.type === "struct", "CSV is read to a struct");
  const read = recordReader(schema, given, zone);
  return (text) => structText(read(text), schema);
}

/** The values of a record by the schema's columns; what does not fit is null. */
function recordReader(
  schema: StructType,
  given: Options,
  zone: string,
): (text: string) => readonly Value[] {
  const options = textOptions(given, zone);
  const csv = { ...csvOptions(given), newLine: options.lineSeparator ?? "\n" };
  const times = timeReader(options);
  const corrupt = given["columnnameofcorruptrecord"] ?? "_corrupt_record";
  const corruptAt = schema.fields.findIndex(
    (field) => field.name === corrupt && field.type.type === "string",
  );
  const columns = schema.fields.flatMap((field, at) => {
    if (at === corruptAt) return [];
    const convert = tokenConverter(field.type, csv, times);
    if (convert) return [{ at, convert }];
    throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: `from_csv to ${field.type.type}` });
  });
  return (text) => {
    const values: Value[] = schema.fields.map(() => null);
    const tokens = tokensOf(text, csv);
    let sound = tokens?.length === columns.length;
    columns.forEach(({ at, convert }, index) => {
      const token = tokens?.[index];
      if (token === undefined || token === csv.nullValue) return;
      const value = convert(token);
      if (value === undefined) sound = false;
      else values[at] = value;
    });
    if (corruptAt >= 0 && !sound) values[corruptAt] = text;
    return values;
  };
}

function tokensOf(
  text: string,
  csv: Parameters<typeof tokenize>[2],
): readonly string[] | undefined {
  try {
    return tokenize(text, 0, csv).tokens;
  } catch (thrown) {
    if (thrown instanceof Untokenizable) return undefined;
    throw thrown;
  }
}
