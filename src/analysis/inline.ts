import { error } from "../error/error.ts";
import type { Call, Expression } from "../plan/expression.ts";
import type { LateralView, Relation } from "../plan/relation.ts";
import { quoteName } from "../plan/relation.ts";
import { isRandom } from "./conjunct.ts";
import { freshDraws } from "./draw.ts";
import { newColumn, reference, some } from "./expression.ts";
import { type Analyzed, bodyEnvironment, type Environment, placeOver, trimmed } from "./output.ts";
import { mentionedNames } from "./read.ts";
import { computed, type Place, type Resolved, resolve, resolveCast } from "./resolve.ts";
import { argumentsOf, bodyContext, plainBody, printedName, type SqlFunction } from "./routine.ts";
import { emptyScope, type Outer, type Parameter, type Parameters } from "./scope.ts";
import { outputOf, type TypedReference } from "./typed.ts";

/** A call of a scalar function becomes its body, with arguments in place of parameters. */
export function inlineCall(given: Call, routine: SqlFunction, place: Place): Resolved {
  if (routine.returns.kind === "table") {
    throw error("NOT_A_SCALAR_FUNCTION", { functionName: quoteName(routine.name) });
  }
  const context = bodyContext(routine, place.context);
  const { windows } = place;
  const own: Place = {
    context,
    draws: freshDraws(place.draws),
    scope: emptyScope,
    windows,
    analyzeQuery: (relation, outer, body = context) => place.analyzeQuery(relation, outer, body),
  };
  const bound = bind(given, routine, { place, own });
  const plain = plainBody(routine);
  const parameters = { ...bound.parameters, depth: plain ? 1 : 2 };
  const body = resolve(plain ?? scalarQuery(routine), { ...own, parameters });
  checkUses(parameters);
  const { type } = routine.returns;
  const cast = type ? resolveCast(body, type, { place: own, mode: "cast", literal: false }) : body;
  return computed(cast.expression, `${printedName(routine)}(${bound.texts.join(", ")})`);
}

function scalarQuery({ body }: SqlFunction): Expression {
  if (body.kind !== "query") return body;
  return { kind: "subquery", use: "scalar", values: [], relation: body.relation };
}

interface Bound {
  readonly parameters: Omit<Parameters, "depth">;
  /** What is printed for the arguments that were given. */
  readonly texts: readonly string[];
}

/** `place` is the caller's; defaults are resolved in the function's `own`. */
function bind(
  given: Call,
  routine: SqlFunction,
  { place, own }: { readonly place: Place; readonly own: Place },
): Bound {
  const values = new Map<string, Parameter>();
  const texts: string[] = [];
  for (const { parameter, input, isDefault } of argumentsOf(given, routine)) {
    const at = isDefault ? own : { ...place, windowed: false };
    const resolved = resolve(input, at);
    if (!isDefault) texts.push(resolved.text);
    const how = { place: at, mode: "cast", literal: false } as const;
    const { expression } = resolveCast(resolved, parameter.type, how);
    values.set(parameter.name.toLowerCase(), { name: parameter.name, expression, uses: 0 });
  }
  return { parameters: { name: routine.name.at(-1) ?? "", values }, texts };
}

/** The body holds a copy of an argument for each use: one that is random may have one. */
function checkUses({ values }: Parameters): void {
  for (const { name, expression, uses } of values.values()) {
    if (uses > 1 && isRandom(expression)) throw randomArgument(name);
  }
}

function randomArgument(name: string): Error {
  return error("UNSUPPORTED_EXPRESSION", {
    expression: `"${name}"`,
    reason:
      "its argument is random and used more than once or in a subquery; compute it in one before",
  });
}

/** The columns around a query of the body that a parameter's argument brings into it. */
export function outerColumns({ name, expression }: Parameter): readonly TypedReference[] {
  if (isRandom(expression)) throw randomArgument(name);
  const used: TypedReference[] = [];
  const isWhole = some(expression, (one) => {
    if (one.kind === "reference") used.push(one);
    if (one.kind === "subquery") used.push(...one.outer);
    return one.kind === "aggregate" || one.kind === "window" || one.kind === "variable";
  });
  if (!isWhole) return used;
  throw error("UNSUPPORTED_EXPRESSION", {
    expression: `"${name}"`,
    reason:
      "its argument is no plain value, and the function uses it in a subquery; compute it before",
  });
}

/** A table function in FROM: the query of its body, its columns under the function's name. */
export function inlineTable(
  given: LateralView,
  { call, routine }: { readonly call: Call; readonly routine: SqlFunction },
  environment: Environment,
): Analyzed {
  const { returns, body } = routine;
  if (returns.kind !== "table" || body.kind !== "query") {
    throw error("NOT_A_TABLE_FUNCTION", { functionName: quoteName(routine.name) });
  }
  const context = bodyContext(routine, environment.context);
  const place = placeOver(emptyScope, environment);
  const own = placeOver(emptyScope, bodyEnvironment(environment, context));
  const parameters = { ...bind(call, routine, { place, own }).parameters, depth: 2 };
  const inner = bodyRelation(body.relation, { environment, context, parameters });
  checkUses(parameters);
  const output = outputOf(inner);
  const columns = returns.columns ?? output;
  if (columns.length !== output.length) {
    throw error("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH", {
      name: quoteName(routine.name),
      expected: columns.length,
      outputSize: output.length,
    });
  }
  if (given.columns.length > 0 && given.columns.length !== output.length) {
    throw error("UDTF_ALIAS_NUMBER_MISMATCH", {
      aliasesSize: output.length,
      aliasesNames: given.columns.join(", "),
    });
  }
  const made = output.map((column, index) => {
    const { name, type } = columns[index] ?? column;
    const value = computed(reference(column), column.name);
    const { expression } = returns.columns
      ? resolveCast(value, type, { place: own, mode: "cast", literal: false })
      : value;
    const { nullable } = expression;
    return { column: newColumn(given.columns[index] ?? name, type, { nullable }), expression };
  });
  const qualifier = [given.alias ?? routine.name.at(-1) ?? ""];
  return {
    relation: { kind: "project", input: inner, columns: made },
    visible: made.map(({ column }) => ({ column, qualifier })),
    hidden: [],
  };
}

function bodyRelation(
  relation: Relation,
  around: {
    readonly environment: Environment;
    readonly context: Place["context"];
    readonly parameters: Parameters;
  },
) {
  const { environment, context, parameters } = around;
  const outer: Outer = { scope: emptyScope, used: new Map(), parameters };
  const mentioned = new Set([...environment.mentioned, ...mentionedNames(relation)]);
  const own = { ...bodyEnvironment(environment, context), outer, mentioned };
  return trimmed(environment.analyze(relation, own));
}
