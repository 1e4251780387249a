import { expect, test } from "vitest";
import { userSchema } from "../../src/log/user-schema.ts";
import {
  array,
  field,
  integer,
  map,
  type StructField,
  string,
  struct,
} from "../../src/schema/type.ts";

test("metadata of Delta's own is not shown, at any depth; that of the user is", () => {
  const own = {
    "delta.columnMapping.id": 1,
    "delta.columnMapping.physicalName": "col-1",
    "delta.typeChanges": [{ fromType: "short", toType: "integer" }],
    "delta.generationExpression": "1",
    "delta.identity.start": 1,
  };
  const users = { comment: "c", CURRENT_DEFAULT: "1", __CHAR_VARCHAR_TYPE_STRING: "char(3)" };
  const schema = (metadata: StructField["metadata"]) => {
    const inner = struct([field("x", integer, false, metadata)]);
    return struct([
      field("s", inner, true, metadata),
      field("a", array(map(string, inner, false), false), true, metadata),
    ]);
  };
  expect(userSchema(schema({ ...own, ...users }))).toEqual(schema(users));
});
