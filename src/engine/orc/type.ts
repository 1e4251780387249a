import { expect } from "./corrupt.ts";
import type { Message } from "./protobuf.ts";

/** The kinds of types, by their number in the footer. */
export const typeKinds = [
  "boolean",
  "byte",
  "short",
  "int",
  "long",
  "float",
  "double",
  "string",
  "binary",
  "timestamp",
  "list",
  "map",
  "struct",
  "union",
  "decimal",
  "date",
  "varchar",
  "char",
  "timestamp_instant",
] as const;

export type OrcKind = (typeof typeKinds)[number];

/** A type of an ORC file. Its id numbers the streams and statistics of the column. */
export interface OrcType {
  readonly id: number;
  readonly kind: OrcKind;
  /** Members, elements, key and value, or variants. */
  readonly children: readonly OrcType[];
  /** Names of the children of a struct. */
  readonly names: readonly string[];
  readonly maximumLength: number;
  readonly precision: number;
  readonly scale: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A type as the footer has it: children by id. */
export interface FlatType extends Omit<OrcType, "id" | "children"> {
  readonly subtypes: readonly number[];
}

/** Types within types; a footer that nests deeper is no one's. */
const depthMax = 200;

export function readType(message: Message): FlatType {
  const subtypes: number[] = [];
  const names: string[] = [];
  const attributes: Record<string, string> = {};
  let [kind, maximumLength, precision, scale] = [0, 0, 38, 18];
  while (message.next()) {
    if (message.field === 1) kind = message.number();
    else if (message.field === 2) message.numbers(subtypes);
    else if (message.field === 3) names.push(message.text());
    else if (message.field === 4) maximumLength = message.number();
    else if (message.field === 5) precision = message.number();
    else if (message.field === 6) scale = message.number();
    else if (message.field === 7) {
      const [key, value] = readPair(message.message());
      attributes[key] = value;
    } else message.skip();
  }
  const known = typeKinds[kind];
  expect(known !== undefined, `a column has the unknown type ${kind}`);
  return { kind: known, subtypes, names, maximumLength, precision, scale, attributes };
}

function readPair(message: Message): readonly [string, string] {
  let [key, value] = ["", ""];
  while (message.next()) {
    if (message.field === 1) key = message.text();
    else if (message.field === 2) value = message.text();
    else message.skip();
  }
  return [key, value];
}

/** The tree of types, whose ids are counted from the root down, parents before children. */
export function typeTree(types: readonly FlatType[]): OrcType {
  let next = 0;
  const take = (id: number, depth: number): OrcType => {
    expect(id === next && id < types.length && depth < depthMax, "the types make no tree");
    next++;
    const { subtypes, ...own } = types[id] as FlatType;
    checkShape(types[id] as FlatType);
    return { ...own, id, children: subtypes.map((child) => take(child, depth + 1)) };
  };
  const root = take(0, 0);
  expect(next === types.length, "the types make no tree");
  return root;
}

function checkShape({ kind, subtypes, names, precision, scale }: FlatType): void {
  const counts: Partial<Record<OrcKind, boolean>> = {
    list: subtypes.length === 1,
    map: subtypes.length === 2,
    struct: subtypes.length === names.length,
    union: subtypes.length > 0 && subtypes.length <= 256,
  };
  expect(counts[kind] ?? subtypes.length === 0, `a ${kind} has ${subtypes.length} children`);
  const isDecimal = kind !== "decimal" || (precision >= 1 && precision <= 38 && scale <= precision);
  expect(isDecimal, `there is no decimal(${precision}, ${scale})`);
}

/** The type as ORC spells it. */
export function typeText(type: OrcType): string {
  const inner = type.children.map(typeText);
  switch (type.kind) {
    case "byte":
      return "tinyint";
    case "short":
      return "smallint";
    case "long":
      return "bigint";
    case "timestamp_instant":
      return "timestamp with local time zone";
    case "list":
      return `array<${inner.join(",")}>`;
    case "map":
      return `map<${inner.join(",")}>`;
    case "union":
      return `uniontype<${inner.join(",")}>`;
    case "struct":
      return `struct<${inner.map((text, at) => `${type.names[at]}:${text}`).join(",")}>`;
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "char":
    case "varchar":
      return `${type.kind}(${type.maximumLength})`;
    default:
      return type.kind;
  }
}
