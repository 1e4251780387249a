import { error } from "../../../../error/error.ts";
import { dataTypeJson } from "../../../../schema/json.ts";
import type { DataType } from "../../../../schema/type.ts";
import { memberName, text } from "../../quote.ts";
import { xmlOptions } from "../../xml/option.ts";
import { checkWritable, xmlStyle } from "../../xml/style.ts";
import { once } from "../once.ts";
import type { Scope } from "../scope.ts";
import { toText } from "../text-of.ts";
import { holds, keyText, optionsOf, reading } from "./json.ts";
import { type Group, javascript } from "./registry.ts";

/** XML texts to rows and back. */
export const xmls: Group = {
  from_xml: (args, site) => {
    const { node, scope } = site;
    if (holds(node.type, "variant")) {
      throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: "from_xml to a variant" });
    }
    xmlOptions({ rowtag: "ROW", ...optionsOf(node.arguments[1]) }, scope.context.timeZone);
    const { binaryStyle = "HEX_DISCRETE" } = scope.context;
    return reading("from_xml", { binarystyle: binaryStyle })(args, site);
  },
  to_xml: ([value], { types, node, scope }) => {
    const [type] = types;
    if (type === undefined || type.type === "void") return "CAST(NULL AS VARCHAR)";
    const { timeZone, binaryStyle = "HEX_DISCRETE" } = scope.context;
    const options = optionsOf(node.arguments[1]);
    checkWritable(type, xmlStyle(options, timeZone));
    // Only a writer of files says how deep rows stand.
    const { depth: _, ...given } = options;
    given["binarystyle"] = binaryStyle;
    const depth = node.arguments[2];
    if (depth?.kind === "literal") given["depth"] = String(depth.value);
    const args = [JSON.stringify(dataTypeJson(type)), JSON.stringify(given), timeZone];
    return once([value as string], scope, (row) =>
      javascript("to_xml", [plain(row, { type, depth: 0, scope }), ...args.map(text)]),
    );
  },
};

interface Place {
  readonly type: DataType;
  /** How many lists it is in: each has a variable of its own. */
  readonly depth: number;
  readonly scope: Scope;
}

/** SQL of a value as JSON of what `xml/write.ts` takes; null where it is null. */
function plain(value: string, { type, depth, scope }: Place): string {
  const below = (inner: string, of: DataType): string =>
    `coalesce(${plain(inner, { type: of, depth: depth + 1, scope })}, 'null')`;
  const variable = `w${depth}`;
  const list = (items: string, item: string): string =>
    `('[' || array_to_string(list_transform(${items}, lambda ${variable}: ${item}), ',') || ']')`;
  switch (type.type) {
    case "struct": {
      const members = type.fields.map((field, at) =>
        below(`struct_extract(${value}, '${memberName(at)}')`, field.type),
      );
      const joined = members.length === 0 ? "''" : `concat_ws(',', ${members.join(", ")})`;
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE '[' || ${joined} || ']' END`;
    }
    case "array":
      return list(value, below(variable, type.elementType));
    case "map": {
      const key = keyText(`struct_extract(${variable}, 'key')`, type.keyType, scope);
      const item = below(`struct_extract(${variable}, 'value')`, type.valueType);
      const entry = `'[' || to_json(CAST(${key} AS VARCHAR)) || ',' || ${item} || ']'`;
      return list(`map_entries(${value})`, entry);
    }
    case "void":
      return "CAST(NULL AS VARCHAR)";
    default:
      return `CAST(to_json(${scalar(value, type, scope)}) AS VARCHAR)`;
  }
}

function scalar(value: string, type: DataType, scope: Scope): string {
  switch (type.type) {
    case "date":
      return `CAST(${value} - DATE '1970-01-01' AS VARCHAR)`;
    case "timestamp":
    case "timestamp_ntz":
      return `CAST(epoch_us(${value}) AS VARCHAR)`;
    case "time":
      return `CAST(epoch_ns(${value}) // 1000 AS VARCHAR)`;
    case "float":
    case "double":
      return toText(value, type, scope);
    case "binary":
      return `hex(${value})`;
    default:
      return `CAST(${value} AS VARCHAR)`;
  }
}
