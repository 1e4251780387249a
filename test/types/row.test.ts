import { expect, expectTypeOf, test } from "vitest";
import { parseSchema } from "../../src/schema/ddl.ts";
import { type Row, required, struct } from "../../src/schema/row.ts";
import {
  array,
  boolean,
  decimal,
  double,
  integer,
  long,
  map,
  string,
  timestamp,
} from "../../src/schema/type.ts";
import type { Decimal, Timestamp, Value } from "../../src/schema/value.ts";

const iot = struct({
  id: required(long),
  device: string,
  tags: array(string),
  counts: map(string, integer),
  price: decimal(10, 2),
  at: required(timestamp),
  place: struct({ lat: required(double), indoor: boolean }),
});

test("a schema value is a row type", () => {
  expectTypeOf<Row<typeof iot>>().toEqualTypeOf<{
    readonly id: bigint;
    readonly device: string | null;
    readonly tags: readonly (string | null)[] | null;
    readonly counts: ReadonlyMap<string, number | null> | null;
    readonly price: Decimal | null;
    readonly at: Timestamp;
    readonly place: { readonly lat: number; readonly indoor: boolean | null } | null;
  }>();
});

test("a schema known only at run time gives rows of any value", () => {
  const parsed = parseSchema("a INT");
  expectTypeOf<Row<typeof parsed>>().toEqualTypeOf<{ readonly [name: string]: Value }>();
});

test("the value is the schema itself", () => {
  const plain = parseSchema(
    "id BIGINT NOT NULL, device STRING, tags ARRAY<STRING>, counts MAP<STRING, INT>, " +
      "price DECIMAL(10,2), at TIMESTAMP NOT NULL, place STRUCT<lat: DOUBLE NOT NULL, indoor: BOOLEAN>",
  );
  expect(iot).toEqual(plain);
});
