import type { Condition } from "./condition.ts";

export const schemaConditions = {
} as const satisfies Record<string, Condition>;
