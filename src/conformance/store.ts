import { isError } from "../error/error.ts";
import type { FileStatus, ListOptions, Store } from "../storage/store.ts";
import type { Harness } from "./harness.ts";

/** A store to try, and a folder in it that nothing has used. */
export interface StoreSubject extends AsyncDisposable {
  readonly store: Store;
  /** A path in the store, without a trailing slash. */
  readonly root: string;
  /** Makes a finished local file, as the engine does in the staging folder; its path. */
  stage(bytes: Uint8Array): Promise<string>;
}

interface Trial extends StoreSubject {
  readonly assert: Harness["assert"];
}

/**
 * The laws of `storage/store.ts` as tests, one subject each. That a crash loses nothing cannot be
 * seen from outside: a store's own tests have to show it.
 */
export function storeSuite(harness: Harness, factory: () => Promise<StoreSubject>): void {
  for (const [name, body] of laws) {
    harness.test(name, async () => {
      const subject = await factory();
      try {
        const { store, root } = subject;
        const stage = (bytes: Uint8Array): Promise<string> => subject.stage(bytes);
        await body({ store, root, stage, assert: harness.assert } as Trial);
      } finally {
        await subject[Symbol.asyncDispose]();
      }
    });
  }
}

const laws: readonly (readonly [name: string, body: (trial: Trial) => Promise<void>])[] = [
  ["law 1: a reader of a file being replaced sees the old bytes or the new", wholeOrNothing],
  ["law 2: of 20 racers exactly one puts, and its bytes stay", oneWinner],
  ["law 2: a lost putIfAbsent changes nothing", loserChangesNothing],
  ["law 3: files are listed at once, in byte order of the path", byteOrder],
  ["law 3: names past U+FFFF are in the order of their bytes in UTF-8", utf8Order],
  ["law 3: a listing starts after a path, whether there or not", startsAfter],
  ["law 3: a recursive listing orders and starts by whole paths", recursive],
  ["law 3: a listing says size and time", listedStatus],
  ["law 4: reads see completed puts and deletes", readAfterWrite],
  ["law 4: what is read without waiting is what is read", readsNow],
  ["law 4: bytes that come with a status are those that are read", readsFile],
  ["law 4: put replaces, with longer and with shorter bytes", replaces],
  ["law 5: ranges are exact, and past the end an error", ranges],
  ["law 6: a published file is there whole, and consumed", publishes],
  ["law 7: absent paths", absent],
  ["law 7: a path below a file, or of a folder, is absent", neverFiles],
  ["empty and large files", sizes],
  ["the caller may change bytes after a put, and those it read", ownsBytes],
  ["an opened file has the bytes until it is released", opens],
  ["a URI is of the scheme and percent-encoded", uris],
];

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const read = async (store: Store, path: string): Promise<string> =>
  new TextDecoder().decode(await store.read(path));

/** What both listings say there is. */
async function names(
  { store, root, assert }: Trial,
  options?: ListOptions,
  below = "",
): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of store.list(`${root}${below}/`, options)) {
    found.push(path.slice(root.length + 1));
  }
  const named: string[] = [];
  for await (const files of store.names(`${root}${below}/`, options)) {
    named.push(...files.map(({ path }) => path.slice(root.length + 1)));
  }
  assert.deepEqual(named, found, "list and names have the same files");
  return found;
}

async function readsNow({ store, root, assert }: Trial): Promise<void> {
  await store.put(`${root}/now`, text("one"));
  await store.put(`${root}/now`, text("other"));
  const bytes = store.readNow?.(`${root}/now`);
  if (bytes !== undefined) assert.equal(new TextDecoder().decode(bytes), "other");
  const none = async (): Promise<unknown> => store.readNow?.(`${root}/none`);
  if (bytes !== undefined) assert.equal(await codeOf(none()), "PATH_NOT_FOUND");
}

async function readsFile({ store, root, assert }: Trial): Promise<void> {
  const path = `${root}/file`;
  await store.put(path, text("one"));
  await store.put(path, text("other"));
  const file = await store.readFile?.(path);
  if (file !== undefined) {
    assert.equal(new TextDecoder().decode(file.bytes), "other");
    assert.deepEqual(file.status, await store.stat(path));
  }
  const none = async (): Promise<unknown> => store.readFile?.(`${root}/none`);
  if (file !== undefined) assert.equal(await codeOf(none()), "PATH_NOT_FOUND");
}

async function wholeOrNothing({ store, root, assert }: Trial): Promise<void> {
  const path = `${root}/whole`;
  const size = 300_000;
  await store.put(path, new Uint8Array(size).fill(0));
  let writing = true;
  const writer = (async () => {
    for (let round = 1; round <= 20; round++)
      await store.put(path, new Uint8Array(size).fill(round));
    writing = false;
  })();
  while (writing) {
    const bytes = await store.read(path);
    assert.equal(bytes.byteLength, size);
    assert.equal(new Set(bytes).size, 1, "bytes of two writes in one file");
  }
  await writer;
}

