import { describe, expect, inject, test } from "vitest";
import { Journal } from "../../../../src/connector/journal/journal.ts";
import { recordsBetween } from "../../../../src/connector/journal/segment.ts";
import { field, string, struct } from "../../../../src/schema/type.ts";
import { faultsOf, withFaults } from "../../../../src/storage/fault.ts";
import type { Location } from "../../../../src/storage/store.ts";
import { s3Subject } from "../../storage/s3-subject.ts";

const s3 = inject("s3");
const schema = struct([field("value", string, false)]);
const open = (location: Location): Promise<Journal> =>
  Journal.open({ location, schema, maxBytes: 1 << 30 });

async function texts(journal: Journal): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const segment of journal.segments(journal.first, journal.last)) {
    for (const [at] of segment.lengths.entries()) {
      const number = segment.first + at;
      found.push(Buffer.from(recordsBetween(segment, number, number).bytes).toString("utf8", 1));
    }
  }
  return found;
}

describe.skipIf("missing" in s3)("a journal in S3", () => {
  const endpoint = "endpoint" in s3 ? s3.endpoint : "";

  test("keeps its rows over openings, and lets one writer in", async () => {
    await using subject = await s3Subject(endpoint);
    const location = { store: subject.store, path: `${subject.root}/journal` };
    const old = await open(location);
    for (const text of ["a", "b", "c"]) old.append([text]);
    await old.settled();
    await using young = await open(location);
    expect(await texts(young)).toEqual(["a", "b", "c"]);
    old.append(["late"]);
    await expect(old.settled()).rejects.toMatchObject({ code: "JOURNAL_FENCED" });
    young.append(["d"]);
    await young.settled();
    await young.truncate(young.last - 1);
    young.append(["e"]);
    await young.settled();
    expect(await texts(young)).toEqual(["d", "e"]);
  });

  test("has all that was settled before a crash at any request", async () => {
    for (let stopAt = 1; ; stopAt++) {
      await using subject = await s3Subject(endpoint);
      const location = { store: subject.store, path: `${subject.root}/journal` };
      const faults = faultsOf({ stopAt, takesEffect: stopAt % 2 === 0 });
      const dying = { ...location, store: withFaults(location.store, faults) };
      let settled = 0;
      const journal = await open(dying).catch(() => undefined);
      for (; journal !== undefined && settled < 3; settled++) {
        journal.append([`${settled}`]);
        const done = await journal.settled().then(
          () => true,
          () => false,
        );
        if (!done) break;
      }
      await using next = await open(location);
      const there = await texts(next);
      expect(there.slice(0, settled)).toEqual(["0", "1", "2"].slice(0, settled));
      expect(there.length).toBeLessThanOrEqual(settled + 1);
      if (!faults.stopped) return;
    }
  });
});
