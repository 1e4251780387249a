import { type Asked, questionOf } from "../../analysis/question.ts";
import type { TypedRelation } from "../../analysis/typed.ts";
import { inputsOf, mapInputs } from "../../analysis/walk.ts";
import type { Input } from "../../plan/input.ts";
import type { ScanReading } from "./query.ts";

/** An answer that stands in a plan for what was asked. */
export interface Answered {
  readonly name: string;
  readonly input: Input;
}

/**
 * The plan with the answers of datasets in the place of the parts that they know to answer wholly.
 * Subqueries of expressions are left as they are.
 */
export async function withAnswers(
  plan: TypedRelation,
  read: ScanReading,
  told: (answered: Answered) => void = () => {},
): Promise<TypedRelation> {
  const asked = questionOf(plan);
  const input = asked && (await answerOf(asked, read));
  if (asked && input) {
    told({ name: asked.scan.dataset.name, input });
    return asked.made({ kind: "input", input, output: asked.output });
  }
  const changed = new Map<TypedRelation, TypedRelation>();
  for (const below of inputsOf(plan)) changed.set(below, await withAnswers(below, read, told));
  return mapInputs(plan, (below) => changed.get(below)!);
}

async function answerOf(
  { scan, question }: Asked,
  { fold, timeZone }: ScanReading,
): Promise<Input | undefined> {
  const conditions = (await fold?.(question.conditions)) ?? question.conditions;
  return scan.dataset.answer?.({ ...question, conditions, timeZone });
}
