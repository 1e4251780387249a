import { error } from "../error/error.ts";
import type { Attribute, Expression, Extract, Lambda } from "../plan/expression.ts";
import { quoteName, type Relation } from "../plan/relation.ts";
import { quoteIfNeeded, sqlDataType } from "../schema/ddl.ts";
import { array, boolean, type DataType, integer } from "../schema/type.ts";
import { parseExpression } from "../sql/parse.ts";
import { resolveCall } from "./call.ts";
import { castable, comparedAs, isIntegral } from "./coercion.ts";
import type { AnalysisConf, AnalysisContext } from "./conf.ts";
import type { Draws } from "./draw.ts";
import { call, cast, freshId, memberAt, newColumn, reference } from "./expression.ts";
import type { LambdaParameter } from "./function/definition.ts";
import { outerColumns } from "./inline.ts";
import { literalText } from "./literal-text.ts";
import { resolveOver } from "./over.ts";
import {
  emptyScope,
  type Found,
  lookup,
  type Outer,
  type Parameters,
  type Scope,
  unresolved,
} from "./scope.ts";
import { resolveSubquery } from "./subquery.ts";
import type { PendingWindow } from "./time-window.ts";
import { quoteType } from "./type-text.ts";
import type {
  Column,
  TypedCast,
  TypedExpression,
  TypedLambda,
  TypedRelation,
  TypedVariable,
} from "./typed.ts";
import { findVariable } from "./variable.ts";

/** An expression with its type, what Spark prints for it, and the name its column gets. */
export interface Resolved {
  readonly expression: TypedExpression;
  readonly text: string;
  readonly name: string;
  /** Kept through references and fields; empty for what is computed. */
  readonly metadata: Column["metadata"];
}

/** What names mean at one place of a plan. */
export interface Place {
  readonly context: AnalysisContext;
  readonly scope: Scope;
  /** Looked at where `scope` has no such column: the input beneath a select list. */
  readonly beneath?: Scope;
  /** Aliases to the left in the same select list, by lower-case name. */
  readonly aliases?: ReadonlyMap<string, Resolved>;
  readonly outer?: Outer;
  /** Of the function whose body the place is. */
  readonly parameters?: Parameters;
  readonly variables?: ReadonlyMap<string, TypedVariable>;
  /** Whether the place is an argument of an aggregate: there `beneath` comes before `scope`. */
  readonly aggregated?: boolean;
  /** In HAVING: what `lifted` of the subqueries here is. */
  readonly lifted?: Map<number, TypedExpression>;
  /** Whether the place is the condition of a filter. */
  readonly filtering?: boolean;
  /** Whether the call here is the function of a window: an aggregate may stand in its arguments. */
  readonly windowed?: boolean;
  /** Whether `grouping` and `grouping_id` mean something: there are grouping sets beneath. */
  readonly analytic?: boolean;
  readonly draws: Draws;
  /** Time windows met here; whoever owns the place puts them beneath it. */
  readonly windows: PendingWindow[];
  /** `body`: what a query of a function's body means; it sees none of the tables around it. */
  readonly analyzeQuery: (relation: Relation, outer: Outer, body?: AnalysisContext) => Subplan;
}

/** The plan of a subquery with just its visible columns. */
export interface Subplan {
  readonly relation: TypedRelation;
}

const noMetadata: Column["metadata"] = Object.freeze({});

export function computed(expression: TypedExpression, text: string): Resolved {
  return { expression, text, name: text, metadata: noMetadata };
}

/** SQL text becomes an expression; anything else is one. */
export function parsed(expression: Expression, conf: AnalysisConf): Expression {
  if (expression.kind !== "text") return expression;
  const { lexer, timestampType, legacyInterval } = conf;
  return parseExpression(expression.text, { ...lexer, timestampType, legacyInterval });
}

/** Types an expression. Stars, and aliases but for those inside a struct, are the caller's. */
export function resolve(given: Expression, place: Place): Resolved {
  const expression = parsed(given, place.context.conf);
  switch (expression.kind) {
    case "literal": {
      const { value, type } = expression;
      const text = literalText(value, type, place.context.conf.timeZone);
      return computed({ kind: "literal", value, type, nullable: value === null }, text);
    }
    case "attribute": {
      const resolved = resolveAttribute(expression, place);
      return expression.clause ? { ...resolved, name: resolved.text } : resolved;
    }
    case "call":
      return resolveCall(expression, place);
    case "cast":
      return resolveCast(resolve(expression.input, place), expression.type, {
        place,
        mode: expression.mode,
        literal: expression.literal ?? false,
        named: expression.input.kind,
      });
    case "alias": {
      const inner = resolve(expression.input, place);
      const name = expression.names[0] ?? inner.name;
      const metadata = expression.metadata ?? inner.metadata;
      return { ...inner, text: `${inner.text} AS ${name}`, name, metadata };
    }
    case "extract":
      return resolveExtract(expression, place);
    case "over":
      return resolveOver(expression, place);
    case "subquery":
      return resolveSubquery(expression, place);
    case "order":
      return resolve(expression.input, place);
    case "star":
      throw error("INVALID_USAGE_OF_STAR_OR_REGEX", { elem: "'*'", prettyName: "expression" });
    default:
      throw error("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", {
        class: expression.kind,
      });
  }
}

