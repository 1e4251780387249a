import type { AvroSchema } from "../../../schema/avro/schema.ts";
import type { Cursor } from "./cursor.ts";

type Skip = (cursor: Cursor) => void;

/** What moves over a value of a schema. `made` ends the cycles of recursive schemas. */
export function skipper(schema: AvroSchema, made = new Map<AvroSchema, Skip>()): Skip {
  const known = made.get(schema);
  if (known) return known;
  switch (schema.type) {
    case "null":
      return () => {};
    case "boolean":
      return (cursor) => void cursor.take(1);
    case "int":
    case "long":
    case "enum":
      return (cursor) => cursor.long();
    case "float":
      return (cursor) => void cursor.take(4);
    case "double":
      return (cursor) => void cursor.take(8);
    case "bytes":
    case "string":
      return (cursor) => void cursor.take(cursor.length());
    case "fixed":
      return (cursor) => void cursor.take(schema.size);
    case "array":
      return skipBlocks(skipper(schema.items, made));
    case "map": {
      const value = skipper(schema.values, made);
      return skipBlocks((cursor) => {
        cursor.take(cursor.length());
        value(cursor);
      });
    }
    case "union": {
      const branches = schema.branches.map((branch) => skipper(branch, made));
      return (cursor) => branchAt(branches, cursor)(cursor);
    }
    case "record": {
      let fields: readonly Skip[] = [];
      const skip = (cursor: Cursor): void => {
        for (const field of fields) field(cursor);
      };
      made.set(schema, skip);
      fields = schema.fields.map((field) => skipper(field.schema, made));
      return skip;
    }
  }
}

/** What belongs to the branch of a union whose number comes next. */
export function branchAt<T>(branches: readonly T[], cursor: Cursor): T {
  const branch = branches[cursor.longNumber()];
  if (branch === undefined) throw new Error("a union has no branch of the number it names");
  return branch;
}

function skipBlocks(item: Skip): Skip {
  return (cursor) => {
    for (;;) {
      const count = cursor.longNumber();
      if (count === 0) return;
      if (count < 0) cursor.take(cursor.length());
      else for (let i = 0; i < count; i++) item(cursor);
    }
  };
}
