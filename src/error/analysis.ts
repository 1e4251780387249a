import type { Condition } from "./condition.ts";

export const analysisConditions = {
} as const satisfies Record<string, Condition>;
