import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import {
  checksumOf,
  readLastCheckpoint,
  writeLastCheckpoint,
} from "../../../src/log/checkpoint/pointer.ts";
import { memoryStore } from "../../../src/storage/memory.ts";

const path = "/t/_delta_log/_last_checkpoint";
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the checksum of the protocol's own example", () => {
  const text =
    '{"k0":"\'v 0\'", "checksum": "adsaskfljadfkjadfkj", "k1":{"k2": 2, "k3": ["v3", [1, 2], ' +
    '{"k4": "v4", "k5": ["v5", "v6", "v7"]}]}}';
  expect(checksumOf(text)).toBe("6a92d155a59bf2eecbd4b4ec7fd1f875");
});

test("numbers count as they are spelled, texts by their bytes", () => {
  expect(checksumOf('{"a":1.0}')).not.toBe(checksumOf('{"a":1}'));
  expect(checksumOf('{"a":"1"}')).not.toBe(checksumOf('{"a":1}'));
  expect(checksumOf('{"a":"€","b":null}')).toBe(checksumOf('{"b":null,"a":"\\u20ac"}'));
});

test("a pointer that was changed after it was written points nowhere", async () => {
  const table = { store: memoryStore({ file: (suffix) => `${tmpdir()}/${suffix}` }), path: "/t" };
  expect(await readLastCheckpoint(table)).toBeUndefined();
  const pointer = { version: 10, size: 12, sizeInBytes: 345, numOfAddFiles: 10 };
  await writeLastCheckpoint(table, pointer);
  expect(await readLastCheckpoint(table)).toEqual({ version: 10 });
  const text = new TextDecoder().decode(await table.store.read(path));
  await table.store.put(path, encode(text.replace('"version":10', '"version":11')));
  expect(await readLastCheckpoint(table)).toBeUndefined();
  await table.store.put(path, encode('{"version":7,"size":1}'));
  expect(await readLastCheckpoint(table)).toEqual({ version: 7 });
  for (const damaged of ["", "{", "null", "7", '{"version":"x"}']) {
    await table.store.put(path, encode(damaged));
    expect(await readLastCheckpoint(table)).toBeUndefined();
  }
});