async function oneWinner({ store, root, assert }: Trial): Promise<void> {
  for (let round = 0; round < 10; round++) {
    const path = `${root}/log/${round}.json`;
    const racers = Array.from({ length: 20 }, (_, racer) => `racer ${racer}`);
    const won = await Promise.all(racers.map((racer) => store.putIfAbsent(path, text(racer))));
    assert.equal(won.filter((one) => one).length, 1);
    assert.equal(await read(store, path), racers[won.indexOf(true)]);
  }
}

async function loserChangesNothing(trial: Trial): Promise<void> {
  const { store, root, assert } = trial;
  assert.equal(await store.putIfAbsent(`${root}/a`, text("first")), true);
  const before = await store.stat(`${root}/a`);
  assert.equal(await store.putIfAbsent(`${root}/a`, text("second, and longer")), false);
  assert.equal(await read(store, `${root}/a`), "first");
  assert.deepEqual(await store.stat(`${root}/a`), before);
  assert.deepEqual(await names(trial), ["a"]);
}

/** In byte order. */
const oddNames = [
  ".hidden",
  "A",
  "a b",
  "a%20b",
  "a+b",
  "a,b",
  "a-b",
  "a.b",
  "a:b",
  "a=b",
  "a?b#c",
  "a[b]",
  "a_b",
  "ab",
  "a{b}",
  "é",
  "名前",
  "\uff5e",
];
/** The last one is the first of the three in UTF-16, as Java and JavaScript compare. */
const lastNames = ["\ue000", "\uff5e", "🎈"];

async function byteOrder(trial: Trial): Promise<void> {
  const { store, root, assert } = trial;
  for (const name of oddNames.toReversed()) await store.put(`${root}/${name}`, text(name));
  assert.deepEqual(await names(trial), oddNames);
  for (const name of oddNames) assert.equal(await read(store, `${root}/${name}`), name);
}

async function utf8Order(trial: Trial): Promise<void> {
  const { store, root, assert } = trial;
  for (const name of lastNames.toReversed()) await store.put(`${root}/${name}`, text(name));
  assert.deepEqual(await names(trial), lastNames);
  for (const [index, name] of lastNames.entries()) {
    assert.equal(await read(store, `${root}/${name}`), name);
    const after = await names(trial, { startAfter: `${root}/${name}` });
    assert.deepEqual(after, lastNames.slice(index + 1));
  }
}

async function startsAfter(trial: Trial): Promise<void> {
  const { store, root, assert } = trial;
  for (const name of oddNames) await store.putIfAbsent(`${root}/${name}`, text(name));
  for (const [index, name] of oddNames.entries()) {
    assert.deepEqual(
      await names(trial, { startAfter: `${root}/${name}` }),
      oddNames.slice(index + 1),
    );
  }
  assert.deepEqual(await names(trial, { startAfter: `${root}/a_c` }), oddNames.slice(13));
}

async function recursive(trial: Trial): Promise<void> {
  const { store, root, assert } = trial;
  const paths = ["a!x", "a/b/1", "a/b/2", "a/b!", "a/c", "a0", "b/1", "c"].sort();
  for (const path of paths) await store.put(`${root}/${path}`, text(path));
  assert.deepEqual(await names(trial, { recursive: true }), paths);
  assert.deepEqual(await names(trial), ["a!x", "a0", "c"]);
  assert.deepEqual(await names(trial, { recursive: true }, "/a"), [
    "a/b!",
    "a/b/1",
    "a/b/2",
    "a/c",
  ]);
  for (const after of [...paths, "a", "a/", "a/b", "a/b/", "a/b/1x", "a/z", "zz"]) {
    const expected = paths.filter((path) => path > after);
    const startAfter = `${root}/${after}`;
    assert.deepEqual(await names(trial, { recursive: true, startAfter }), expected, after);
  }
}

async function listedStatus({ store, root, assert }: Trial): Promise<void> {
  await store.put(`${root}/five`, text("12345"));
  const listed: FileStatus[] = [];
  for await (const status of store.list(root)) listed.push(status);
  assert.deepEqual(listed, [await store.stat(`${root}/five`)]);
  assert.equal(listed[0]!.size, 5);
  assert.equal(Number.isSafeInteger(listed[0]!.modificationTime), true);
  assert.equal(listed[0]!.modificationTime > 1_500_000_000_000, true, "ms since the epoch");
}

async function readAfterWrite(trial: Trial): Promise<void> {
  const { store, root, assert } = trial;
  const path = `${root}/deep/er/file`;
  for (let round = 0; round < 5; round++) {
    await store.put(path, text(`round ${round}`));
    assert.equal(await read(store, path), `round ${round}`);
    assert.deepEqual(await names(trial, { recursive: true }), ["deep/er/file"]);
    await store.delete(path);
    assert.equal(await store.stat(path), undefined);
    assert.deepEqual(await names(trial, { recursive: true }), []);
  }
  assert.equal(await store.putIfAbsent(path, text("again")), true);
}

