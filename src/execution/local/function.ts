import { some } from "../../analysis/expression.ts";
import { isGenerator } from "../../analysis/function/registry.ts";
import { collectReads } from "../../analysis/read.ts";
import { plainBody, type SqlFunction } from "../../analysis/routine.ts";
import { hasAggregate } from "../../analysis/select.ts";
import { outputOf, type TypedRelation } from "../../analysis/typed.ts";
import type { CatalogFunction } from "../../catalog/catalog.ts";
import { error } from "../../error/error.ts";
import type { CreateFunction, DropFunction } from "../../plan/command.ts";
import type { Expression } from "../../plan/expression.ts";
import type { FunctionDefinition } from "../../plan/function.ts";
import { quoteName, type Relation } from "../../plan/relation.ts";
import { partsOf } from "../../plan/walk.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";
import { type Names, resolveNames, typedPlan } from "./resolve.ts";
import {
  bodyPlan,
  persistentPlace,
  type RoutinePlace,
  sqlFunction,
  temporaryKey,
} from "./routine.ts";

/** CREATE FUNCTION: the body is typed now, and again where it is called. */
export async function runCreateFunction(
  context: LocalContext,
  command: CreateFunction,
): Promise<CommandResult> {
  const { name, definition, orReplace } = command;
  checkNames(name, definition);
  const place = placeOf(context, command);
  const taken = (await storedAt(context, place)) !== undefined;
  if (taken && command.ifNotExists) return noAnswer;
  if (taken && !orReplace) throw alreadyExists(name);
  const conf = { "spark.sql.ansi.enabled": context.conf.get("spark.sql.ansi.enabled") };
  const full = place.kind === "temporary" ? [place.key] : place.name;
  const routine = sqlFunction(context, full, { definition, conf });
  const dataAccess = await checkedAccess(context, routine, definition);
  const returns = await checkedReturns(context, routine);
  const made = { definition: { ...definition, returns, dataAccess }, conf };
  if (place.kind === "temporary") context.functions.set(place.key, made);
  else {
    const [, schema = "", short = ""] = place.name;
    const done = await place.catalog.functions.create(schema, short, made, orReplace);
    if (!done && !command.ifNotExists) throw alreadyExists(name);
  }
  return noAnswer;
}

/** DROP FUNCTION. */
export async function runDropFunction(
  context: LocalContext,
  command: DropFunction,
): Promise<CommandResult> {
  const place = placeOf(context, command);
  const [, schema = "", short = ""] = place.kind === "persistent" ? place.name : [];
  const dropped =
    place.kind === "temporary"
      ? context.functions.delete(place.key)
      : await place.catalog.functions.drop(schema, short);
  if (dropped || command.ifExists) return noAnswer;
  throw error("ROUTINE_NOT_FOUND", { routineName: quoteName(command.name) });
}

function placeOf(
  context: LocalContext,
  { name, temporary }: { readonly name: readonly string[]; readonly temporary: boolean },
): RoutinePlace {
  if (!temporary) return persistentPlace(context, name);
  const key = temporaryKey(name);
  if (key !== undefined) return { kind: "temporary", key };
  throw error("INVALID_TEMP_OBJ_QUALIFIER", {
    objectType: "FUNCTION",
    objectName: quoteName(name.slice(-1)),
    qualifier: quoteName(name.slice(0, -1)),
  });
}

async function storedAt(
  context: LocalContext,
  place: RoutinePlace,
): Promise<CatalogFunction | undefined> {
  if (place.kind === "temporary") return context.functions.get(place.key);
  const [, schema = "", short = ""] = place.name;
  return place.catalog.functions.find(schema, short);
}

function alreadyExists(name: readonly string[]): Error {
  return error("ROUTINE_ALREADY_EXISTS", {
    routineName: quoteName(name),
    newRoutineType: "routine",
    existingRoutineType: "routine",
  });
}

function checkNames(name: readonly string[], definition: FunctionDefinition): void {
  const routineName = name.join(".");
  const { parameters, returns } = definition;
  const twice = repeated(parameters.map((one) => one.name));
  if (twice) throw error("DUPLICATE_ROUTINE_PARAMETER_NAMES", { routineName, names: twice });
  const columns = returns.kind === "table" ? (returns.columns ?? []) : [];
  const double = repeated(columns.map((one) => one.name));
  if (double) throw error("DUPLICATE_ROUTINE_RETURNS_COLUMNS", { routineName, columns: double });
  for (const [index, parameter] of parameters.entries()) {
    const next = parameters[index + 1];
    if (parameter.default === undefined || !next || next.default !== undefined) continue;
    throw error("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION", {
      functionName: routineName,
      parameterName: quoteName([parameter.name]),
      nextParameterName: quoteName([next.name]),
    });
  }
}