function resolveAttribute(attribute: Attribute, place: Place): Resolved {
  const { name } = attribute;
  const found = findName(name, place);
  if (found) return found;
  const [only] = name;
  if (name.length === 1 && only !== undefined && implicitCalls.has(only.toLowerCase())) {
    return resolveCall({ kind: "call", name: only.toLowerCase(), arguments: [] }, place);
  }
  if (name.length === 1 && only?.toLowerCase() === "grouping__id") {
    const id = resolveCall({ kind: "call", name: "grouping_id", arguments: [] }, place);
    return { ...id, name: only };
  }
  const outer = findOuter(name, place.outer);
  if (outer) return outer;
  const parameter = findParameter(name, place);
  if (parameter) return parameter;
  const variable = findVariable(name, place.context);
  if (variable) {
    const start: Resolved = {
      ...computed(variable.expression, variable.text),
      name: variable.name,
    };
    return variable.fields.reduce((input, part) => fieldOf(input, part), start);
  }
  throw unresolved(name, [place.scope, place.beneath ?? emptyScope, parameterScope(place)]);
}

/** A parameter of the function around: in the body itself, or in a query of the body. */
function findParameter(name: readonly string[], place: Place): Resolved | undefined {
  if (place.parameters) return parameterOf(name, place.parameters, []);
  const crossed: Outer[] = [];
  for (let outer = place.outer; outer; outer = outer.parent) {
    crossed.push(outer);
    if (!outer.parameters) continue;
    const seen = crossed.length <= outer.parameters.depth;
    return seen ? parameterOf(name, outer.parameters, crossed) : undefined;
  }
  return undefined;
}

/** The parameters as columns, for what an error proposes. */
function parameterScope({ parameters }: Place): Scope {
  if (!parameters) return emptyScope;
  const visible = [...parameters.values.values()].map(({ name, expression }) => {
    const column = newColumn(name, expression.type);
    return { column, qualifier: [parameters.name] };
  });
  return { visible, hidden: [] };
}

function parameterOf(
  name: readonly string[],
  { name: qualifier, values }: Parameters,
  crossed: readonly Outer[],
): Resolved | undefined {
  const isQualified = name.length > 1 && name[0]?.toLowerCase() === qualifier.toLowerCase();
  const qualified = isQualified ? values.get(name[1]?.toLowerCase() ?? "") : undefined;
  const parameter = qualified ?? values.get(name[0]?.toLowerCase() ?? "");
  if (!parameter) return undefined;
  parameter.uses += 1;
  const used = crossed.length > 0 ? outerColumns(parameter) : [];
  for (const outer of crossed) for (const one of used) outer.used.set(one.id, one);
  const spelled = name[qualified ? 1 : 0] ?? parameter.name;
  const start: Resolved = { ...computed(parameter.expression, spelled), name: spelled };
  return name.slice(qualified ? 2 : 1).reduce((input, part) => fieldOf(input, part), start);
}

/** Functions that need no parentheses (LiteralFunctionResolution). */
const implicitCalls: ReadonlySet<string> = new Set([
  "current_date",
  "current_timestamp",
  "current_user",
  "user",
  "session_user",
  "current_catalog",
  "current_database",
  "current_schema",
  "current_time",
  "localtimestamp",
]);

function findName(name: readonly string[], place: Place): Resolved | undefined {
  const [first = "", ...rest] = name;
  const variable = place.variables?.get(first.toLowerCase());
  if (variable) {
    const start = computed(variable, "namedlambdavariable()");
    return rest.reduce((input, part) => fieldOf(input, part), start);
  }
  const scopes = place.aggregated ? [place.beneath, place.scope] : [place.scope, place.beneath];
  for (const scope of scopes) {
    const found = scope && lookup(scope, name);
    if (found) return withFields(found, name);
  }
  const alias = place.aliases?.get(first.toLowerCase());
  if (alias) {
    // A copy of what is random gives the same in the same row: it has the same number.
    const start = { ...alias, text: first, name: first };
    return rest.reduce((input, part) => fieldOf(input, part), start as Resolved);
  }
  return undefined;
}

