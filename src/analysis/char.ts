import { CHAR_VARCHAR_KEY, type CharType, charType } from "../schema/char.ts";
import { type StructField, string } from "../schema/type.ts";
import {
  call,
  integerLiteral,
  newColumn,
  passing,
  reference,
  stringLiteral,
} from "./expression.ts";
import type { Resolved } from "./resolve.ts";
import type { Column, Named, TypedExpression, TypedRelation } from "./typed.ts";

/** The CHAR or VARCHAR type that a column was declared with. */
export function declaredChar({ metadata }: Pick<StructField, "metadata">): CharType | undefined {
  const raw = metadata[CHAR_VARCHAR_KEY];
  return typeof raw === "string" ? charType(raw) : undefined;
}

/** Text filled up with blanks to a length; longer text stays. */
function padded(value: TypedExpression, length: number): TypedExpression {
  const size = call("length", [value], { type: { type: "integer" } });
  const short = call("<", [size, integerLiteral(length)], { type: { type: "boolean" } });
  const filled = call("rpad", [value, integerLiteral(length), stringLiteral(" ")], {
    type: string,
  });
  return call("when", [short, filled, value], { type: string, nullable: value.nullable });
}

/** A relation whose CHAR columns are as long as they are declared, whoever wrote them. */
export function paddedRelation(
  relation: TypedRelation,
  columns: readonly Column[],
): { readonly relation: TypedRelation; readonly columns: readonly Column[] } {
  if (!columns.some((column) => declaredChar(column)?.kind === "char")) {
    return { relation, columns };
  }
  const made = columns.map((column): Named => {
    const declared = declaredChar(column);
    if (declared?.kind !== "char") return passing(column);
    const { name, nullable, metadata } = column;
    const expression = padded(reference(column), declared.length);
    return { column: newColumn(name, string, { nullable, metadata }), expression };
  });
  return {
    relation: { kind: "project", input: relation, columns: made },
    columns: made.map(({ column }) => column),
  };
}

const comparisons: ReadonlySet<string> = new Set("= == <=> < <= > >= <> != in".split(" "));

/**
 * The arguments of a comparison, CHAR columns and the constants they are compared with all as
 * long as the longest: `CHAR(3)` 'a' is equal to 'a' and to `CHAR(5)` 'a'.
 */
export function comparedChars(
  name: string,
  given: readonly (Resolved | undefined)[],
): readonly (Resolved | undefined)[] {
  if (!comparisons.has(name)) return given;
  const lengths = given.map((one) => {
    if (!one) return undefined;
    const declared = declaredChar(one);
    if (declared?.kind === "char" && one.expression.type.type === "string") return declared.length;
    const { expression } = one;
    const constant = expression.kind === "literal" && typeof expression.value === "string";
    return constant ? -[...(expression.value as string)].length - 1 : undefined;
  });
  const columns = lengths.some((length) => length !== undefined && length >= 0);
  if (!columns || lengths.includes(undefined)) return given;
  const sizes = lengths.map((length = 0) => (length < 0 ? -length - 1 : length));
  const longest = Math.max(...sizes);
  return given.map((one, index) =>
    !one || sizes[index] === longest
      ? one
      : { ...one, expression: padded(one.expression, longest) },
  );
}

/**
 * A value as a CHAR or VARCHAR column stores it: blanks beyond the length go, CHAR is filled up.
 * Other text that is too long raises EXCEED_LIMIT_LENGTH.
 */
export function storedChar(value: TypedExpression, declared: CharType): TypedExpression {
  const limit = integerLiteral(declared.length);
  const cut = call("char_limit", [value, limit], { type: string, nullable: value.nullable });
  return declared.kind === "char" ? padded(cut, declared.length) : cut;
}
