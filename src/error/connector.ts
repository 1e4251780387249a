import type { Condition } from "./condition.ts";

export const connectorConditions = {
} as const satisfies Record<string, Condition>;
