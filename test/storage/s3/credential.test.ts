import { expect, test } from "vitest";
import { credentialsOf, type Identity } from "../../../src/storage/s3/credential.ts";
import { s3Options } from "../../../src/storage/s3/option.ts";

const hadoop = "org.apache.hadoop.fs.s3a.";
const of = (conf: Record<string, string>) =>
  credentialsOf(
    s3Options("b", Object.fromEntries(Object.entries(conf).map(([k, v]) => [`fs.s3a.${k}`, v]))),
  );

async function identity(conf: Record<string, string>): Promise<Identity | undefined> {
  const { credentials } = await of(conf);
  return typeof credentials === "function" ? await credentials() : credentials;
}

const keys = { "access.key": "id", "secret.key": "secret" };
const expected = { accessKeyId: "id", secretAccessKey: "secret" };

test("keys of the options, or the SDK's own chain", async () => {
  expect(await of({})).toEqual({});
  expect(await of({ "access.key": "id" })).toEqual({});
  expect(await identity(keys)).toEqual(expected);
  expect(await identity({ ...keys, "session.token": "t" })).toEqual({
    ...expected,
    sessionToken: "t",
  });
});

test("the classes that are named, one after the other", async () => {
  const provider = (...names: string[]) => ({
    "aws.credentials.provider": names.map((name) => `${hadoop}${name}`).join(" , "),
  });
  const [simple, temporary] = ["SimpleAWSCredentialsProvider", "TemporaryAWSCredentialsProvider"];
  const token = { "session.token": "t" };
  expect(await identity({ ...keys, ...token, ...provider(simple) })).toEqual(expected);
  const both = provider(temporary, simple);
  expect(await identity({ ...keys, ...token, ...both })).toEqual({
    ...expected,
    sessionToken: "t",
  });
  expect(await identity({ ...keys, ...both })).toEqual(expected);
  await expect(identity(both)).rejects.toMatchObject({
    name: "CredentialsProviderError",
    message: expect.stringMatching(/session\.token are not set; fs\.s3a\.access\.key/),
  });
});

test("nobody: requests go as they are", async () => {
  const { signer } = await of({
    "aws.credentials.provider": `${hadoop}AnonymousAWSCredentialsProvider`,
  });
  const request = { headers: {} };
  expect(await signer?.sign(request)).toBe(request);
});

test("other classes, and roles without a name, are refused", async () => {
  const refused = (conf: Record<string, string>) =>
    expect(of(conf)).rejects.toMatchObject({ code: "STORAGE_OPTION_INVALID" });
  const option = "aws.credentials.provider";
  await refused({ [option]: "com.example.VaultProvider" });
  await refused({ [option]: "constructor" });
  await refused({ [option]: `${hadoop}auth.AssumedRoleCredentialProvider` });
  const role = {
    [option]: `${hadoop}auth.AssumedRoleCredentialProvider`,
    "assumed.role.arn": "arn:aws:iam::1:role/r",
  };
  await refused({
    ...role,
    "assumed.role.credentials.provider": `${hadoop}auth.AssumedRoleCredentialProvider`,
  });
  await refused({ ...role, "assumed.role.session.duration": "long" });
  await refused({ [option]: "SimpleAWSCredentialsProvider,AnonymousAWSCredentialsProvider" });
  expect(typeof (await of(role)).credentials).toBe("function");
});