/** The column takes the name as the user spelled it. */
function withFields(found: Found, spelled: readonly string[]): Resolved {
  const { column, fields } = found;
  const name = spelled[spelled.length - fields.length - 1] ?? column.name;
  const { metadata } = column;
  const start: Resolved = { expression: reference(column), text: name, name, metadata };
  return fields.reduce((input, part) => fieldOf(input, part), start);
}

function findOuter(name: readonly string[], outer: Outer | undefined): Resolved | undefined {
  if (!outer) return undefined;
  const found = lookup(outer.scope, name);
  if (found) {
    outer.used.set(found.column.id, reference(found.column));
    const inner = withFields(found, name);
    const { qualifier, column, fields } = found;
    const spelled = [...qualifier, column.name].map(quoteIfNeeded).join(".");
    return { ...inner, text: [`outer(${spelled})`, ...fields].join(".") };
  }
  const further = findOuter(name, outer.parent);
  if (further) {
    for (const [id, used] of outer.parent?.used ?? []) outer.used.set(id, used);
  }
  return further;
}

/** `input.name` of a struct, of a map (the value at that key), or of each struct of an array. */
function fieldOf(input: Resolved, name: string): Resolved {
  const { type } = input.expression;
  const text = `${input.text}.${name}`;
  if (type.type === "struct") {
    const ordinal = ordinalOf(type, name);
    const metadata = type.fields[ordinal]?.metadata ?? noMetadata;
    return { expression: memberAt(input.expression, ordinal), text, name, metadata };
  }
  if (type.type === "array" && type.elementType.type === "struct") {
    const ordinal = ordinalOf(type.elementType, name);
    return { ...computed(fieldOfEach(input.expression, ordinal), text), name };
  }
  if (type.type === "map") {
    const key = {
      kind: "literal",
      value: name,
      type: { type: "string" },
      nullable: false,
    } as const;
    const value = call("element_at", [input.expression, cast(key, type.keyType)], {
      type: type.valueType,
      nullable: true,
    });
    return { ...computed(value, `${input.text}[${name}]`), name };
  }
  throw error("INVALID_EXTRACT_BASE_FIELD_TYPE", {
    base: `"${input.text}"`,
    other: quoteType(type),
  });
}

function fieldOfEach(input: TypedExpression, ordinal: number): TypedExpression {
  if (input.type.type !== "array") return input;
  const variable: TypedVariable = {
    kind: "variable",
    id: freshId(),
    name: "x",
    type: input.type.elementType,
    nullable: input.type.containsNull,
  };
  const body = memberAt(variable, ordinal);
  const { type, nullable } = body;
  const lambda: TypedLambda = { kind: "lambda", parameters: [variable], body, type, nullable };
  return call("transform", [input, lambda], {
    type: array(type, nullable),
    nullable: input.nullable,
  });
}

function ordinalOf(type: OfType<DataType, "struct">, name: string): number {
  const wanted = name.toLowerCase();
  const ordinals = type.fields.flatMap((one, index) =>
    one.name.toLowerCase() === wanted ? [index] : [],
  );
  const [only, ...more] = ordinals;
  if (only === undefined) {
    const fields = type.fields.map((one) => quoteName([one.name])).join(", ");
    throw error("FIELD_NOT_FOUND", { fieldName: quoteName([name]), fields });
  }
  if (more.length > 0) {
    throw error("AMBIGUOUS_REFERENCE_TO_FIELDS", {
      field: quoteName([name]),
      count: ordinals.length,
    });
  }
  return only;
}

type OfType<T, K> = T extends { readonly type: K } ? T : never;

/** `input[key]`: an item of an array from 0, the value of a map, a field of a struct. */
function resolveExtract(extract: Extract, place: Place): Resolved {
  const input = resolve(extract.input, place);
  const { key } = extract;
  const { type } = input.expression;
  const named = key.kind === "literal" && typeof key.value === "string" ? key.value : undefined;
  const structs =
    type.type === "struct" || (type.type === "array" && type.elementType.type === "struct");
  if (named !== undefined && structs) {
    const member = fieldOf(input, named);
    return { ...member, name: member.text };
  }
  const at = resolve(key, place);
  const { ansi } = place.context.conf;
  if (type.type === "array") {
    const made = call(
      ansi ? "array_item" : "get",
      [input.expression, cast(at.expression, integer)],
      {
        type: type.elementType,
        nullable: true,
      },
    );
    return computed(made, `${input.text}[${at.text}]`);
  }
  if (type.type === "map" && comparedAs(type.keyType, at.expression.type, ansi)) {
    const made = call("element_at", [input.expression, cast(at.expression, type.keyType)], {
      type: type.valueType,
      nullable: true,
    });
    return computed(made, `${input.text}[${at.text}]`);
  }
  if (type.type === "struct") {
    throw error("INVALID_EXTRACT_FIELD_TYPE", { extraction: `"${at.text}"` });
  }
  throw error("INVALID_EXTRACT_BASE_FIELD_TYPE", {
    base: `"${input.text}"`,
    other: quoteType(type),
  });
}

