import { expect, onTestFinished, test } from "vitest";
import { replaceEnv } from "../../src/env.ts";
import { field, long, struct } from "../../src/schema/type.ts";
import { faultsOf, StoppedError, withFaults } from "../../src/storage/fault.ts";
import { snapshotOf, tableAt } from "../../src/table/table.ts";
import { writeTable } from "../../src/table/write.ts";
import { openHarness, readRows, rowsOf, writeOf } from "./harness.ts";

const schema = struct([field("id", long)]);
const batch = (batchId: number) => {
  const streaming = { queryId: "q", batchId, outputMode: "append" as const };
  return writeOf(rowsOf(schema, [[BigInt(batchId)]]), { streaming });
};

test("a batch that died at any call of the store is there once after it is run again", async () => {
  onTestFinished(replaceEnv({ warn: () => undefined }));
  await using harness = await openHarness();
  for (let stopAt = 1; ; stopAt++) {
    let stopped = false;
    for (const takesEffect of [false, true]) {
      const location = harness.location(`t-${stopAt}-${takesEffect}`);
      await writeTable(await tableAt(location, harness.context), batch(0));
      const faults = faultsOf({ stopAt, takesEffect });
      const dying = { ...location, store: withFaults(harness.store, faults) };
      // A process of its own: it shares no log with the one that goes on.
      await tableAt(dying, { ...harness.context, engine: bound(harness.engine) })
        .then((table) => writeTable(table, batch(1)))
        .catch((thrown) => {
          if (!(thrown instanceof StoppedError)) throw thrown;
        });
      stopped ||= faults.stopped;
      const table = await tableAt(location, harness.context);
      await writeTable(table, batch(1));
      const rows = await readRows(table, await snapshotOf(table));
      expect(rows.map(([id]) => id).sort()).toEqual([0n, 1n]);
    }
    if (!stopped) return;
  }
});

/** The same engine as another object: tables keep their logs by engine. */
function bound<T extends object>(engine: T): T {
  return new Proxy(engine, {
    get(target, property) {
      const member = Reflect.get(target, property);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
