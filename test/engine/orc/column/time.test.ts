import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openColumn } from "../../../../src/engine/orc/column/open.ts";
import { openStripe } from "../../../../src/engine/orc/stripe.ts";
import { readTail } from "../../../../src/engine/orc/tail.ts";

/** By pyarrow, which cuts seconds towards zero and counts what is left below it. */
const golden = new URL("../../../golden/orc/before-1970.orc", import.meta.url);

test("instants before 1970 have their second rounded down, and its nanoseconds", () => {
  const bytes = readFileSync(golden);
  const file = {
    size: bytes.length,
    read: (start: number, length: number) => bytes.subarray(start, start + length),
  };
  const tail = readTail(file)!;
  const stripe = openStripe(tail.stripes[0]!, { file, tail, zone: "UTC" });
  const { decimal64, root } = tail;
  const rows = openColumn(root, { stripe, decimal64, wanted: () => true });
  rows.read(0, 6);
  const [times] = rows.kind === "struct" ? rows.members : [];
  if (times?.kind !== "timestamp") throw new Error("there are no timestamps");
  expect([...times.present.subarray(0, 6)]).toEqual([1, 1, 1, 1, 1, 0]);
  expect([...times.seconds.subarray(0, 5)]).toEqual([-1, -1, -2, 0, 1]);
  expect([...times.nanos.subarray(0, 5)]).toEqual([999_999_999, 0, 499_999_999, 0, 500_000_001]);
});
