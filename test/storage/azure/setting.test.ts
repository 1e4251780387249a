import { expect, test } from "vitest";
import { settingOf } from "../../../src/storage/azure/setting.ts";
import { parsePath } from "../../../src/storage/uri.ts";

type Texts = Readonly<Record<string, string>>;

const setting = (path: string, options: Texts = {}, environment: Texts = {}) =>
  settingOf(parsePath(path, "/"), options, environment);

const dfs = "acct.dfs.core.windows.net";
const string =
  "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=c3RyaW5n;EndpointSuffix=core.windows.net";

test.each([
  [`abfss://box@${dfs}/t`, "https://acct.blob.core.windows.net"],
  ["abfs://box@acct.dfs.core.windows.net/t", "https://acct.blob.core.windows.net"],
  ["wasbs://box@acct.blob.core.windows.net/t", "https://acct.blob.core.windows.net"],
  ["abfss://box@Acct.dfs.core.chinacloudapi.cn/t", "https://acct.blob.core.chinacloudapi.cn"],
  ["abfss://box@acct.z12.dfs.storage.azure.net/t", "https://acct.z12.blob.storage.azure.net"],
  [
    "abfss://box@acct.privatelink.dfs.core.windows.net/t",
    "https://acct.privatelink.blob.core.windows.net",
  ],
])("%s is at %s", (path, endpoint) => {
  const { place, account, ...found } = setting(path);
  expect([place.container, account]).toEqual(["box", "acct"]);
  expect(found.endpoint).toBe(endpoint);
});

test("an az path has its account from options, a connection string or the environment", () => {
  const account = (options: Texts, environment: Texts) =>
    setting("az://box/t", options, environment).account;
  const environment = { AZURE_STORAGE_ACCOUNT: "three" };
  expect(account({ azure_storage_account_name: "one" }, environment)).toBe("one");
  expect(account({ azure_account_name: "two" }, environment)).toBe("two");
  expect(account({ azure_storage_connection_string: string }, environment)).toBe("acct");
  expect(account({}, environment)).toBe("three");
  expect(() => setting("az://box/t")).toThrow(/AZURE_STORAGE_ACCOUNT/);
});

test("an authority that names no account or no container is refused", () => {
  for (const path of ["abfss://box/t", "wasbs://@host/t", "abfss://a@b@c/t", "az:/t"]) {
    expect(() => setting(path), path).toThrow(
      expect.objectContaining({ code: "STORAGE_OPTION_INVALID" }),
    );
  }
});

test("an option of the container counts before the account's, and that before one of all", () => {
  const key = (options: Texts) => setting(`abfss://box@${dfs}/t`, options).credential;
  const all: [string, string][] = [
    [`fs.azure.account.key.box.${dfs}`, "1"],
    [`fs.azure.account.key.${dfs}`, "2"],
    [`spark.hadoop.fs.azure.account.key.${dfs}`, "3"],
    ["fs.azure.account.key.acct.blob.core.windows.net", "4"],
    ["fs.azure.account.key.acct", "5"],
    ["fs.azure.account.key", "6"],
  ];
  for (let from = 0; from < all.length; from++) {
    const expected = { kind: "key", key: all[from]![1] };
    expect(key(Object.fromEntries(all.slice(from)))).toEqual(expected);
  }
  expect(key({ "fs.azure.account.key.other.dfs.core.windows.net": "x" }).kind).toBe("default");
});

test("credentials of the environment are of the account they name", () => {
  const credential = (environment: Texts, options: Texts = {}) =>
    setting(`abfss://box@${dfs}/t`, options, environment).credential;
  const known = { AZURE_STORAGE_CONNECTION_STRING: string };
  expect(credential(known)).toEqual({ kind: "key", key: "c3RyaW5n" });
  expect(credential(known, { "fs.azure.sas.fixed.token": "sv=1" }).kind).toBe("sas");
  const other = { AZURE_STORAGE_CONNECTION_STRING: string.replace("acct", "other") };
  expect(credential(other).kind).toBe("default");
  expect(credential({ AZURE_STORAGE_KEY: "k" })).toEqual({ kind: "key", key: "k" });
  expect(credential({ AZURE_STORAGE_ACCOUNT: "other", AZURE_STORAGE_KEY: "k" }).kind).toBe(
    "default",
  );
  expect(credential({ AZURE_STORAGE_SAS_TOKEN: "sv=2" })).toEqual({ kind: "sas", token: "sv=2" });
  expect(credential({}).kind).toBe("default");
});

test("another endpoint, as Hadoop's host and port, a URL, or a connection string's", () => {
  const endpoint = (path: string, options: Texts) => setting(path, options).endpoint;
  const abfss = `abfss://box@${dfs}/t`;
  const at = { "fs.azure.abfs.endpoint": "127.0.0.1:10000" };
  const plain = { ...at, "fs.azure.always.use.https": "false" };
  expect(endpoint(abfss, at)).toBe("https://127.0.0.1:10000/acct");
  expect(endpoint(abfss, plain)).toBe("https://127.0.0.1:10000/acct");
  expect(endpoint(`abfs://box@${dfs}/t`, plain)).toBe("http://127.0.0.1:10000/acct");
  expect(endpoint(abfss, { "fs.azure.abfs.endpoint": "http://box:7/" })).toBe("http://box:7/acct");
  const blob = "AccountName=acct;AccountKey=a;BlobEndpoint=http://127.0.0.1:7/acct/";
  expect(endpoint(abfss, { azure_storage_connection_string: blob })).toBe(
    "http://127.0.0.1:7/acct",
  );
  expect(() => endpoint(abfss, { "fs.azure.abfs.endpoint": "a b:1" })).toThrow(
    expect.objectContaining({ code: "STORAGE_OPTION_INVALID" }),
  );
});

test("the emulator, by Hadoop's option and by the connection string", () => {
  const name = { "fs.azure.storage.emulator.account.name": "devstoreaccount1" };
  const found = setting("wasb://box@devstoreaccount1/t", name);
  expect(found.endpoint).toBe("http://127.0.0.1:10000/devstoreaccount1");
  expect(found.credential.kind).toBe("key");
  const development = { AZURE_STORAGE_CONNECTION_STRING: "UseDevelopmentStorage=true" };
  expect(setting("az://box/t", {}, development)).toMatchObject({
    endpoint: "http://127.0.0.1:10000/devstoreaccount1",
    account: "devstoreaccount1",
  });
});

test("encryption and key providers that are not built are refused by name, keys not said", () => {
  for (const option of [
    "fs.azure.client-provided-encryption-key",
    `fs.azure.encryption.encoded.client-provided-key.${dfs}`,
    "fs.azure.account.keyprovider",
  ]) {
    const open = () => setting(`abfss://box@${dfs}/t`, { [option]: "secret.Provider" });
    expect(open).toThrow(expect.objectContaining({ code: "STORAGE_OPTION_INVALID" }));
    expect(open).toThrow(option.replace(`.${dfs}`, ""));
    if (option.includes("key-") || option.includes("encoded")) expect(open).not.toThrow(/secret/);
  }
  const simple = "org.apache.hadoop.fs.azurebfs.services.SimpleKeyProvider";
  expect(setting(`abfss://box@${dfs}/t`, { "fs.azure.account.keyprovider": simple }).account).toBe(
    "acct",
  );
});

test("the number of retries is Hadoop's option", () => {
  expect(setting(`abfss://box@${dfs}/t`).attempts).toBe(10);
  const options = { "spark.hadoop.fs.azure.io.retry.max.retries": "2" };
  expect(setting(`abfss://box@${dfs}/t`, options).attempts).toBe(3);
});