function repeated(names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase());
  const twice = lower.filter((name, index) => lower.indexOf(name) < index);
  return twice.length === 0 ? undefined : twice.map((name) => quoteName([name])).join(", ");
}

/**
 * Whether it reads tables; a function may not reach itself, nor anything that may be gone before
 * it is.
 */
async function checkedAccess(
  context: LocalContext,
  routine: SqlFunction,
  { dataAccess }: FunctionDefinition,
): Promise<"CONTAINS SQL" | "READS SQL DATA"> {
  const names: Names = { reads: new Map(), functions: new Map(), inference: {}, depth: 0 };
  await resolveNames(context, bodyPlan(routine), names);
  const called = [...names.functions.values()];
  const own = routine.name.join(".");
  const again = called.some((one) => one.name.join(".") === own);
  if (again) throw error("CYCLIC_FUNCTION_REFERENCE", { path: `${own} -> ... -> ${own}` });
  if (routine.name.length > 1) refuseTemporary(context, routine, called);
  const reads = names.reads.size > 0 || called.some((one) => one.readsData);
  if (dataAccess === "CONTAINS SQL" && reads) throw error("INVALID_SQL_FUNCTION_DATA_ACCESS", {});
  return dataAccess ?? (reads ? "READS SQL DATA" : "CONTAINS SQL");
}

function refuseTemporary(
  context: LocalContext,
  routine: SqlFunction,
  called: readonly SqlFunction[],
): void {
  const refusal = (tempObj: string, name: readonly string[]) =>
    error("INVALID_TEMP_OBJ_REFERENCE", {
      obj: "FUNCTION",
      objName: quoteName(routine.name),
      tempObj,
      tempObjName: quoteName(name),
    });
  const temporary = called.find((one) => one.name.length === 1);
  if (temporary) throw refusal("FUNCTION", temporary.name);
  for (const { table = [] } of collectReads(bodyPlan(routine))) {
    const isView = table.length === 1 && context.views.has(table[0]?.toLowerCase() ?? "");
    if (isView) throw refusal("VIEW", table);
  }
}

/** What a function returns, its body typed with null for each parameter. */
async function checkedReturns(
  context: LocalContext,
  routine: SqlFunction,
): Promise<FunctionDefinition["returns"]> {
  checkDefaults(routine);
  const nulls = routine.parameters.map(({ type }): Expression => {
    return { kind: "literal", value: null, type };
  });
  const name = routine.name.join(".").toLowerCase();
  const call = { kind: "call", name, arguments: nulls } as const;
  const { returns } = routine;
  if (returns.kind === "table") {
    const view = { kind: "lateral view", outer: false, columns: [], generator: call } as const;
    const output = outputOf(
      await typedPlan(context, { ...view, input: { kind: "one row" } }, [routine]),
    );
    return { kind: "table", columns: output.map((one) => ({ name: one.name, type: one.type })) };
  }
  const plan = { kind: "project", input: { kind: "one row" }, expressions: [call] } as const;
  const typed = await typedPlan(context, plan, [routine]);
  refuseComplex(typed, routine);
  await typeDefaults(context, routine);
  return { kind: "scalar", type: outputOf(typed)[0]?.type ?? { type: "void" } };
}

/** Defaults are typed by a call that leaves them to be taken. */
async function typeDefaults(context: LocalContext, routine: SqlFunction): Promise<void> {
  const given = routine.parameters.filter((one) => one.default === undefined);
  if (given.length === routine.parameters.length) return;
  const call: Expression = {
    kind: "call",
    name: routine.name.join(".").toLowerCase(),
    arguments: given.map(({ type }) => ({ kind: "literal", value: null, type })),
  };
  const plan: Relation = { kind: "project", input: { kind: "one row" }, expressions: [call] };
  await typedPlan(context, plan, [routine]);
}

function checkDefaults({ name, parameters }: SqlFunction): void {
  for (const parameter of parameters) {
    const parts = parameter.default ? [...partsOf(parameter.default)] : [];
    if (!parts.some((part) => part.kind === "subquery" || part.kind === "over")) continue;
    throw error("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION", {
      functionName: name.join("."),
      parameterName: quoteName([parameter.name]),
    });
  }
}

/** An aggregate beside a parameter would be one of the caller's rows. */
function refuseComplex(typed: TypedRelation, routine: SqlFunction): void {
  const body = plainBody(routine);
  const isPlain =
    typed.kind === "project" &&
    typed.input.kind === "one row" &&
    !typed.columns.some(
      ({ expression }) =>
        hasAggregate(expression) ||
        some(expression, (one) => one.kind === "window" || isGenerator(one)),
    );
  if (isPlain || !body) return;
  throw error("USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS", {
    queryText: routine.name.join("."),
  });
}
