import { newColumn } from "../../analysis/expression.ts";
import type { Column, TypedInput } from "../../analysis/typed.ts";
import type { CachedResult } from "../../engine/engine.ts";
import { assert } from "../../error/error.ts";
import type { Input } from "../../plan/input.ts";
import { intervalName } from "../../schema/interval-field.ts";
import { boolean, type DataType, field, type StructType, struct } from "../../schema/type.ts";

/**
 * The columns of an operator's state. Their names are ours (`k0`, `v0`), so that nothing depends
 * on how users call theirs.
 */
export interface StateShape {
  readonly keys: readonly DataType[];
  readonly values: readonly DataType[];
}

/** The state's own columns. */
export function stateSchema(shape: StateShape): StructType {
  return struct([
    ...shape.keys.map((type, index) => field(`k${index}`, type)),
    ...shape.values.map((type, index) => field(`v${index}`, type)),
  ]);
}

/**
 * The columns of a change: the state's, `deleted` (the key leaves the state), and `updated` (this
 * batch had rows of the key; false: the watermark alone moved it).
 */
export function changeSchema(shape: StateShape): StructType {
  return struct([
    ...stateSchema(shape).fields,
    field("deleted", boolean, false),
    field("updated", boolean, false),
  ]);
}

/** Fresh columns to read a state or a change by. */
export interface StateColumns {
  readonly keys: readonly Column[];
  readonly values: readonly Column[];
  readonly deleted: Column;
  readonly updated: Column;
}

export function stateColumns(shape: StateShape): StateColumns {
  return {
    keys: shape.keys.map((type, index) => newColumn(`k${index}`, type)),
    values: shape.values.map((type, index) => newColumn(`v${index}`, type)),
    deleted: newColumn("deleted", boolean, { nullable: false }),
    updated: newColumn("updated", boolean, { nullable: false }),
  };
}

/** Reads what the engine keeps, as the columns given (by position). */
export function readCached(cached: CachedResult, output: readonly Column[]): TypedInput {
  const input: Input = { kind: "cached", schema: cached.schema, name: cached.name };
  return { kind: "input", input, output };
}

/** Reads what the engine keeps with the position of each row as a last column. */
export function readPlaced({ input, output }: TypedInput, position: Column): TypedInput {
  assert(input.kind === "cached", "rows have a position only where the engine keeps them");
  const schema = struct([...input.schema.fields, field(position.name, position.type, false)]);
  return {
    kind: "input",
    input: { ...input, schema, position: true },
    output: [...output, position],
  };
}

/** The text of a type, without nullability and metadata: what must not change over restarts. */
export function signature(type: DataType): string {
  switch (type.type) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "interval":
      return intervalName(type);
    case "array":
      return `array<${signature(type.elementType)}>`;
    case "map":
      return `map<${signature(type.keyType)},${signature(type.valueType)}>`;
    case "struct":
      return `struct<${type.fields.map((one) => signature(one.type)).join(",")}>`;
    default:
      return type.type;
  }
}
