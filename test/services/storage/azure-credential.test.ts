import { expect, test } from "vitest";
import { isError } from "../../../src/error/error.ts";
import { connect } from "../../../src/storage/azure/connect.ts";
import { settingOf } from "../../../src/storage/azure/setting.ts";
import { parsePath } from "../../../src/storage/uri.ts";
import { openAzure } from "./azure-subject.ts";

const uri = "abfss://box@acct.dfs.core.windows.net/t";
const oauth2 = "fs.azure.account.oauth2";
const oauth = (provider: string, options: Record<string, string>): Record<string, string> => ({
  "fs.azure.account.auth.type": "OAuth",
  "fs.azure.account.oauth.provider.type": `org.apache.hadoop.fs.azurebfs.oauth2.${provider}`,
  ...options,
});
const client = oauth("ClientCredsTokenProvider", {
  [`${oauth2}.client.id`]: "00000000-0000-0000-0000-000000000001",
  [`${oauth2}.client.secret`]: "secret",
  [`${oauth2}.client.endpoint`]:
    "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000002/oauth2/token",
});
const workload = oauth("WorkloadIdentityTokenProvider", {
  [`${oauth2}.msi.tenant`]: "00000000-0000-0000-0000-000000000002",
  [`${oauth2}.client.id`]: "00000000-0000-0000-0000-000000000001",
  [`${oauth2}.token.file`]: "/nowhere/token",
});

test.each([
  ["a client's secret", client],
  ["a managed identity", oauth("MsiTokenProvider", {})],
  ["one of several", oauth("MsiTokenProvider", { [`${oauth2}.client.id`]: "id" })],
  ["a workload's identity", workload],
  ["what the SDK finds", {}],
])("the SDK takes %s as the options give it", async (_, options) => {
  const container = await connect(settingOf(parsePath(uri, "/"), options, {}));
  expect(container).toMatchObject({ accountName: "acct", containerName: "box" });
});

test("an identity that cannot be had says so at once, and which options it is of", async () => {
  await using opened = await openAzure({
    ...workload,
    "fs.azure.abfs.endpoint": "https://127.0.0.1:1",
  });
  const { store, path } = await opened.stores.locate(uri);
  const failed = await store.stat(path).catch((thrown: unknown) => thrown);
  expect(isError(failed) && failed.code).toBe("STORAGE_CREDENTIALS_INVALID");
  expect(String(failed)).toMatch(/\/nowhere\/token.*fs\.azure\.account\.oauth2\.\*\.acct\.dfs/);
});
