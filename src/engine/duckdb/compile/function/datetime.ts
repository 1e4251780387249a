import type { Group } from "./registry.ts";

export const datetimes: Group = {};
