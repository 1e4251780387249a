import type { Condition } from "./condition.ts";

export const sessionConditions = {
} as const satisfies Record<string, Condition>;
