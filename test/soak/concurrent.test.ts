import { test } from "vitest";
import { contest } from "../table/contest.ts";

test(
  "8 processes append 50 times each: every row once, no error",
  {
    timeout: 600_000,
  },
  () => contest({ processes: 8, commits: 50 }),
);
