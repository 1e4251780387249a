import type { Expression } from "../plan/expression.ts";
import type { DataType } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import { isIntegral } from "./coercion.ts";
import type { AnalysisContext } from "./conf.ts";
import { literalSql } from "./literal-text.ts";
import type { TypedExpression, TypedLiteral } from "./typed.ts";

/** A variable of the session, as it is now. */
export interface SessionVariable {
  readonly name: string;
  readonly type: DataType;
  readonly value: Value;
  /** What SET … = DEFAULT computes again; absent: null. */
  readonly default?: Expression;
}

/** What `x`, `session.x` or `system.session.x` means, maybe with fields after it. */
export interface FoundVariable {
  readonly expression: TypedExpression;
  readonly text: string;
  /** As the user spelled it. */
  readonly name: string;
  readonly fields: readonly string[];
}

/** The variable with the longest qualifier that the name can have. */
export function findVariable(
  name: readonly string[],
  { conf, variables }: AnalysisContext,
): FoundVariable | undefined {
  if (!variables) return undefined;
  for (const length of [2, 1, 0]) {
    if (!isQualifier(name.slice(0, length))) continue;
    const [spelled, ...fields] = name.slice(length);
    const variable = spelled === undefined ? undefined : variables(spelled);
    if (!variable || spelled === undefined) continue;
    const sql = literalSql(variable.value, variable.type, conf.timeZone);
    const text = `variablereference(system.session.${variable.name.toLowerCase()}=${sql})`;
    return { expression: typedValue(variable), text, name: spelled, fields };
  }
  return undefined;
}

/** Whether these parts, maybe none, may stand before a variable's name. */
export function isQualifier(parts: readonly string[]): boolean {
  const given = parts.map((part) => part.toLowerCase());
  return ["", "session", "system.session"].includes(given.join("."));
}

/** A decimal beside it takes its type's digits, not those of its value. */
function typedValue({ type, value }: SessionVariable): TypedExpression {
  const nullable = value === null;
  const literal: TypedLiteral = { kind: "literal", value, type, nullable };
  if (nullable || !isIntegral(type)) return literal;
  return { kind: "cast", input: literal, type, mode: "ansi", nullable };
}
