import { expect, test } from "vitest";
import { fixInitial, readInitial } from "../../../src/connector/kafka/initial.ts";
import { offsetsJson, parseOffsets } from "../../../src/connector/kafka/partition.ts";
import { join } from "../../../src/storage/store.ts";
import { openSession } from "../session.ts";

test("where a stream began is written once, as Spark has it, and what is there counts", async () => {
  await using session = await openSession();
  const checkpoint = await session.locate("sources", "0");
  expect(await readInitial(checkpoint)).toBeUndefined();
  const begin = parseOffsets('{"t":{"0":5,"1":0}}');
  expect(await fixInitial(checkpoint, begin)).toBe(begin);
  const bytes = await checkpoint.store.read(join(checkpoint, "0").path);
  expect(Buffer.from(bytes).toString("latin1")).toBe('\0v1\n{"t":{"0":5,"1":0}}');
  const second = await fixInitial(checkpoint, parseOffsets('{"t":{"0":9}}'));
  expect(offsetsJson(second)).toBe('{"t":{"0":5,"1":0}}');
});

test("what Spark 2.1.0 wrote has no version; anything else is refused", async () => {
  await using session = await openSession();
  const put = async (name: string, text: string) => {
    const checkpoint = await session.locate(name, "0");
    await checkpoint.store.putIfAbsent(join(checkpoint, "0").path, Buffer.from(text));
    return readInitial(checkpoint);
  };
  expect(offsetsJson((await put("old", '\0{"t":{"0":5}}'))!)).toBe('{"t":{"0":5}}');
  const unreadable = { code: "CANNOT_PARSE_SOURCE_LOG" };
  await expect(put("new", '\0v2\n{"t":{"0":5}}')).rejects.toMatchObject(unreadable);
  await expect(put("broken", "\0v1\n{")).rejects.toMatchObject(unreadable);
});