async function replaces({ store, root, assert }: Trial): Promise<void> {
  for (const bytes of ["middle", "longer than that", "s", ""]) {
    await store.put(`${root}/file`, text(bytes));
    assert.equal(await read(store, `${root}/file`), bytes);
  }
}

async function ranges({ store, root, assert }: Trial): Promise<void> {
  const path = `${root}/digits`;
  await store.put(path, text("0123456789"));
  const part = async (start: number, length: number): Promise<string> =>
    new TextDecoder().decode(await store.readRange(path, start, length));
  assert.equal(await part(0, 10), "0123456789");
  assert.equal(await part(3, 4), "3456");
  assert.equal(await part(9, 1), "9");
  assert.equal(await part(10, 0), "");
  for (const [start, length] of [
    [0, 11],
    [9, 2],
    [10, 1],
    [50, 1],
  ] as const) {
    assert.equal(await codeOf(store.readRange(path, start, length)), "STORAGE_RANGE_PAST_END");
  }
}

async function publishes(trial: Trial): Promise<void> {
  const { store, root, assert } = trial;
  const local = await trial.stage(text("rows"));
  const status = await store.publish(local, `${root}/x=1/part.parquet`);
  assert.equal(await read(store, `${root}/x=1/part.parquet`), "rows");
  const stored = await store.stat(`${root}/x=1/part.parquet`);
  assert.deepEqual([status.path, status.size], [stored?.path, stored?.size]);
  const apart = Math.abs(status.modificationTime - (stored?.modificationTime ?? 0));
  assert.equal(apart < 60_000, true, "the times are of one moment");
  assert.deepEqual(await names(trial, { recursive: true }), ["x=1/part.parquet"]);
  let consumed = false;
  await store.publish(local, `${root}/again`).catch(() => {
    consumed = true;
  });
  assert.equal(consumed, true, "the local file is still there");
}

async function absent(trial: Trial): Promise<void> {
  const { store, root } = trial;
  for (const path of [`${root}/no`, `${root}/no/where`]) await isAbsent(trial, path);
  await store.delete(`${root}/no`);
  await store.delete(`${root}/no/where`);
  trial.assert.deepEqual(await names(trial, {}, "/no"), []);
  trial.assert.deepEqual(await names(trial, { recursive: true }, "/no/where"), []);
}

async function neverFiles(trial: Trial): Promise<void> {
  const { store, root } = trial;
  await store.put(`${root}/file`, text("x"));
  await store.put(`${root}/folder/file`, text("x"));
  for (const path of [`${root}/file/below`, `${root}/folder`]) await isAbsent(trial, path);
}

async function isAbsent({ store, assert }: Trial, path: string): Promise<void> {
  assert.equal(await codeOf(store.read(path)), "PATH_NOT_FOUND", path);
  assert.equal(await codeOf(store.readRange(path, 0, 1)), "PATH_NOT_FOUND", path);
  assert.equal(await codeOf(store.open(path)), "PATH_NOT_FOUND", path);
  assert.equal(await store.stat(path), undefined, path);
}

async function sizes({ store, root, assert }: Trial): Promise<void> {
  const large = new Uint8Array(9_000_001);
  for (let index = 0; index < large.length; index += 997) large[index] = index % 251;
  await store.putIfAbsent(`${root}/empty`, new Uint8Array());
  await store.putIfAbsent(`${root}/large`, large);
  assert.equal((await store.read(`${root}/empty`)).byteLength, 0);
  assert.equal((await store.stat(`${root}/empty`))?.size, 0);
  assert.equal(Buffer.compare(await store.read(`${root}/large`), large), 0);
  const tail = await store.readRange(`${root}/large`, 8_000_000, 1_000_001);
  assert.equal(Buffer.compare(tail, large.subarray(8_000_000)), 0);
}

async function ownsBytes({ store, root, assert }: Trial): Promise<void> {
  const bytes = text("mine");
  await store.put(`${root}/file`, bytes);
  bytes.fill(0);
  (await store.read(`${root}/file`)).fill(1);
  assert.equal(await read(store, `${root}/file`), "mine");
}

async function opens({ store, root, assert }: Trial): Promise<void> {
  const { readFile } = await import("node:fs/promises");
  await store.put(`${root}/part 1.snappy.parquet`, text("rows"));
  const file = await store.open(`${root}/part 1.snappy.parquet`);
  assert.equal(await readFile(file.path, "utf8"), "rows");
  assert.equal(file.path.endsWith(".snappy.parquet"), true);
  await file[Symbol.asyncDispose]();
  await file[Symbol.asyncDispose]();
  assert.equal(await read(store, `${root}/part 1.snappy.parquet`), "rows");
}

async function uris({ store, root, assert }: Trial): Promise<void> {
  const uri = store.uri(`${root}/a b%c`);
  assert.equal(uri.startsWith(`${store.scheme}://`), true);
  assert.equal(uri.endsWith("/a%20b%25c"), true);
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "no error";
  } catch (thrown) {
    return isError(thrown) ? thrown.code : String(thrown);
  }
}
