/** The metadata key under which Spark keeps the real type of a CHAR or VARCHAR column. */
export const CHAR_VARCHAR_KEY = "__CHAR_VARCHAR_TYPE_STRING";

export interface CharType {
  readonly kind: "char" | "varchar";
  readonly length: number;
}

/** Reads `char(5)` or `varchar(5)`; undefined for any other text. */
export function charType(text: string): CharType | undefined {
  const match = /^(char|varchar)\(\s*(\d+)\s*\)$/i.exec(text);
  if (!match) return undefined;
  return { kind: match[1]!.toLowerCase() as CharType["kind"], length: Number(match[2]) };
}
