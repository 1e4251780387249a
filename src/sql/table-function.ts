import type { Expression } from "../plan/expression.ts";
import type { LateralView, Read, Relation } from "../plan/relation.ts";
import { aliased, tableAlias } from "./alias.ts";
import { at, type Cursor, expect, peek, take, unsupported } from "./cursor.ts";
import { keywordTable } from "./keyword.ts";
import { multipartName, stringText } from "./name.ts";
import { functionCall } from "./primary.ts";
import { readFiles } from "./read-files.ts";
import { tableChanges } from "./table-changes.ts";

const unbuilt: ReadonlySet<string> = new Set(["cloud_files"]);

/** `range(…)`, or a generator as a lateral view of one row; `streaming`: after STREAM. */
export function tableFunction(cursor: Cursor, streaming = false): Relation {
  const token = peek(cursor);
  const name = multipartName(cursor).join(".").toLowerCase();
  if (name === "cloud_files_state") {
    return aliased(cloudFilesState(cursor), tableAlias(cursor));
  }
  if (unbuilt.has(name)) throw unsupported(cursor, `${name}(…)`, token);
  if (at(cursor, "(", "TABLE") && peek(cursor, 2).key !== ",") {
    throw unsupported(cursor, "TABLE arguments of functions");
  }
  const generator = functionCall(cursor, name);
  if (name === "read_files") {
    return aliased(readFiles(cursor, generator, streaming), tableAlias(cursor));
  }
  if (streaming) throw unsupported(cursor, `STREAM of ${name}(…)`, token);
  if (name === "table_changes" || name === "table_changes_by_path") {
    return aliased(tableChanges(cursor, name, generator), tableAlias(cursor));
  }
  if (name === "range") {
    const range = rangeOf(generator);
    if (!range) throw unsupported(cursor, "range(…) of anything but integer literals", token);
    return aliased(range, tableAlias(cursor));
  }
  if (name === "sql_keywords" && generator.kind === "call" && generator.arguments.length === 0) {
    return aliased(keywordTable(cursor.options.reservedKeywords ?? false), tableAlias(cursor));
  }
  const { alias, columns } = tableAlias(cursor);
  const view: LateralView = {
    kind: "lateral view",
    input: { kind: "one row" },
    generator,
    outer: false,
    columns: columns ?? [],
  };
  return alias === undefined ? view : { ...view, alias };
}

/** `cloud_files_state('checkpoint')`, or `(TABLE(t))`: a read that `execution` knows. */
function cloudFilesState(cursor: Cursor): Read {
  expect(cursor, "(");
  const read = { kind: "read", streaming: false, format: "cloud_files_state" } as const;
  const named = take(cursor, "TABLE", "(");
  const name = named ? multipartName(cursor) : [];
  if (named) expect(cursor, ")");
  const paths = named ? [] : [stringText(cursor)];
  expect(cursor, ")");
  return { ...read, paths, options: named ? { table: JSON.stringify(name) } : {} };
}

function rangeOf(generator: Expression): Relation | undefined {
  if (generator.kind !== "call" || generator.argumentNames) return undefined;
  const numbers = generator.arguments.map(integerOf);
  const [first, second, step = 1n] = numbers;
  if (numbers.length === 0 || numbers.length > 4 || numbers.includes(undefined)) return undefined;
  if (first === undefined || step === 0n) return undefined;
  return second === undefined
    ? { kind: "range", start: 0n, end: first, step: 1n }
    : { kind: "range", start: first, end: second, step };
}

function integerOf(each: Expression): bigint | undefined {
  if (each.kind !== "literal") return undefined;
  const { value } = each;
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}
