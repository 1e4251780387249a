import { expect, test } from "vitest";
import { credentialOf } from "../../../src/storage/azure/credential.ts";
import { hadoopOptions } from "../../../src/storage/hadoop.ts";

const type = "fs.azure.account.auth.type";
const provider = "fs.azure.account.oauth.provider.type";
const oauth2 = "fs.azure.account.oauth2";
const java = "org.apache.hadoop.fs.azurebfs.oauth2";

const credential = (options: Readonly<Record<string, string>>) =>
  credentialOf(hadoopOptions(options), "abfss://box@acct");

test("without a type, what there is says it; with none, nothing", () => {
  expect(credential({})).toBeUndefined();
  expect(credential({ "fs.azure.account.key": "k" })).toEqual({ kind: "key", key: "k" });
  expect(credential({ "fs.azure.sas.fixed.token": "sv=1" })).toEqual({
    kind: "sas",
    token: "sv=1",
  });
  expect(credential({ [provider]: `${java}.MsiTokenProvider` })).toEqual({ kind: "managed" });
});

test("the type says which of several counts", () => {
  const both = { "fs.azure.account.key": "k", "fs.azure.sas.fixed.token": "sv=1" };
  expect(credential({ ...both, [type]: "SharedKey" })?.kind).toBe("key");
  expect(credential({ ...both, [type]: "SAS" })?.kind).toBe("sas");
  expect(() => credential({ ...both, [type]: "OAuth" })).toThrow(provider);
});

test("a client's secret, with the tenant and authority of its endpoint", () => {
  const options = {
    [type]: "OAuth",
    [provider]: `${java}.ClientCredsTokenProvider`,
    [`${oauth2}.client.id`]: "client",
    [`${oauth2}.client.secret`]: "secret",
    [`${oauth2}.client.endpoint`]: "https://login.microsoftonline.com/tenant/oauth2/token",
  };
  const expected = {
    ...{ kind: "client", client: "client", secret: "secret", tenant: "tenant" },
    authority: "https://login.microsoftonline.com",
  };
  expect(credential(options)).toEqual(expected);
  const v2 = "https://login.chinacloudapi.cn/tenant/oauth2/v2.0/token";
  expect(credential({ ...options, [`${oauth2}.client.endpoint`]: v2 })).toEqual({
    ...{ ...expected, authority: "https://login.chinacloudapi.cn" },
  });
  for (const missing of ["id", "secret", "endpoint"]) {
    const rest = { ...options, [`${oauth2}.client.${missing}`]: "" };
    expect(() => credential(rest)).toThrow(
      expect.objectContaining({ code: "STORAGE_CREDENTIALS_INVALID" }),
    );
    expect(() => credential(rest)).toThrow(`${oauth2}.client.${missing}`);
  }
  expect(() => credential({ ...options, [`${oauth2}.client.endpoint`]: "https://x/y" })).toThrow(
    expect.objectContaining({ code: "STORAGE_OPTION_INVALID" }),
  );
});

test("a managed identity, and a workload's", () => {
  const managed = { [provider]: `${java}.MsiTokenProvider`, [`${oauth2}.client.id`]: "c" };
  expect(credential(managed)).toEqual({ kind: "managed", client: "c" });
  expect(() => credential({ ...managed, [`${oauth2}.msi.endpoint`]: "http://other" })).toThrow(
    `${oauth2}.msi.endpoint`,
  );
  const workload = {
    [provider]: `${java}.WorkloadIdentityTokenProvider`,
    [`${oauth2}.msi.tenant`]: "t",
    [`${oauth2}.client.id`]: "c",
  };
  expect(credential(workload)).toEqual({
    ...{ kind: "workload", tenant: "t", client: "c" },
    file: "/var/run/secrets/azure/tokens/azure-identity-token",
    authority: "https://login.microsoftonline.com",
  });
  expect(credential({ ...workload, [`${oauth2}.token.file`]: "/f" })).toMatchObject({ file: "/f" });
});

test("what no class of Java can do here is refused by name", () => {
  for (const options of [
    { [type]: "Custom" },
    { [type]: "OAuth", [provider]: `${java}.RefreshTokenBasedTokenProvider` },
    { [type]: "OAuth", [provider]: "com.example.Mine" },
    { [type]: "SAS", "fs.azure.sas.token.provider.type": "com.example.Mine" },
  ]) {
    const value = Object.values(options).at(-1)!;
    expect(() => credential(options)).toThrow(value);
    expect(() => credential(options)).toThrow(
      expect.objectContaining({ code: "STORAGE_OPTION_INVALID" }),
    );
  }
});
