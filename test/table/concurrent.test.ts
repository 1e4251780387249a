import { test } from "vitest";
import { contest } from "./contest.ts";

test(
  "4 processes append 10 times each: every row once, no error",
  {
    timeout: 60_000,
  },
  () => contest({ processes: 4, commits: 10 }),
);
