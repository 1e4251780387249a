import type { Condition } from "./condition.ts";

export const tableConditions = {
} as const satisfies Record<string, Condition>;
