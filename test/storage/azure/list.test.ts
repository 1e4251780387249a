import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  BlobItem,
  ContainerClient,
  ListBlobsOptions,
} from "../../../src/storage/azure/client.ts";
import { type Lister, listBlobs } from "../../../src/storage/azure/list.ts";
import { comparePaths } from "../../../src/storage/order.ts";

/**
 * An account with a hierarchical namespace, which no emulator has: it orders names by their parts
 * (a slash before all else), and lists its folders as blobs of their own. `isFlat`: an account
 * without, in UTF-16 order, where only `markers` are folders. `startFrom` is inclusive.
 */
interface Account {
  readonly files: readonly string[];
  readonly markers?: readonly string[];
  readonly isFlat?: boolean;
}

interface Asked {
  readonly options: ListBlobsOptions;
  readonly byLevel: boolean;
}

function lister(account: Account, pageSize: number, asked: Asked[] = []): Lister {
  const { files, markers = [], isFlat = false } = account;
  const folders = isFlat ? markers : parents(files);
  const rank = (name: string): string => (isFlat ? name : name.replaceAll("/", "\u0000"));
  const order = (a: string, b: string): number => (rank(a) < rank(b) ? -1 : 1);
  const blobs = [
    ...files.map((name) => blob(name, false)),
    ...folders.map((name) => blob(name, true)),
  ].sort((a, b) => order(a.name, b.name));

  const found = ({ prefix, startFrom }: ListBlobsOptions): readonly BlobItem[] =>
    blobs.filter(
      ({ name }) =>
        name.startsWith(prefix) && (startFrom === undefined || rank(name) >= rank(startFrom)),
    );
  const level = (options: ListBlobsOptions): readonly (BlobItem | string)[] => {
    const at = (name: string): number => name.indexOf("/", options.prefix.length);
    const all = found(options).map((one) =>
      at(one.name) < 0 ? one : one.name.slice(0, at(one.name) + 1),
    );
    return all.filter((one, index) => all.indexOf(one) === index);
  };
  const pages = <T>(entries: readonly T[], shape: (part: readonly T[]) => object) => ({
    async *byPage({ continuationToken }: { continuationToken?: string }) {
      const from = Number(continuationToken ?? 0);
      const next = from + pageSize;
      yield {
        segment: shape(entries.slice(from, next)),
        ...(next < entries.length && { continuationToken: String(next) }),
      };
    },
  });
  const container = {
    listBlobsFlat: (options: ListBlobsOptions) => {
      asked.push({ options, byLevel: false });
      return pages(found(options), (blobItems) => ({ blobItems }));
    },
    listBlobsByHierarchy: (_: string, options: ListBlobsOptions) => {
      asked.push({ options, byLevel: true });
      return pages(level(options), (part) => ({
        blobItems: part.filter((one) => typeof one !== "string"),
        blobPrefixes: part.filter((one) => typeof one === "string").map((name) => ({ name })),
      }));
    },
  } as unknown as ContainerClient;
  const shown = { seeks: false, isFlat: false };
  return { container, pageSize, call: (work) => work(new AbortController().signal), shown };
}

function blob(name: string, isFolder: boolean): BlobItem {
  const properties = { lastModified: new Date(1_000), etag: "0x1", contentLength: 3 };
  return { name, properties, ...(isFolder && { metadata: { hdi_isfolder: "true" } }) };
}

/** A service from before it knew of starts. */
function ignoring(container: ContainerClient): ContainerClient {
  return {
    ...container,
    listBlobsFlat: ({ startFrom: _, ...options }) => container.listBlobsFlat(options),
  };
}

/** The folders that files lie in, at any depth. */
function parents(files: readonly string[]): string[] {
  const all = files.flatMap((file) => {
    const parts = file.split("/").slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  });
  return [...new Set(all)];
}

async function names(
  from: Lister,
  folder: string,
  options: { recursive?: boolean; startAfter?: string },
): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of listBlobs(from, folder, options)) found.push(path);
  return found;
}

const tree = ["t/a-b/1", "t/a/1", "t/a/b!", "t/a/b/1", "t/a.c", "t/a0", "t/b", "u/1"];

