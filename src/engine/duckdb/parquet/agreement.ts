import type { DataType, StructField } from "../../../schema/type.ts";
import { childrenOf, elementsOf, nameOf, type PlacedElement } from "./element.ts";
import { id, numberOf } from "./footer.ts";
import { parsedSchema, sparkSchemaText } from "./spark-schema.ts";
import { code, type Struct } from "./thrift.ts";

/** Types of fields of a schema's elements, which engines pass over where they are of others. */
const typesOf: Readonly<Record<number, number>> = {
  ...{ [id.element.type]: code.i32, [id.element.repetition]: code.i32 },
  ...{ [id.element.name]: code.binary, [id.element.children]: code.i32 },
  ...{ [id.element.converted]: code.i32, [id.element.scale]: code.i32 },
  ...{ [id.element.precision]: code.i32, [id.element.fieldId]: code.i32 },
  ...{ [id.element.logicalType]: code.struct },
};

/** Parquet's physical types by number. */
const physical = {
  ...{ boolean: 0, int32: 1, int64: 2, int96: 3, float: 4, double: 5, binary: 6, fixed: 7 },
} as const;

const required = 0;

/** Those that a type of Spark's may be written as. */
const physicalOf: Readonly<Partial<Record<DataType["type"], readonly number[]>>> = {
  boolean: [physical.boolean],
  byte: [physical.int32],
  short: [physical.int32],
  integer: [physical.int32],
  date: [physical.int32],
  long: [physical.int64],
  timestamp: [physical.int64, physical.int96],
  timestamp_ntz: [physical.int64, physical.int96],
  float: [physical.float],
  double: [physical.double],
  string: [physical.binary],
  binary: [physical.binary],
  decimal: [physical.int32, physical.int64, physical.binary, physical.fixed],
};

/** Members that a variant, or a piece of one, may have. */
const variantMembers: readonly string[] = ["metadata", "value", "typed_value"];

/**
 * What of a footer's schema cannot be what was written: a field of an element that has not its
 * type, or what Spark, whose own schema stands in the same footer, would not have written for it.
 * Of a column that Spark's schema has and the file does not, nothing is said. Undefined: nothing.
 */
export function schemaContradiction(metadata: Struct): string | undefined {
  const elements = elementsOf(metadata);
  for (const element of elements) {
    for (const [field, { type }] of element) {
      if ((typesOf[field] ?? type) !== type) return "its schema has fields of types not their own";
    }
  }
  const told = toldSchema(metadata);
  if (told?.type !== "struct") return undefined;
  return ofMembers(told.fields, { elements, at: 0 });
}

/** Spark's schema is long, and files of a table mostly have the same. */
let last: { readonly text: string; readonly schema: DataType | undefined } | undefined;

function toldSchema(metadata: Struct): DataType | undefined {
  const text = sparkSchemaText(metadata);
  if (text === undefined) return undefined;
  if (last?.text !== text) last = { text, schema: parsedSchema(text) };
  return last.schema;
}

interface Place {
  readonly elements: readonly Struct[];
  readonly at: number;
}

function ofMembers(fields: readonly StructField[], { elements, at }: Place): string | undefined {
  for (const child of childrenOf(elements, at)) {
    const name = nameOf(child.element);
    const field = fields.find((one) => one.name === name);
    if (field === undefined) return `it has a column ${name}, which Spark did not write`;
    const found = ofValue(field, { elements, at: child.at });
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Told {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

function ofValue({ name, type, nullable }: Told, place: Place): string | undefined {
  const { elements, at } = place;
  const element = elements[at]!;
  if (nullable && numberOf(element, id.element.repetition) === required) {
    return `its column ${name} may have nulls by Spark's schema, and none by Parquet's`;
  }
  const parts = childrenOf(elements, at);
  const inner = parts.length === 1 ? childrenOf(elements, parts[0]!.at) : [];
  const below = (one: PlacedElement | undefined, of: DataType, nulls: boolean) =>
    one && ofValue({ name, type: of, nullable: nulls }, { elements, at: one.at });
  switch (type.type) {
    case "struct":
      return parts.length === 0 ? other(name) : ofMembers(type.fields, place);
    case "array":
      return nameOf(inner[0]?.element ?? element) === "element"
        ? below(inner[0], type.elementType, type.containsNull)
        : undefined;
    case "map":
      if (inner.length !== 2) return undefined;
      return (
        below(inner[0], type.keyType, false) ??
        below(inner[1], type.valueType, type.valueContainsNull)
      );
    case "variant":
      return ofVariant(name, parts);
    default: {
      const allowed = physicalOf[type.type];
      if (allowed === undefined) return undefined;
      const isLeaf = parts.length === 0 && allowed.includes(numberOf(element, id.element.type));
      const isExact =
        type.type !== "decimal" ||
        !element.has(id.element.precision) ||
        (numberOf(element, id.element.precision) === type.precision &&
          numberOf(element, id.element.scale) === type.scale);
      return isLeaf && isExact ? undefined : other(name);
    }
  }
}

function ofVariant(name: string, parts: readonly PlacedElement[]): string | undefined {
  const names = parts.map(({ element }) => nameOf(element));
  const isWhole = names.includes("metadata") && names.length > 1;
  return isWhole && names.every((one) => variantMembers.includes(one)) ? undefined : other(name);
}

function other(name: string): string {
  return `its column ${name} is of another type than in Spark's schema`;
}
