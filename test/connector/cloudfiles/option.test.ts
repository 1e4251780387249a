import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { genericOptions, knownOptions } from "../../../src/connector/cloudfiles/known.ts";
import { notificationOptions } from "../../../src/connector/cloudfiles/notification-option.ts";
import { validateOptions } from "../../../src/connector/cloudfiles/validate.ts";
import { keyed } from "../../../src/plan/option.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { toDdl } from "../../../src/schema/ddl.ts";
import type { TestSession } from "../session.ts";
import { byOptions, open, prepared, readAll, resolve } from "./source.ts";

const schema = "id INT";

/** Three files of one row each, written a minute apart. */
async function three(session: TestSession): Promise<void> {
  for (const id of [1, 2, 3]) await session.file(`in/f${id}.json`, `{"id":${id}}\n`, id * 60);
}

async function ids(session: TestSession, options: Options): Promise<readonly unknown[]> {
  return (await readAll(session, options, { schema })).map(({ id }) => id);
}

describe("every option", () => {
  const root = new URL("../../../", import.meta.url);
  const text = async (path: string) => readFile(fileURLToPath(new URL(path, root)), "utf8");

  test("has its row in the docs, with a test that names it", async () => {
    const rows = new Map<string, string>();
    for (const line of (await text("docs/auto-loader.md")).split("\n")) {
      const [, name, , , proof] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      const option = /^`(?:cloudFiles\.)?([\w.*]+)`$/.exec(name ?? "")?.[1];
      if (option !== undefined && proof) rows.set(option, proof);
    }
    const all = [...Object.keys(knownOptions), "resourceTag.*", ...Object.keys(genericOptions)];
    expect([...rows.keys()].sort()).toEqual([...all].sort());
    for (const [option, proof] of rows) {
      const [, file, title] = /^`([^`]+)`: "(.+)"$/.exec(proof) ?? [];
      expect([option, file, title]).toEqual([option, expect.anything(), expect.anything()]);
      const own = await text(file!);
      expect([option, own.includes(`"${title}"`)]).toEqual([option, true]);
      expect([option, own.toLowerCase().includes(option.replace(".*", "").toLowerCase())]).toEqual([
        option,
        true,
      ]);
    }
  });

  test("that is no text takes no text", () => {
    for (const [name, { value }] of Object.entries(knownOptions)) {
      if (value === "text") continue;
      const check = (): void => validateOptions(keyed({ [`cloudFiles.${name}`]: "?" }), undefined);
      expect(check, name).toThrow("CF_INVALID_OPTION_VALUE");
    }
  });

  test("is known, or validateOptions is false", async () => {
    await using session = await prepared();
    await three(session);
    await expect(ids(session, { "cloudFiles.maxFiles": "1" })).rejects.toMatchObject({
      code: "CF_UNKNOWN_OPTION_KEYS_ERROR",
      parameters: { keys: "cloudfiles.maxfiles" },
    });
    const lenient = { "cloudFiles.validateOptions": "false", "cloudFiles.maxFiles": "1" };
    expect(await ids(session, lenient)).toEqual([1, 2, 3]);
  });

  test.each([
    [{ useNotifications: "true", useIncrementalListing: "true" }, "CONFLICTING_OPTIONS"],
    [{ useNotifications: "true", useManagedFileEvents: "true" }, "CONFLICTING_OPTIONS"],
    [{ useManagedFileEvents: "true", backfillInterval: "1 day" }, "CONFLICTING_OPTIONS"],
    [{ queueUrl: "q", queueName: "q" }, "CONFLICTING_OPTIONS"],
    [{ awsAccessKey: "k" }, "CF_INVALID_OPTION_VALUE"],
    [{ roleExternalId: "x" }, "CF_INVALID_OPTION_VALUE"],
    [{ clientSecret: "x", clientId: "y" }, "CF_INVALID_OPTION_VALUE"],
    [{ privateKey: "x" }, "CF_INVALID_OPTION_VALUE"],
    [{ useNotifications: "true", queueName: "q" }, "CF_INVALID_OPTION_VALUE"],
  ])("goes with the others: %j", (options, code) => {
    const named = Object.entries(options).map(([name, value]) => [`cloudFiles.${name}`, value]);
    const check = (): void => validateOptions(keyed(Object.fromEntries(named) as Options), "AWS");
    expect(check).toThrow(code);
  });

  test("of a queue is read", () => {
    const cloud = {
      ...{ awsAccessKey: "1", awsSecretKey: "2", queueUrl: "3", region: "4", roleArn: "5" },
      ...{ roleExternalId: "6", roleSessionName: "7", stsEndpoint: "8", clientId: "9" },
      ...{ clientSecret: "10", connectionString: "11", queueName: "12", resourceGroup: "13" },
      ...{ subscriptionId: "14", tenantId: "15", client: "16", clientEmail: "17" },
      ...{ privateKey: "18", privateKeyId: "19", projectId: "20", subscription: "21" },
    };
    const named = Object.entries(cloud).map(([name, value]) => [`cloudFiles.${name}`, value]);
    const read = notificationOptions(
      keyed({
        ...(Object.fromEntries(named) as Options),
        "cloudFiles.useNotifications": "true",
        "cloudFiles.fetchParallelism": "4",
        "cloudFiles.pathRewrites": '{"bucket/a":"s3://other/a"}',
        "cloudFiles.resourceTag.CostCenter": "Me",
      }),
      "s3a",
    );
    expect(read).toEqual({
      cloud,
      queue: "AWS",
      fetchParallelism: 4,
      pathRewrites: [["bucket/a", "s3://other/a"]],
      resourceTags: { CostCenter: "Me" },
    });
    const bad = { "cloudFiles.useNotifications": "true", "cloudFiles.pathRewrites": "[1]" };
    expect(() => notificationOptions(keyed(bad), "s3")).toThrow("CF_INVALID_OPTION_VALUE");
  });

  test("is of the cloud the files are in, or of the queue that is named", () => {
    const told = (scheme: string, more: Options = {}) =>
      notificationOptions(keyed({ "cloudFiles.useNotifications": "true", ...more }), scheme)?.queue;
    expect(told("abfss")).toBe("Azure");
    expect(told("gs")).toBe("GCP");
    expect(told("file", { "cloudFiles.queueUrl": "https://sqs/1/q" })).toBe("AWS");
    expect(() => told("file")).toThrow("CF_INVALID_OPTION_VALUE");
  });

  test.each([
    ["cloudFiles.useManagedFileEvents", "true"],
    ["databricks.serviceCredential", "credential"],
  ])("that needs a service of Databricks is refused: %s", async (name, value) => {
    await using session = await prepared();
    await expect(resolve(session, { [name]: value }, { schema })).rejects.toMatchObject({
      code: "UNSUPPORTED_DATA_SOURCE_OPTION",
      parameters: { name },
    });
  });
});

describe("which files", () => {
  test("a batch takes, by number and by size", async () => {
    await using session = await prepared();
    await three(session);
    expect(await ids(session, { "cloudFiles.maxFilesPerTrigger": "2" })).toEqual([1, 2]);
    await rm(join(session.folder, "checkpoint"), { recursive: true });
    expect(await ids(session, { "cloudFiles.maxBytesPerTrigger": "10b" })).toEqual([1]);
    await rm(join(session.folder, "checkpoint"), { recursive: true });
    const both = { "cloudFiles.maxBytesPerTrigger": "1k", "cloudFiles.maxFilesPerTrigger": "1" };
    expect(await ids(session, both)).toEqual([1]);
  });

  test("are too old for maxFileAge, of 14 days at least", async () => {
    await using session = await prepared();
    const short = { "cloudFiles.maxFileAge": "13 days" };
    await expect(ids(session, short)).rejects.toMatchObject({ code: "CF_INVALID_OPTION_VALUE" });
    const options = { "cloudFiles.maxFileAge": "14 days" };
    await session.file("in/b.json", '{"id":2}\n', 86_400 * 30);
    expect(await ids(session, options)).toEqual([2]);
    await session.file("in/a.json", '{"id":1}\n', 86_400);
    await session.file("in/c.json", '{"id":3}\n', 86_400 * 29);
    expect(await ids(session, options)).toEqual([2]);
    const source = await open(session, await resolve(session, options, { schema }));
    await using _ = source;
    const end = (await source.latestOffset('{"logOffset":0}', byOptions))!;
    const rows = await session.rows((await source.input('{"logOffset":0}', end)).input);
    expect(rows.map(({ id }) => id)).toEqual([3]);
  });

  test("match pathGlobFilter or fileNamePattern", async () => {
    for (const name of ["pathGlobFilter", "fileNamePattern"]) {
      await using session = await prepared();
      await three(session);
      expect(await ids(session, { [name]: "f[12].json" })).toEqual([1, 2]);
    }
  });

  test("were written between modifiedAfter and modifiedBefore, in the zone of the session", async () => {
    await using session = await prepared();
    await three(session);
    const options = {
      modifiedAfter: "1970-01-01 00:01:00",
      modifiedBefore: "1970-01-01T00:03:00",
    };
    expect(await ids(session, options)).toEqual([2]);
    await rm(join(session.folder, "checkpoint"), { recursive: true });
    const zoned = { modifiedAfter: "1970-01-01 01:02:00", timeZone: "+01:00" };
    expect(await ids(session, zoned)).toEqual([3]);
  });

  test("lie below a folder, whose columns recursiveFileLookup passes over", async () => {
    await using session = await prepared();
    await mkdir(join(session.folder, "in/deep/k=1"), { recursive: true });
    await session.file("in/deep/k=1/a.json", '{"id":1}\n', 1);
    const options = { "cloudFiles.inferColumnTypes": "true" };
    const ddl = async (more: Options) =>
      toDdl((await resolve(session, { ...options, ...more })).schema);
    expect(await ddl({})).toBe("id BIGINT,k INT,_rescued_data STRING");
    await rm(join(session.folder, "schema"), { recursive: true });
    expect(await ddl({ recursiveFileLookup: "true" })).toBe("id BIGINT,_rescued_data STRING");
  });

  test("a wildcard means, strictly or by useStrictGlobber false", async () => {
    await using session = await prepared();
    await mkdir(join(session.folder, "in/a/x/c"), { recursive: true });
    await session.file("in/a/x/c/1.json", '{"id":1}\n', 1);
    const path = join(session.folder, "in", "*", "c");
    const strict = { "cloudFiles.useStrictGlobber": "true" };
    expect(await readAll(session, strict, { schema, path })).toHaveLength(0);
    expect(await readAll(session, {}, { schema, path })).toHaveLength(1);
  });

  test("are found in any way of listing", async () => {
    for (const options of [
      { "cloudFiles.useIncrementalListing": "true" },
      { "cloudFiles.useIncrementalListing": "auto", "cloudFiles.backfillInterval": "1 day" },
      { "cloudFiles.listOnStart": "true" },
    ]) {
      await using session = await prepared();
      await three(session);
      expect(await ids(session, options)).toEqual([1, 2, 3]);
    }
  });

  test("may be gone with ignoreMissingFiles", async () => {
    await using session = await prepared();
    await three(session);
    for (const [ignoreMissingFiles, count] of [
      ["true", 2],
      ["false", undefined],
    ] as const) {
      const dataset = await resolve(session, { ignoreMissingFiles }, { schema });
      await using source = await open(session, dataset);
      const end = (await source.latestOffset(undefined, byOptions))!;
      await rm(join(session.folder, "in/f2.json"), { force: true });
      const read = async () => session.rows((await source.input(undefined, end)).input);
      if (count === undefined) await expect(read()).rejects.toThrow();
      else expect(await read()).toHaveLength(count);
    }
  });

  test("may be corrupt with ignoreCorruptFiles", async () => {
    await using session = await prepared();
    await three(session);
    await session.file("in/z.json.gz", "no gzip", 1000);
    await expect(ids(session, {})).rejects.toMatchObject({ code: "FAILED_READ_FILE.NO_HINT" });
    expect(await ids(session, { ignoreCorruptFiles: "true" })).toEqual([1, 2, 3]);
  });
});
