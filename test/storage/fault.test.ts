import { expect, test } from "vitest";
import { type Counts, withCounts } from "../../src/storage/count.ts";
import { nodeDisk } from "../../src/storage/disk.ts";
import { faultsOf, StoppedError, withFaults } from "../../src/storage/fault.ts";
import { localStore } from "../../src/storage/local.ts";
import { localSubject } from "./subject.ts";

const one = new Uint8Array(1);

test("a call planned to fail fails as the disk would, and the process goes on", async () => {
  const faults = faultsOf({ failAt: [3] });
  await using subject = await localSubject(() => withFaults(nodeDisk, faults));
  const { store, root } = subject;
  await expect(store.put(`${root}/a`, one)).rejects.toMatchObject({
    code: "STORAGE_WRITE_FAILED",
    cause: { code: "EIO" },
  });
  await store.put(`${root}/a`, one);
  expect((await store.read(`${root}/a`)).byteLength).toBe(1);
});

test("a stop is for ever, with or without the effect of the call", async () => {
  for (const takesEffect of [false, true]) {
    await using subject = await localSubject();
    const faults = faultsOf({ stopAt: 2, takesEffect });
    const store = withFaults(subject.store, faults);
    await store.put(`${subject.root}/a`, one);
    await expect(store.putIfAbsent(`${subject.root}/b`, one)).rejects.toThrow(StoppedError);
    await expect(store.read(`${subject.root}/a`)).rejects.toThrow(StoppedError);
    const listing = store.list(subject.root)[Symbol.asyncIterator]();
    await expect(listing.next()).rejects.toThrow(StoppedError);
    expect((await subject.store.stat(`${subject.root}/b`)) !== undefined).toBe(takesEffect);
    expect(faults.calls).toBe(2);
  }
});

test("calls are counted by kind, a listing as one, names not at all", async () => {
  await using subject = await localSubject();
  const counts: Counts = {};
  const store = withCounts(localStore(), counts);
  for (const name of ["a", "b"]) await store.put(`${subject.root}/${name}`, one);
  for await (const { path } of store.list(subject.root)) await store.read(path);
  store.uri(subject.root);
  expect(store.scheme).toBe("file");
  expect(counts).toEqual({ put: 2, list: 1, read: 2 });
});
