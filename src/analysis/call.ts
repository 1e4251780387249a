import { error } from "../error/error.ts";
import type { Call, Expression, Lambda, Star } from "../plan/expression.ts";
import { comparedChars } from "./char.ts";
import { drawOf } from "./draw.ts";
import { nullLiteral, replace, some } from "./expression.ts";
import { makeStruct } from "./function/collection.ts";
import type { FunctionCall, FunctionDefinition } from "./function/definition.ts";
import { findFunction, isGenerator } from "./function/registry.ts";
import { inlineCall } from "./inline.ts";
import { argumentPlace, lifted } from "./lift.ts";
import {
  bindLambda,
  bindValue,
  computed,
  condition,
  type Place,
  parsed,
  type Resolved,
  resolve,
} from "./resolve.ts";
import { argumentsOf } from "./routine.ts";
import { qualifiedColumns } from "./scope.ts";
import { starColumns } from "./star.ts";
import { resolveTimeWindow, resolveWindowTime } from "./time-window.ts";
import type { TypedAggregate, TypedExpression } from "./typed.ts";

/** Types a call: the function is found, arguments are typed and coerced by its rule. */
export function resolveCall(given: Call, place: Place): Resolved {
  const routine = place.context.functions?.(given.name);
  if (routine) return inlineCall(given, routine, place);
  const name = builtinName(given.name);
  if (name === "struct") return resolveStruct(given, place);
  if (name === "window") return resolveTimeWindow(given, place);
  if (name === "window_time") return resolveWindowTime(given, place);
  if (name === "session_window") {
    throw error("UNSUPPORTED_FUNCTION", {
      functionName: "`session_window`",
      reason: "session windows are not built yet; use window() with a fixed duration",
    });
  }
  const definition = findFunction(name);
  if (!definition) throw error("UNRESOLVED_ROUTINE", { routineName: `\`${given.name}\`` });
  const called = positional({ ...given, name }, definition);
  if (definition.kind === "window" && !place.windowed) {
    throw error("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", { funcName: `\`${name}\`` });
  }
  if (name === "grouping" || name === "grouping_id") {
    if (!place.analytic) throw error("UNSUPPORTED_GROUPING_EXPRESSION", {});
    return typedCall(called, definition, { ...place, aggregated: true });
  }
  const resolved = typedCall(called, definition, place);
  const { expression } = resolved;
  if (definition.deterministic || expression.kind !== "call") return resolved;
  return { ...resolved, expression: { ...expression, draw: drawOf(given, place.draws) } };
}

/** The call with its arguments by place: of Spark's functions some have names for them. */
function positional(given: Call, { parameters }: FunctionDefinition): Call {
  if (given.argumentNames === undefined) return given;
  if (parameters === undefined) {
    throw error("NAMED_PARAMETERS_NOT_SUPPORTED", { functionName: `\`${given.name}\`` });
  }
  const signature = { name: [given.name], parameters: parameters.map((name) => ({ name })) };
  const { argumentNames, ...rest } = given;
  return { ...rest, arguments: argumentsOf(given, signature).map((one) => one.input) };
}

/** `system.builtin.abs` and `builtin.abs` are `abs`. */
function builtinName(name: string): string {
  return name.toLowerCase().replace(/^(system\.)?(builtin\.)/, "");
}

function typedCall(given: Call, definition: FunctionDefinition, place: Place): Resolved {
  const aggregates = definition.kind === "aggregate";
  const inner: Place = {
    ...(aggregates ? argumentPlace(place) : place),
    aggregated: aggregates || (place.aggregated ?? false),
    analytic: !aggregates && (place.analytic ?? false),
    windowed: false,
  };
  const args = expandStars(given, inner);
  if (args.some((arg) => arg.kind === "order")) {
    throw error("UNSUPPORTED_FUNCTION", {
      functionName: `\`${given.name}\``,
      reason: "WITHIN GROUP is not built; sort in a subquery",
    });
  }
  const resolved = comparedChars(
    given.name,
    args.map((arg) => (arg.kind === "lambda" ? undefined : resolve(arg, inner))),
  );
  const texts = resolved.map((one) => one?.text ?? "lambda");
  checkArity(given.name, definition, args.length);
  const typed = resolved.map((one) => one?.expression ?? nullLiteral());
  const call: FunctionCall = {
    name: given.name,
    arguments: typed,
    texts,
    text: print(given, definition, { texts, args: typed }),
    conf: place.context.conf,
    ignoreNulls: given.ignoreNulls ?? false,
    infer: place.context.infer ?? notInferred,
    lookup: place.context.lookup ?? noLookup,
    lambda: (index) => {
      const arg = args[index];
      return arg?.kind === "lambda" ? arg.parameters.length : undefined;
    },
    bind: (index, parameters) => {
      const arg = args[index];
      const value = resolved[index];
      const bound =
        arg?.kind === "lambda" || value === undefined
          ? bindLambda(arg as Lambda, parameters, inner)
          : bindValue(value, parameters);
      texts[index] = bound.text;
      return bound.lambda;
    },
  };
  checkLambdas(args, definition);
  if (resolved.some((one) => one && isGenerator(one.expression))) {
    throw error("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression: `"${call.text}"` });
  }
  if (given.distinct && definition.name === "mode") {
    const funcName = `\`${given.name}\``;
    throw error("INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED", { funcName });
  }
  const expression = definition.resolve(call);
  const filter = given.filter ? condition(given.filter, inner) : undefined;
  let text = print(given, definition, { texts, args: typed });
  if (filter) text += ` FILTER (WHERE ${filter.text})`;
  if (!aggregates) return computed(expression, text);
  if (!place.windowed && some(expression, (one) => one.kind === "aggregate" && nests(one))) {
    throw error("NESTED_AGGREGATE_FUNCTION", { expression: `"${text}"` });
  }
  const made = computed(flagged(expression, given, filter?.expression), text);
  return lifted(made, place, inner);
}

const noLookup = { avro: notInferred, protobuf: notInferred, descriptorFile: notInferred };

function notInferred(): never {
  throw new Error("Assertion failed: schemas are inferred where a plan asks for them");
}

const higher: ReadonlySet<string> = new Set(
  `transform filter exists forall aggregate array_sort zip_with map_filter map_zip_with
    transform_keys transform_values`.split(/\s+/),
);

function checkLambdas(args: readonly Expression[], definition: FunctionDefinition): void {
  if (!args.some((arg) => arg.kind === "lambda") || higher.has(definition.name)) return;
  throw error("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", { class: definition.name });
}

function checkArity(name: string, definition: FunctionDefinition, actual: number): void {
  const [minimum, maximum] = definition.arity;
  const { counts } = definition;
  if (counts ? counts.includes(actual) : actual >= minimum && actual <= maximum) return;
  const expectedNum = counts ? `[${counts.join(", ")}]` : countText(minimum, maximum);
  throw error("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
    functionName: `\`${name}\``,
    expectedNum,
    actualNum: actual,
  });
}

