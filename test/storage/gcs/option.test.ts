import { expect, test } from "vitest";
import { gcsOptions } from "../../../src/storage/gcs/option.ts";

const read = (options: Record<string, string>, environment: Record<string, string> = {}) =>
  gcsOptions(options, "box", environment);

test("without options: the public service, and the credentials of the environment", () => {
  expect(read({})).toEqual({
    endpoint: "https://storage.googleapis.com/",
    authenticated: true,
    readTimeoutMs: 20_000,
  });
});

test("an emulator is asked without credentials; a root URL counts more and is asked with", () => {
  const emulator = { STORAGE_EMULATOR_HOST: "http://127.0.0.1:9000" };
  expect(read({}, emulator)).toMatchObject({
    endpoint: "http://127.0.0.1:9000/",
    authenticated: false,
  });
  const root = { "fs.gs.storage.root.url": "https://private.example/" };
  expect(read(root, emulator)).toMatchObject({
    endpoint: "https://private.example/",
    authenticated: true,
  });
});

test("a key file, under each of the names for it", () => {
  const name = "auth.service.account.json.keyfile";
  for (const prefix of [
    "fs.gs",
    "google.cloud",
    "spark.hadoop.fs.gs",
    "spark.hadoop.google.cloud",
  ]) {
    expect(read({ [`${prefix}.${name}`]: "/key.json" }).keyFilename).toBe("/key.json");
  }
  const both = { [`fs.gs.${name}`]: "/own.json", [`google.cloud.${name}`]: "/any.json" };
  expect(read(both).keyFilename).toBe("/own.json");
});

test("a key in the configuration, with its line ends as JSON has them", () => {
  const options = {
    "fs.gs.auth.service.account.email": "a@b",
    "fs.gs.auth.service.account.private.key.id": "1",
    "fs.gs.auth.service.account.private.key": "-----BEGIN\\nx",
    "fs.gs.project.id": "p",
  };
  expect(read(options)).toMatchObject({
    projectId: "p",
    credentials: {
      ...{ type: "service_account", client_email: "a@b", private_key_id: "1" },
      private_key: "-----BEGIN\nx",
    },
  });
});

test("the type of the credentials says what they need", () => {
  expect(read({ "fs.gs.auth.type": "unauthenticated" }).authenticated).toBe(false);
  expect(read({ "fs.gs.auth.null.enable": "true" }).authenticated).toBe(false);
  const user = {
    "fs.gs.auth.type": "USER_CREDENTIALS",
    "fs.gs.auth.client.id": "i",
    "fs.gs.auth.client.secret": "s",
  };
  expect(() => read(user)).toThrow("fs.gs.auth.refresh.token");
  expect(read({ ...user, "fs.gs.auth.refresh.token": "r" }).credentials).toEqual({
    ...{ type: "authorized_user", client_id: "i", client_secret: "s", refresh_token: "r" },
  });
});

test("a type that is not known, and credentials that cannot be had, are refused", () => {
  for (const options of [
    { "fs.gs.auth.type": "MAGIC" },
    { "fs.gs.auth.type": "ACCESS_TOKEN_PROVIDER" },
    { "fs.gs.auth.access.token.provider": "com.example.Provider" },
    { "google.cloud.auth.service.account.keyfile": "/key.p12" },
    { "fs.gs.auth.impersonation.service.account": "a@b" },
    { "fs.gs.requester.pays.mode": "AUTO" },
  ] as Record<string, string>[]) {
    const code = { code: "STORAGE_OPTION_INVALID" };
    expect(() => read(options)).toThrow(expect.objectContaining(code));
  }
});

test("who pays for the requests", () => {
  const project = { "fs.gs.requester.pays.project.id": "payer", "fs.gs.project.id": "p" };
  const custom = { ...project, "fs.gs.requester.pays.mode": "CUSTOM" };
  expect(read(project).userProject).toBeUndefined();
  expect(read({ ...project, "fs.gs.requester.pays.mode": "ENABLED" }).userProject).toBe("payer");
  expect(read({ ...custom, "fs.gs.requester.pays.buckets": "a, box" }).userProject).toBe("payer");
  expect(read({ ...custom, "fs.gs.requester.pays.buckets": "a" }).userProject).toBeUndefined();
});
