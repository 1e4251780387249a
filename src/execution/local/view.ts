import { error } from "../../error/error.ts";
import type { CreateView } from "../../plan/command.ts";
import { quoteName, type Relation } from "../../plan/relation.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";
import { typedPlan } from "./resolve.ts";

/** CREATE TEMPORARY VIEW. The query is checked now and run when the view is read. */
export async function runCreateView(
  context: LocalContext,
  command: CreateView,
): Promise<CommandResult> {
  const { name, query, columns, orReplace } = command;
  const plan: Relation = columns
    ? { kind: "alias relation", input: query, alias: name, columns }
    : query;
  await typedPlan(context, plan);
  defineView(context, { name, plan, replace: orReplace });
  return noAnswer;
}

/** Gives a plan a name for the session; TEMP_TABLE_OR_VIEW_ALREADY_EXISTS unless it replaces. */
export function defineView(
  context: LocalContext,
  view: { readonly name: string; readonly plan: Relation; readonly replace: boolean },
): void {
  const key = view.name.toLowerCase();
  if (!view.replace && context.views.has(key)) {
    throw error("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quoteName([view.name]) });
  }
  context.views.set(key, view.plan);
}
