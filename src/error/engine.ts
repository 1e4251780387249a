import type { Condition } from "./condition.ts";

export const engineConditions = {
} as const satisfies Record<string, Condition>;
