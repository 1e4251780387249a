import { error } from "../error/error.ts";
import type { Call, Expression } from "../plan/expression.ts";
import type { FunctionColumn } from "../plan/function.ts";
import { quoteName, type Relation } from "../plan/relation.ts";
import type { DataType } from "../schema/type.ts";
import type { AnalysisConf, AnalysisContext } from "./conf.ts";
import { findFunction } from "./function/registry.ts";

/** A function written in SQL, as a call of it finds it. */
export interface SqlFunction {
  /** All parts of it: a temporary one has one. */
  readonly name: readonly string[];
  readonly parameters: readonly SqlParameter[];
  readonly returns:
    | { readonly kind: "scalar"; readonly type?: DataType }
    | { readonly kind: "table"; readonly columns?: readonly FunctionColumn[] };
  readonly body: Expression | { readonly kind: "query"; readonly relation: Relation };
  readonly readsData: boolean;
  /** The settings that were when it was made. */
  readonly conf: Partial<AnalysisConf>;
}

export interface SqlParameter {
  readonly name: string;
  readonly type: DataType;
  readonly default?: Expression;
}

export interface Argument<P = SqlParameter> {
  readonly parameter: P;
  readonly input: Expression;
  readonly isDefault: boolean;
}

/** What its calls are printed as: `catalog.schema.name`. */
export function printedName({ name }: SqlFunction): string {
  return name.join(".");
}

/** What a body means: the settings are those it was made under. */
export function bodyContext(routine: SqlFunction, context: AnalysisContext): AnalysisContext {
  return { ...context, conf: { ...context.conf, ...routine.conf } };
}

/** What a function takes, as far as a call has to know. */
interface Signature<P> {
  readonly name: readonly string[];
  readonly parameters: readonly P[];
}

/** The argument of each parameter, by place, by name, or its default, which is told apart. */
export function argumentsOf<P extends Pick<SqlParameter, "name" | "default">>(
  given: Call,
  routine: Signature<P>,
): readonly Argument<P>[] {
  const named = namedArguments(given, routine);
  const places = given.arguments.length - named.size;
  const { parameters } = routine;
  const required = parameters.filter((one) => one.default === undefined).length;
  if (places > parameters.length || (named.size === 0 && places < required)) {
    throw error("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
      functionName: quoteName(routine.name),
      expectedNum: countText(required, parameters.length),
      actualNum: given.arguments.length,
    });
  }
  return parameters.map((parameter, index) => {
    const byName = named.get(parameter.name.toLowerCase());
    if (byName && index < places) {
      throw error("DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED", {
        routineName: quoteName(routine.name),
        parameterName: quoteName([parameter.name]),
      });
    }
    const said = index < places ? given.arguments[index] : byName;
    const input = said ?? parameter.default;
    if (!input) {
      throw error("REQUIRED_PARAMETER_NOT_FOUND", {
        routineName: quoteName(routine.name),
        parameterName: quoteName([parameter.name]),
      });
    }
    return { parameter, input, isDefault: said === undefined };
  });
}

function namedArguments(
  given: Call,
  routine: Signature<Pick<SqlParameter, "name">>,
): ReadonlyMap<string, Expression> {
  const named = new Map<string, Expression>();
  const routineName = quoteName(routine.name);
  for (const [index, argument] of given.arguments.entries()) {
    const name = given.argumentNames?.[index];
    if (name === undefined) {
      if (named.size > 0) throw error("UNEXPECTED_POSITIONAL_ARGUMENT", { routineName });
      continue;
    }
    const key = name.toLowerCase();
    const known = routine.parameters.some((one) => one.name.toLowerCase() === key);
    if (!known) {
      throw error("UNRECOGNIZED_PARAMETER_NAME", { routineName, argumentName: quoteName([name]) });
    }
    if (named.has(key)) {
      throw error("DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE", {
        routineName,
        parameterName: quoteName([name]),
      });
    }
    named.set(key, argument);
  }
  return named;
}

function countText(minimum: number, maximum: number): string {
  const counts = Array.from({ length: maximum - minimum + 1 }, (_, index) => minimum + index);
  return counts.length === 1 ? String(minimum) : `[${counts.join(", ")}]`;
}

/**
 * The expression that a scalar body is, where it needs no rows: also of `SELECT e` and
 * `(SELECT e)`, which give one row. Undefined for a query that is to be run.
 */
export function plainBody({ body }: SqlFunction): Expression | undefined {
  if (body.kind === "query") return selected(body.relation);
  if (body.kind === "subquery" && body.use === "scalar") return selected(body.relation) ?? body;
  return body;
}

function selected(relation: Relation): Expression | undefined {
  if (relation.kind !== "project" || relation.input.kind !== "one row") return undefined;
  const [only, ...more] = relation.expressions;
  if (!only || more.length > 0) return undefined;
  const expression = only.kind === "alias" ? only.input : only;
  return isPlain(expression) ? expression : undefined;
}

/** Whether no aggregate or generator stands in it that would change the number of rows. */
function isPlain(expression: Expression): boolean {
  switch (expression.kind) {
    case "literal":
    case "attribute":
      return true;
    case "call": {
      const kind = findFunction(expression.name)?.kind ?? "scalar";
      return kind === "scalar" && !expression.filter && expression.arguments.every(isPlain);
    }
    case "cast":
      return isPlain(expression.input);
    case "extract":
      return isPlain(expression.input) && isPlain(expression.key);
    case "subquery":
      return expression.use === "scalar";
    default:
      return false;
  }
}