const nestedTypes: ReadonlySet<string> = new Set(["array", "map", "struct"]);

/** CAST and TRY_CAST as the user wrote them. */
export function resolveCast(
  input: Resolved,
  type: DataType,
  options: {
    readonly place: Place;
    readonly mode: "cast" | "try";
    readonly literal: boolean;
    /** What is cast as it stands: a column or an alias gives the cast its name. */
    readonly named?: Expression["kind"];
  },
): Resolved {
  const { ansi } = options.place.context.conf;
  const word = options.mode === "try" ? "TRY_CAST" : "CAST";
  const from = input.expression.type;
  const text = options.literal
    ? input.text.replace("_NTZ", "")
    : !nestedTypes.has(type.type)
      ? `${word}(${input.text} AS ${sqlDataType(type)})`
      : input.text; // Spark prints no cast to an array, map or struct.
  if (!castable(from, type, ansi || options.mode === "try")) {
    const parameters = { srcType: quoteType(from), targetType: quoteType(type) };
    const sqlExpr = `"${text}"`;
    throw options.mode === "cast" && castable(from, type, false)
      ? error("DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", { sqlExpr, ...parameters })
      : error("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", { sqlExpr, ...parameters });
  }
  const mode = options.mode === "try" ? "try" : ansi ? "ansi" : "legacy";
  const isColumn = options.named === "attribute" && input.expression.kind === "reference";
  const keepsName = isColumn || options.named === "alias";
  const resolved = computed(written(input.expression, type, mode), text);
  return keepsName ? { ...resolved, name: input.name } : resolved;
}

/**
 * A cast that is written stays, even to the type that is there: a decimal beside a whole number
 * takes only the digits of a bare literal, not those of `CAST(1 AS INT)`.
 */
function written(input: TypedExpression, type: DataType, mode: TypedCast["mode"]): TypedExpression {
  const bare = input.kind === "literal" && input.value !== null && isIntegral(input.type);
  if (!bare || input.type.type !== type.type) return cast(input, type, mode);
  return { kind: "cast", input, type, mode, nullable: false };
}

/** A condition: boolean, or void as null. */
export function condition(given: Expression, place: Place): Resolved {
  const resolved = resolve(given, place);
  const { type } = resolved.expression;
  if (type.type === "boolean") return resolved;
  if (type.type === "void") return { ...resolved, expression: cast(resolved.expression, boolean) };
  throw error("DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", {
    sqlExpr: `"${resolved.text}"`,
    filter: `"${resolved.text}"`,
    type: quoteType(type),
  });
}

/** A lambda with its parameters' types; fewer parameters than types may be declared. */
export function bindLambda(
  lambda: Lambda,
  types: readonly LambdaParameter[],
  place: Place,
): { readonly lambda: TypedLambda; readonly text: string } {
  if (lambda.parameters.length > types.length || lambda.parameters.length === 0) {
    throw error("INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", {
      expectedNumArgs: lambda.parameters.length,
      actualNumArgs: types.length,
    });
  }
  const parameters = lambda.parameters.map((name, index) =>
    variableOf(name, types[index] ?? { type: integer, nullable: false }),
  );
  const variables = new Map(place.variables);
  for (const parameter of parameters) variables.set(parameter.name.toLowerCase(), parameter);
  return lambdaOf(parameters, resolve(lambda.body, { ...place, variables }));
}

/** A value in a lambda's place: a lambda that has it as its body and reads no parameter. */
export function bindValue(
  value: Resolved,
  types: readonly LambdaParameter[],
): { readonly lambda: TypedLambda; readonly text: string } {
  return lambdaOf(
    types.map((type, index) => variableOf(`col${index}`, type)),
    value,
  );
}

function variableOf(name: string, { type, nullable }: LambdaParameter): TypedVariable {
  return { kind: "variable", id: freshId(), name, type, nullable };
}

function lambdaOf(
  parameters: readonly TypedVariable[],
  body: Resolved,
): { readonly lambda: TypedLambda; readonly text: string } {
  const { type, nullable } = body.expression;
  const names = parameters.map(() => "namedlambdavariable()");
  return {
    lambda: { kind: "lambda", parameters, body: body.expression, type, nullable },
    text: `lambdafunction(${[body.text, ...names].join(", ")})`,
  };
}
