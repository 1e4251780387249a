import type { Group } from "./registry.ts";

export const collections: Group = {};
