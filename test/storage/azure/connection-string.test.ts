import { expect, test } from "vitest";
import { parseConnectionString } from "../../../src/storage/azure/connection-string.ts";

const parse = (text: string) => parseConnectionString(text, "here");

test("an account, its key, and the cloud it is in", () => {
  expect(parse("AccountName=a;AccountKey=k==;EndpointSuffix=core.chinacloudapi.cn")).toEqual({
    ...{ account: "a", endpoint: "https://a.blob.core.chinacloudapi.cn", key: "k==" },
  });
  expect(parse("DefaultEndpointsProtocol=http; AccountName=a ;").endpoint).toBe(
    "http://a.blob.core.windows.net",
  );
});

test("an account is told by its endpoint, where only that is given", () => {
  const sas = "SharedAccessSignature=sv=1&sig=a%3D";
  expect(parse(`BlobEndpoint=https://a.blob.core.windows.net/;${sas}`)).toEqual({
    ...{ account: "a", endpoint: "https://a.blob.core.windows.net", sas: "sv=1&sig=a%3D" },
  });
  expect(parse(`BlobEndpoint=http://127.0.0.1:1/b;${sas}`).account).toBe("b");
  expect(parse(`BlobEndpoint=http://azurite:1/c/;${sas}`).account).toBe("c");
});

test("a text that names no account is refused, and not said: it holds secrets", () => {
  for (const text of ["", "AccountKey=secret", "BlobEndpoint=secret", "secret"]) {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "STORAGE_OPTION_INVALID" }));
    expect(() => parse(text)).not.toThrow(/secret/);
  }
});
