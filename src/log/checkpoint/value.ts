import type { DataType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";

/**
 * A value of a checkpoint's column as it would stand in a commit file: structs and maps are
 * objects, members of structs that are null are left out, 64-bit integers are numbers.
 */
export function plainOf(value: Value, type: DataType): unknown {
  if (value === null) return null;
  switch (type.type) {
    case "struct": {
      const members = value as { readonly [name: string]: Value };
      const plain: Record<string, unknown> = {};
      for (const { name, type: of } of type.fields) {
        const one = members[name] ?? null;
        if (one !== null) plain[name] = plainOf(one, of);
      }
      return plain;
    }
    case "map": {
      const entries = [...(value as ReadonlyMap<Value, Value>)];
      return Object.fromEntries(
        entries.map(([key, item]) => [String(key), plainOf(item, type.valueType)]),
      );
    }
    case "array":
      return (value as readonly Value[]).map((item) => plainOf(item, type.elementType));
    case "long":
      return Number(value as bigint);
    default:
      return value;
  }
}

/** The inverse of `plainOf`: what is absent is null, texts are asked of whatever stands there. */
export function cellOf(plain: unknown, type: DataType): Value {
  if (plain === undefined || plain === null) return null;
  switch (type.type) {
    case "struct": {
      const members = plain as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        type.fields.map(({ name, type: of }) => [name, cellOf(members[name], of)]),
      );
    }
    case "map":
      return new Map(
        Object.entries(plain).map(([key, item]) => [key, cellOf(item, type.valueType)]),
      );
    case "array":
      return (plain as readonly unknown[]).map((item) => cellOf(item, type.elementType));
    case "long":
      return BigInt(Math.trunc(Number(plain)));
    case "integer":
      return Math.trunc(Number(plain));
    case "string":
      return typeof plain === "string" ? plain : JSON.stringify(plain);
    default:
      return plain as Value;
  }
}
