import type { Relation } from "../../plan/relation.ts";
import { inputsOf, mapInputs } from "../../plan/walk.ts";
import { coerceRow } from "../../schema/coerce.ts";
import type { CommandResult } from "../execution.ts";
import { runCommand } from "./command.ts";
import type { LocalContext } from "./context.ts";

/** Puts the answer of each command that a plan reads in the command's place. */
export async function withAnswers(context: LocalContext, plan: Relation): Promise<Relation> {
  if (plan.kind === "command result") return answerOf(await runCommand(context, plan.command));
  const inputs = new Map<Relation, Relation>();
  for (const input of inputsOf(plan)) inputs.set(input, await withAnswers(context, input));
  return mapInputs(plan, (input) => inputs.get(input) ?? input);
}

/** A command's answer as a plan. */
export function answerOf({ schema, rows }: CommandResult): Relation {
  const values = rows.map((row) => coerceRow(row, schema));
  return { kind: "local", schema, rows: values };
}
