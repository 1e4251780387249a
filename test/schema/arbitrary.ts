import fc from "fast-check";
import type { DataType, StructType } from "../../src/schema/type.ts";
import * as types from "../../src/schema/type.ts";

const atomic: fc.Arbitrary<DataType> = fc.oneof(
  fc.constantFrom<DataType>(
    types.string,
    types.long,
    types.integer,
    types.short,
    types.byte,
    types.float,
    types.double,
    types.boolean,
    types.binary,
    types.date,
    types.timestamp,
    types.timestampNtz,
    types.variant,
    types.nullType,
    types.yearMonth("year", "year"),
    types.yearMonth(),
    types.dayTime("hour", "minute"),
    types.dayTime(),
    types.calendarInterval,
  ),
  fc
    .integer({ min: 1, max: 38 })
    .chain((precision) =>
      fc.integer({ min: 0, max: precision }).map((scale) => types.decimal(precision, scale)),
    ),
);

const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
);

/** Schemas of any shape. `nestedNulls`: arrays and maps always may hold null, as DDL has it. */
export function anySchema(options: { readonly nestedNulls: boolean }): fc.Arbitrary<StructType> {
  const flag = options.nestedNulls ? fc.constant(true) : fc.boolean();
  const { struct } = fc.letrec<{ type: DataType; struct: StructType }>((tie) => ({
    type: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      atomic,
      fc.tuple(tie("type"), flag).map(([element, nulls]) => types.array(element, nulls)),
      fc
        .tuple(tie("type"), tie("type"), flag)
        .map(([key, value, nulls]) => types.map(key, value, nulls)),
      tie("struct"),
    ),
    struct: fc
      .uniqueArray(
        fc
          .tuple(name, tie("type"), fc.boolean(), fc.option(fc.string(), { nil: undefined }))
          .map(([name, type, nullable, comment]) =>
            types.field(name, type, nullable, comment === undefined ? {} : { comment }),
          ),
        { maxLength: 4, selector: (member) => member.name.toLowerCase() },
      )
      .map((fields) => types.struct(fields)),
  }));
  return struct;
}
