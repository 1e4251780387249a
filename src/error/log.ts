import type { Condition } from "./condition.ts";

export const logConditions = {
} as const satisfies Record<string, Condition>;
