import { expect, test } from "vitest";
import { call, literal, newColumn, reference } from "../../../src/analysis/expression.ts";
import type { TypedExpression } from "../../../src/analysis/typed.ts";
import type { DatabaseColumn } from "../../../src/connector/jdbc/database.ts";
import { postgres } from "../../../src/connector/jdbc/postgres/dialect.ts";
import { predicates } from "../../../src/connector/jdbc/predicate.ts";
import { boolean, double, integer, long, string } from "../../../src/schema/type.ts";

const columns: readonly DatabaseColumn[] = [
  { name: "id", type: long, compares: "exactly" },
  { name: 'na"me', type: string, compares: "equality" },
  { name: "d", type: double },
];
const [id, name, d] = columns.map((one) => reference(newColumn(one.name, one.type))) as [
  TypedExpression,
  TypedExpression,
  TypedExpression,
];
const of = (sign: string, ...parts: TypedExpression[]) => call(sign, parts, { type: boolean });
const seven = literal(7n, long);
const text = literal("it's", string);
const sql = (...conditions: TypedExpression[]) => asked(...conditions).texts;
const asked = (...conditions: TypedExpression[]) =>
  predicates(conditions, { dialect: postgres, columns, timeZone: "UTC" });

test("comparisons of numbers, either way round", () => {
  expect(
    sql(of("<", id, seven), of("<", seven, id), of("in", id, seven, literal(8n, long))),
  ).toEqual(['("id" < 7)', '("id" > 7)', '("id" IN (7, 8))']);
});

test("texts are equal, and never less or unequal: databases order them by rules of their own", () => {
  expect(sql(of("=", name, text))).toEqual([`("na""me" = 'it''s')`]);
  expect(sql(of("<", name, text), of("not", of("=", name, text)))).toEqual([]);
});

test("of a conjunction what is known goes down, of a disjunction all or nothing", () => {
  const [known, unknown] = [of("=", id, seven), of("=", d, literal(1, double))];
  expect(sql(of("and", known, unknown))).toEqual(['(("id" = 7))']);
  expect(sql(of("or", known, unknown))).toEqual([]);
  expect(sql(of("or", known, of("isnull", d)))).toEqual(['(("id" = 7) OR ("d" IS NULL))']);
  expect(sql(of("not", of("and", known, unknown)))).toEqual([]);
  expect(sql(of("not", known))).toEqual(['(NOT ("id" = 7))']);
});

test("a null-safe comparison is not negated, and null is compared with nothing", () => {
  expect(sql(of("<=>", id, seven))).toEqual(['("id" = 7)']);
  expect(sql(of("not", of("<=>", id, seven)), of("=", id, literal(null, long)))).toEqual([]);
});

test("constants are cast where nothing is lost", () => {
  const cast = (input: TypedExpression, type: typeof long | typeof string): TypedExpression => ({
    ...{ kind: "cast", input, mode: "ansi", type, nullable: false },
  });
  expect(sql(of("=", id, cast(literal(7, integer), long)))).toEqual(['("id" = 7)']);
  expect(sql(of("=", id, cast(literal("8", string), long)))).toEqual(['("id" = 8)']);
  expect(sql(of("=", id, cast(literal(7.5, double), long)))).toEqual([]);
});

test("it is known whether just the rows that fulfil all are let through", () => {
  const exact = (...conditions: TypedExpression[]) => asked(...conditions).exact;
  expect(exact()).toBe(true);
  expect(exact(of("=", id, seven), of("isnull", d))).toBe(true);
  expect(exact(of("=", name, text))).toBe(false);
  expect(exact(of("=", id, seven), of("=", d, literal(1, double)))).toBe(false);
});
