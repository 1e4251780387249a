import { expect, test } from "vitest";
import {
  queueSetUp,
  recordSetUp,
} from "../../../../src/connector/cloudfiles/notification/record.ts";
import { memoryStore } from "../../../../src/storage/memory.ts";

test("the queue that is set up is known to a later start, the last one of several", async () => {
  const folder = { store: memoryStore({ file: (end) => `/tmp/${end}` }), path: "/sources/0" };
  expect(await queueSetUp(folder)).toBeUndefined();
  await recordSetUp(folder, "databricks-1");
  await recordSetUp(folder, "databricks-2");
  expect(await queueSetUp(folder)).toBe("databricks-2");
  await folder.store.put("/sources/0/notified-setup", new TextEncoder().encode("v2\n{}"));
  expect(await queueSetUp(folder)).toBeUndefined();
});
