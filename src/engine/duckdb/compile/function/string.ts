import type { Group } from "./registry.ts";

export const strings: Group = {};