function countText(minimum: number, maximum: number): string {
  if (maximum === Number.POSITIVE_INFINITY) return `> ${minimum - 1}`;
  if (minimum === maximum) return String(minimum);
  const counts = Array.from({ length: maximum - minimum + 1 }, (_, index) => minimum + index);
  return `[${counts.join(", ")}]`;
}

/** DISTINCT, FILTER and IGNORE NULLS go to the aggregate that the function became. */
function flagged(
  expression: TypedExpression,
  given: Call,
  filter: TypedExpression | undefined,
): TypedExpression {
  return replace(expression, (one) => {
    if (one.kind !== "aggregate") return undefined;
    const flags = {
      distinct: given.distinct ?? false,
      ignoreNulls: one.ignoreNulls || (given.ignoreNulls ?? false),
    };
    return filter ? { ...one, ...flags, filter } : { ...one, ...flags };
  });
}

function nests(aggregate: TypedAggregate): boolean {
  return aggregate.arguments.some((arg) => some(arg, (one) => one.kind === "aggregate"));
}

function print(
  given: Call,
  definition: FunctionDefinition,
  { texts, args }: { readonly texts: readonly string[]; readonly args: FunctionCall["arguments"] },
): string {
  const shown = given.distinct ? [`DISTINCT ${texts[0] ?? ""}`, ...texts.slice(1)] : texts;
  if (definition.print) return definition.print(shown, given.name, args);
  return `${given.name}(${shown.join(", ")})`;
}

/** `count(*)` counts 1; elsewhere a star is the columns it means. */
function expandStars(given: Call, place: Place): readonly Expression[] {
  return given.arguments
    .map((one) => parsed(one, place.context.conf))
    .flatMap((arg): readonly Expression[] => {
      if (arg.kind !== "star") return [arg];
      if (given.name === "count" && given.arguments.length === 1) refuseTableStar(arg, place);
      if (
        given.name === "count" &&
        arg.target.length === 0 &&
        given.arguments.length === 1 &&
        !given.distinct
      ) {
        return [{ kind: "literal", value: 1, type: { type: "integer" } }];
      }
      return starColumns(arg, place).map(({ name }) => ({
        kind: "attribute" as const,
        name: [...arg.target, name],
      }));
    });
}

/** `count(t.*)` would leave out rows with a null, unlike `count(*)`: it has to be asked for. */
function refuseTableStar({ target }: Star, { context, scope }: Place): void {
  if (target.length === 0 || context.conf.tableStarInCount) return;
  if (qualifiedColumns(scope, target).length === 0) return;
  throw error("INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT", {
    tableName: target.join("."),
  });
}

/** Members of `struct(a, b AS c, 1)` are named by column or alias, the others col1, col2. */
function resolveStruct(given: Call, place: Place): Resolved {
  const members = given.arguments
    .map((one) => parsed(one, place.context.conf))
    .flatMap((arg): readonly Resolved[] => {
      if (arg.kind === "star") return starColumns(arg, place);
      return [resolve(arg, place)];
    });
  const names = members.map((member, index) => {
    const arg = given.arguments.length === members.length ? given.arguments[index] : undefined;
    const kind = arg === undefined ? undefined : parsed(arg, place.context.conf).kind;
    const named =
      kind === "alias" ||
      kind === "attribute" ||
      member.expression.kind === "reference" ||
      member.expression.kind === "field" ||
      member.expression.kind === "variable";
    if (member.expression.kind === "variable") return member.expression.name;
    return named ? member.name : `col${index + 1}`;
  });
  const texts = members.map(({ text }, index) => (given.row ? `${names[index]}, ${text}` : text));
  const text = `${given.row ? "named_struct" : "struct"}(${texts.join(", ")})`;
  return computed(
    makeStruct(
      names,
      members.map((member) => member.expression),
    ),
    text,
  );
}