test("a hierarchical namespace is listed in byte order, its folders not", async () => {
  const expected = [...["/t/a-b/1", "/t/a.c", "/t/a/1", "/t/a/b!", "/t/a/b/1", "/t/a0", "/t/b"]];
  for (const pageSize of [1, 2, 3, 100]) {
    const from = lister({ files: tree }, pageSize);
    expect(await names(from, "/t", { recursive: true })).toEqual(expected);
    expect(await names(from, "/t", {})).toEqual(["/t/a.c", "/t/a0", "/t/b"]);
    expect(await names(from, "/t/a/", {})).toEqual(["/t/a/1", "/t/a/b!"]);
  }
});

test("an account without one is asked page by page, not folder by folder", async () => {
  const asked: Asked[] = [];
  const from = lister({ files: tree, isFlat: true }, 3, asked);
  expect(await names(from, "/t", { recursive: true })).toHaveLength(7);
  expect(asked.map(({ byLevel }) => byLevel)).toEqual([false, false, false]);
});

test("the service begins where nothing after the start is before it in its order", async () => {
  const starts = async (startAfter: string, recursive = false): Promise<string | undefined> => {
    const asked: Asked[] = [];
    await names(lister({ files: tree }, 100, asked), "/t", { startAfter, recursive });
    return asked[0]?.options.startFrom;
  };
  expect(await starts("/t/00000000000000000010.json")).toBe("t/00000000000000000010");
  expect(await starts("/t/part-1")).toBe("t/part");
  expect(await starts("/t/a/b/c")).toBe("t/a");
  expect(await starts("/t/2026/11/26/part-1", true)).toBe("t/2026/11/26/part");
  expect(await starts("/t/a-b/1", true)).toBe("t/a");
  expect(await starts("/t/-a")).toBeUndefined();
  expect(await starts("/s")).toBeUndefined();
  const asked: Asked[] = [];
  expect(await names(lister({ files: tree }, 9, asked), "/t", { startAfter: "/u" })).toEqual([]);
  expect(asked).toEqual([]);
});

test("an account that has shown to be flat is asked from the whole name on", async () => {
  const asked: Asked[] = [];
  const from = lister({ files: tree, isFlat: true }, 100, asked);
  await names(from, "/t", { recursive: true });
  expect(from.shown).toEqual({ seeks: false, isFlat: true });
  const after = { recursive: true, startAfter: "/t/a/1" };
  expect(await names(from, "/t", after)).toEqual(["/t/a/b!", "/t/a/b/1", "/t/a0", "/t/b"]);
  expect(asked[1]?.options.startFrom).toBe("t/a/1");
  expect(from.shown.seeks).toBe(true);
  const deaf = { ...from, container: ignoring(from.container) };
  expect(await names(deaf, "/t", after)).toHaveLength(4);
  expect(from.shown.seeks).toBe(false);
  const hierarchical = lister({ files: tree }, 100);
  await names(hierarchical, "/t", { recursive: true });
  expect(hierarchical.shown).toEqual({ seeks: false, isFlat: false });
});

test("any tree, start and page size: what sorts after the start, once, in byte order", async () => {
  const part = fc.string({
    unit: fc.constantFrom("a", "b", "-", "!", ".", "é", "\uff5e", "🎈"),
    ...{ minLength: 1, maxLength: 3 },
  });
  const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const paths = fc.uniqueArray(path, { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      ...([
        paths,
        paths,
        path,
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        fc.boolean(),
      ] as const),
      async (all, marked, start, pageSize, isFlat, recursive) => {
        const held = new Set(parents(all));
        const files = all.filter((file) => !held.has(file)).map((file) => `t/${file}`);
        const markers = marked.map((file) => `t/${file}`).filter((file) => !files.includes(file));
        for (const startAfter of [undefined, `/t/${start}`, `/t/${start}/`]) {
          const expected = files
            .map((file) => `/${file}`)
            .filter((file) => recursive || !file.includes("/", 3))
            .filter((file) => startAfter === undefined || comparePaths(file, startAfter) > 0)
            .sort(comparePaths);
          const from = lister({ files, markers, isFlat }, pageSize);
          const options = { recursive, ...(startAfter !== undefined && { startAfter }) };
          expect(await names(from, "/t", options)).toEqual(expected);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("a file has its size, time and ETag, which listings give without quotes", async () => {
  const found = [];
  for await (const one of listBlobs(lister({ files: ["t/a"] }, 9), "/t", {})) found.push(one);
  expect(found).toEqual([{ path: "/t/a", size: 3, modificationTime: 1_000, etag: '"0x1"' }]);
});
