import type { Condition } from "./condition.ts";

export const sqlConditions = {
} as const satisfies Record<string, Condition>;
