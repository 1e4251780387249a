import type { CachedResult } from "../../engine/engine.ts";
import type { Relation } from "../../plan/relation.ts";
import { inputsOf, mapInputs } from "../../plan/walk.ts";

/** Plans whose results are to be kept, and the results that are. Compared by identity. */
export interface Persisted {
  add(plan: Relation): void;
  /** Forgets the plan; frees its result. */
  remove(plan: Relation): Promise<void>;
  /** The plan with every persisted part replaced by its result; computes those not there yet. */
  substitute(plan: Relation): Promise<Relation>;
  releaseAll(): Promise<void>;
}

/** `compute` runs a plan and keeps its rows in the engine. */
export function createPersisted(compute: (plan: Relation) => Promise<CachedResult>): Persisted {
  const results = new Map<Relation, Promise<CachedResult> | undefined>();

  async function kept(plan: Relation): Promise<Relation> {
    const running = results.get(plan) ?? substituteInputs(plan).then(compute);
    results.set(plan, running);
    try {
      const { name, schema } = await running;
      return { kind: "cached", name, schema };
    } catch (thrown) {
      if (results.has(plan)) results.set(plan, undefined);
      throw thrown;
    }
  }

  async function substituteInputs(plan: Relation): Promise<Relation> {
    const substituted = new Map<Relation, Relation>();
    for (const input of inputsOf(plan)) substituted.set(input, await substitute(input));
    return mapInputs(plan, (input) => substituted.get(input) ?? input);
  }

  async function substitute(plan: Relation): Promise<Relation> {
    if (results.size === 0) return plan;
    return results.has(plan) ? kept(plan) : substituteInputs(plan);
  }

  async function remove(plan: Relation): Promise<void> {
    const running = results.get(plan);
    results.delete(plan);
    const result = await running?.catch(() => undefined);
    await result?.[Symbol.asyncDispose]();
  }

  return {
    add: (plan) => void (results.has(plan) || results.set(plan, undefined)),
    remove,
    substitute,
    async releaseAll() {
      for (const plan of [...results.keys()]) await remove(plan);
    },
  };
}
