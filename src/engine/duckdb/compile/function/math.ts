import type { Group } from "./registry.ts";

export const maths: Group = {};
