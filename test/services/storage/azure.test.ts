import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { storeSuite } from "../../../src/conformance/store.ts";
import { env } from "../../../src/env.ts";
import { isError } from "../../../src/error/error.ts";
import { connect } from "../../../src/storage/azure/connect.ts";
import { listBlobs } from "../../../src/storage/azure/list.ts";
import { settingOf } from "../../../src/storage/azure/setting.ts";
import { parsePath } from "../../../src/storage/uri.ts";
import { countOf } from "../full.ts";
import { account } from "../server/azurite.ts";
import { azureOptions, azureSubject, containerOf, openAzure, sasOf } from "./azure-subject.ts";
import { raceProcesses, runRace } from "./race/race.ts";

const server = inject("azure");
const missing = { endpoint: "", queue: "", connectionString: "" };
const azurite = "missing" in server ? missing : server;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe.skipIf("missing" in server)("the store on Azurite", () => {
  storeSuite({ test, assert }, () => azureSubject(azurite));

  const rounds = countOf(200, 10);
  test("20 racers: one winner a round", { timeout: 600_000 }, async () => {
    await using subject = await azureSubject(azurite);
    const { store, root } = subject;
    const task = { folder: root, conf: {}, racers: 20, rounds };
    expect(await runRace(store, root, task)).toEqual(
      Array.from({ length: rounds }, (_, round) => round),
    );
  });

  test("20 racers in 4 processes: one winner a round", { timeout: 600_000 }, async () => {
    const folder = `abfss://${await containerOf(azurite, "race")}/${env.uuid()}`;
    await raceProcesses(4, { folder, conf: azureOptions(azurite), racers: 5, rounds });
  });

  test("a large file goes in blocks, and its status is the service's", async () => {
    await using subject = await azureSubject(azurite);
    const { store, root } = subject;
    const large = new Uint8Array(8 * 1024 * 1024 * 5 + 3).map((_, index) => (index >> 9) % 256);
    const local = await subject.stage(large);
    const status = await store.publish(local, `${root}/part.parquet`);
    expect(status.size).toBe(large.byteLength);
    const stored = await store.stat(`${root}/part.parquet`);
    expect(status).toEqual({ ...stored, modificationTime: status.modificationTime });
    expect(Buffer.compare(await store.read(`${root}/part.parquet`), large)).toBe(0);
    expect(existsSync(local)).toBe(false);
  });

  test("a file that was replaced is an error when its ETag is asked for", async () => {
    await using subject = await azureSubject(azurite);
    const { store, root } = subject;
    const path = `${root}/file`;
    await store.put(path, text("0123456789"));
    const etag = (await store.stat(path))?.etag ?? "";
    expect(etag).toMatch(/^".+"$/);
    for await (const listed of store.list(root)) expect(listed.etag).toBe(etag);
    expect(await store.readRange(path, 2, 2, etag)).toEqual(text("23"));
    await store.put(path, text("abcdefghij"));
    for (const length of [0, 2]) {
      await expect(store.readRange(path, 2, length, etag)).rejects.toMatchObject({
        ...{ code: "STORAGE_FILE_CHANGED", parameters: { expected: etag } },
      });
    }
  });

  test("a container is listed from its root, which is no file", async () => {
    await using opened = await openAzure(azureOptions(azurite));
    const authority = await containerOf(azurite, "root");
    const { store, path } = await opened.stores.locate(`abfss://${authority}`);
    for (const file of ["/a/1", "/b", "/_delta_log/0.json"]) await store.put(file, text("x"));
    const found: string[] = [];
    for await (const one of store.list(path, { recursive: true })) found.push(one.path);
    expect(found).toEqual(["/_delta_log/0.json", "/a/1", "/b"]);
    for await (const one of store.list("/", { startAfter: "/a" })) expect(one.path).toBe("/b");
    expect(await store.stat(path)).toBeUndefined();
    await expect(store.read("/")).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
  });

  test("folders that are blobs are no files, and keep the order of what is listed", async () => {
    await using subject = await azureSubject(azurite);
    const { store, root } = subject;
    const sdk = await connect(
      settingOf(parsePath(store.uri(root), "/"), azureOptions(azurite), {}),
    );
    const marker = async (name: string, metadata?: Record<string, string>): Promise<void> => {
      await sdk.getBlockBlobClient(`${root.slice(1)}/${name}`).upload(new Uint8Array(), 0, {
        ...{ abortSignal: new AbortController().signal, conditions: {} },
        ...(metadata && { metadata }),
      });
    };
    for (const folder of ["a", "a/b", "empty"]) await marker(folder, { hdi_isfolder: "true" });
    await marker("slash/");
    const files = ["a-1", "a.c", "a/1", "a/b!", "a/b/1", "a0", "z"];
    for (const file of files) await store.put(`${root}/${file}`, text("x"));
    const list = async (options: object, pageSize: number): Promise<string[]> => {
      const call = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
        work(new AbortController().signal);
      const found: string[] = [];
      const shown = { seeks: false, isFlat: false };
      const lister = { container: sdk, call, shown, pageSize };
      for await (const { path } of listBlobs(lister, root, options)) {
        found.push(path.slice(root.length + 1));
      }
      return found;
    };
    for (const pageSize of [1, 2, 3, 5_000]) {
      expect(await list({ recursive: true }, pageSize)).toEqual(files);
      expect(await list({}, pageSize)).toEqual(["a-1", "a.c", "a0", "z"]);
      const options = { recursive: true, startAfter: `${root}/a/b` };
      expect(await list(options, pageSize)).toEqual(files.slice(3));
    }
    expect(await store.stat(`${root}/a`)).toBeUndefined();
    await expect(store.read(`${root}/a`)).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
  });

  test("the same container under each scheme, and by a connection string", async () => {
    await using subject = await azureSubject(azurite);
    const { store, root } = subject;
    await store.put(`${root}/file`, text("here"));
    const host = `${account.name}.dfs.core.windows.net`;
    const blob = host.replace("dfs", "blob");
    const string = { azure_storage_connection_string: azurite.connectionString };
    for (const [prefix, options] of [
      [`abfs://conformance@${host}`, azureOptions(azurite)],
      [`wasbs://conformance@${blob}`, azureOptions(azurite)],
      [`wasb://conformance@${blob}`, string],
      ["az://conformance", string],
    ] as const) {
      await using opened = await openAzure(options);
      const found = await opened.stores.locate(`${prefix}${root}/file`);
      expect(await found.store.read(found.path)).toEqual(text("here"));
      expect(found.store.uri(found.path)).toBe(`${prefix}${root}/file`);
    }
  });

  test("a SAS token, of an account or a container", async () => {
    await using subject = await azureSubject(azurite);
    const { store, root } = subject;
    await store.put(`${root}/file`, text("here"));
    const host = `${account.name}.dfs.core.windows.net`;
    const { [`fs.azure.account.key.${host}`]: _, ...endpoint } = azureOptions(azurite);
    for (const options of [
      {
        [`fs.azure.account.auth.type.${host}`]: "SAS",
        "fs.azure.sas.fixed.token": await sasOf(azurite),
      },
      { [`spark.hadoop.fs.azure.sas.conformance.${host}`]: `?${await sasOf(azurite)}` },
    ]) {
      await using opened = await openAzure({ ...endpoint, ...options });
      const found = await opened.stores.locate(store.uri(`${root}/file`));
      expect(await found.store.read(found.path)).toEqual(text("here"));
      expect(await found.store.putIfAbsent(found.path, text("x"))).toBe(false);
    }
  });

  test("what cannot be opened says so at once, and what to set", async () => {
    const authority = await containerOf(azurite, "conformance");
    const failed = async (uri: string, options: Record<string, string>): Promise<string> => {
      await using opened = await openAzure({ ...azureOptions(azurite), ...options });
      const { store, path } = await opened.stores.locate(uri);
      const thrown = await store.stat(path).catch((one: unknown) => one);
      return isError(thrown) ? thrown.message : "no error";
    };
    const key = `fs.azure.account.key.${account.name}.dfs.core.windows.net`;
    // Azure says AuthenticationFailed, which is STORAGE_CREDENTIALS_INVALID.
    const wrong = await failed(`abfss://${authority}/t`, { [key]: "d3Jvbmc=" });
    expect(wrong).toMatch(/^\[STORAGE_ACCESS_DENIED\] .* is denied: AuthorizationFailure\. Check /);
    expect(wrong).toContain(key);
    expect(await failed(`abfss://no-such-${authority}/t`, {})).toMatch(
      /^\[STORAGE_CONTAINER_NOT_FOUND\] .*no-such-conformance/,
    );
  });
});
