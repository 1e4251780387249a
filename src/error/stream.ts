import type { Condition } from "./condition.ts";

export const streamConditions = {
} as const satisfies Record<string, Condition>;
